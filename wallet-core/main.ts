import { ConfigError } from '../config.js';
import { run } from '../process.js';
import { loadCoreConfig } from './config.js';
import { startCore } from './core.js';
import { DEVELOPMENT_CHANNEL, fillDevelopmentLedger } from './development.js';

// The ledger holds names, requests and hashes of passwords: nobody else on the machine reads its files.
process.umask(0o077);

await run(
  'wallet-core',
  loadCoreConfig,
  async (
    { data, backups, listen, access, metrics, scrubEveryMs, keepRefusedMs, development, production },
    log,
    fail,
  ) => {
    const onFatal = (error: Error) => fail(error, 'the fate of a commit is unknown: stopping, the restart finds out');
    const core = await startCore({ data, backups, listen, access, metrics, log, onFatal, scrubEveryMs, keepRefusedMs });
    if (production && (await core.channels()).includes(DEVELOPMENT_CHANNEL)) {
      await core.stop();
      const fix = 'expected a folder of its own for production';
      throw new ConfigError([
        `data (SINGLE_WALLET_DATA): ${data} holds a development ledger, with a player demo; ${fix}`,
      ]);
    }
    if (development) await fillDevelopmentLedger(core.committer);
    return core;
  },
);
