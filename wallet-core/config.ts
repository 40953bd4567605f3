import path from 'node:path';
import { z } from 'zod';
import type { Address, LogLevel, Setup } from '../config.js';
import { addressSetting, dataSetting, logLevelSetting, readSetup, section, validate } from '../config.js';

export interface CoreConfig {
  /** Absolute path of the folder of the ledger. */
  readonly data: string;
  /** Absolute path of the folder of backups. */
  readonly backups: string;
  readonly listen: Address;
  readonly logLevel: LogLevel;
  /** There is no configuration file and this is not production: the core opens the player "demo". */
  readonly development: boolean;
  /** NODE_ENV=production: a development ledger is refused. */
  readonly production: boolean;
}

const DEFAULT_LISTEN: Address = { host: '127.0.0.1', port: 50051 };

/** Reads wallet-core's part of the configuration. Throws a ConfigError that lists everything that is wrong with it. */
export function loadCoreConfig(setup: Setup = readSetup()): CoreConfig {
  const schema = section({
    data: dataSetting(setup),
    walletCore: section({
      listen: addressSetting('127.0.0.1:50051', 0).default(DEFAULT_LISTEN),
      logLevel: logLevelSetting,
      backups: backupsSetting(setup),
    }).prefault({}),
    gateway: z.unknown().optional(),
  });
  const { data, walletCore } = validate(setup, schema, { WALLET_CORE_LISTEN: 'walletCore.listen' });
  return Object.freeze({ data, ...walletCore, development: setup.development, production: setup.production });
}

/** A relative path starts at the folder of the file, as that of `data` does. */
function backupsSetting(setup: Setup) {
  const error = 'expected the path of a folder, such as "/mnt/backups"';
  return z
    .string({ error })
    .min(1, { error })
    .optional()
    .transform((folder) =>
      folder === undefined ? path.join(setup.data, 'backups') : path.resolve(setup.folder, folder),
    );
}
