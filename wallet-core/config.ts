import path from 'node:path';
import { z } from 'zod';
import type { Address, LogLevel, Setup } from '../config.js';
import { accessSettings, listenRule, type Access } from './access/settings.js';
import { addressSetting, dataSetting, logLevelSetting, readSetup, section, validate } from '../config.js';
import { metricsRule, metricsSettings } from '../metrics-server.js';

export interface CoreConfig {
  /** Absolute path of the folder of the ledger. */
  readonly data: string;
  /** Absolute path of the folder of backups. */
  readonly backups: string;
  readonly listen: Address;
  readonly access: Access;
  readonly logLevel: LogLevel;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics?: Address | undefined;
  /** From the end of one background verification of the ledger to the next; 0: none. */
  readonly scrubEveryMs: number;
  /** For how long calls are kept that were refused before the ledger. */
  readonly keepRefusedMs: number;
  /** There is no configuration file and this is not production: the core opens the player "demo". */
  readonly development: boolean;
  /** NODE_ENV=production: a development ledger is refused. */
  readonly production: boolean;
}

const HOUR_MS = 3_600_000;
/** Timers do not go much further. */
const SCRUB_HOURS_MAX = 500;
const DEFAULT_LISTEN: Address = { host: '127.0.0.1', port: 50051 };

/** Reads wallet-core's part of the configuration. Throws a ConfigError that lists everything that is wrong with it. */
export function loadCoreConfig(setup: Setup = readSetup()): CoreConfig {
  const schema = section({
    data: dataSetting(setup),
    walletCore: section({
      listen: addressSetting('127.0.0.1:50051', 0).default(DEFAULT_LISTEN),
      logLevel: logLevelSetting,
      backups: backupsSetting(setup),
      scrubEveryHours: scrubSetting(),
      keepRefusedDays: keepRefusedSetting(),
      ...metricsSettings('127.0.0.1:9464'),
      ...accessSettings(setup),
    })
      .superRefine(listenRule)
      .superRefine(metricsRule)
      .prefault({}),
    gateway: z.unknown().optional(),
  });
  const overrides = { WALLET_CORE_LISTEN: 'walletCore.listen', WALLET_CORE_METRICS: 'walletCore.metrics' };
  const { data, walletCore: set } = validate(setup, schema, overrides);
  const {
    scrubEveryHours,
    keepRefusedDays,
    tokens,
    health,
    reflection,
    tls,
    clientCa,
    allowInsecureListen: _,
    allowMetricsBeyondLoopback: __,
    ...walletCore
  } = set;
  const scrubEveryMs = scrubEveryHours * HOUR_MS;
  const keepRefusedMs = keepRefusedDays * 24 * HOUR_MS;
  const { development, production } = setup;
  const transport = { ...(tls && { tls }), ...(clientCa === undefined ? {} : { clientCa }) };
  const access = { tokens, health, reflection, ...transport };
  return Object.freeze({ data, ...walletCore, access, scrubEveryMs, keepRefusedMs, development, production });
}

function scrubSetting() {
  const error = `expected hours from 0 to ${SCRUB_HOURS_MAX}, such as 24 or 0.5; 0 turns it off`;
  return z.number({ error }).min(0, { error }).max(SCRUB_HOURS_MAX, { error }).default(24);
}

function keepRefusedSetting() {
  const error = 'expected days from 1 to 3650, such as 30';
  return z.number({ error }).min(1, { error }).max(3650, { error }).default(30);
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
