import { run } from '../process.js';
import { startGateway } from './app.js';
import { loadGatewayConfig } from './config.js';

await run('gateway', loadGatewayConfig, (config, log) => startGateway(config, log));
