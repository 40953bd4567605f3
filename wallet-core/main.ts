import { run } from '../process.js';
import { loadCoreConfig } from './config.js';
import { startCore } from './core.js';
import { fillDevelopmentLedger } from './development.js';

await run('wallet-core', loadCoreConfig, async ({ data, listen, development }, log) => {
  const onFatal = (error: Error) => {
    log.fatal({ err: error }, 'the fate of a commit is unknown: stopping, the restart finds out');
    process.exit(1);
  };
  const core = await startCore({ data, listen, log, onFatal });
  if (development) await fillDevelopmentLedger(core.committer);
  return core;
});
