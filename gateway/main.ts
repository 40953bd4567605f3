import { pino } from 'pino';
import { ConfigError, formatAddress } from '../config.js';
import { startGateway } from './app.js';
import { loadGatewayConfig, type GatewayConfig } from './config.js';

function configOrExit(): GatewayConfig {
  try {
    return loadGatewayConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = configOrExit();
const log = pino({ name: 'gateway', level: config.logLevel });
const gateway = await startGateway(config, log).catch((error: unknown) => {
  log.fatal({ err: error, listen: config.listen }, 'the gateway cannot start');
  process.exit(1);
});
const address = formatAddress(gateway);
log.info(
  { address, walletCore: config.walletCoreAddress, channels: config.channels.map(({ name }) => name) },
  'listening',
);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await gateway.stop();
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
