import { pino } from 'pino';
import { ConfigError, formatAddress } from '../config.js';
import { loadCoreConfig, type CoreConfig } from './config.js';
import { startCore } from './core.js';
import { fillDevelopmentLedger } from './development.js';

function configOrExit(): CoreConfig {
  try {
    return loadCoreConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = configOrExit();
const log = pino({ name: 'wallet-core', level: config.logLevel });
const core = await startCore({
  data: config.data,
  listen: config.listen,
  log,
  onFatal: (error) => {
    log.fatal({ err: error }, 'the fate of a commit is unknown: stopping, the restart finds out');
    process.exit(1);
  },
}).catch((error: unknown) => {
  log.fatal({ err: error, data: config.data, listen: config.listen }, 'wallet-core cannot start');
  process.exit(1);
});
if (config.development) await fillDevelopmentLedger(core.committer);
const address = formatAddress(core);
log.info({ address, data: config.data }, 'listening');

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await core.stop();
  log.info('stopped');
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
// Under npm start, the end of the supervisor is our end too.
if (process.send) {
  process.on('disconnect', () => void stop());
  if (process.connected) process.send({ listening: address });
  else void stop();
}
