import { inspect } from 'node:util';
import { pino, type Logger } from 'pino';
import { type Address, ConfigError, formatAddress, type LogLevel } from './config.js';

/** What a process of ours is once it listens. */
export interface Service extends Address {
  /** What the person on call wants to know of it, for the log. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Answers what is under way and gives up what it holds. */
  stop(): Promise<void>;
}

/**
 * Runs one of the two processes from its configuration to its end: SIGTERM, Ctrl-C, or the end of `npm start`, whose child
 * it may be. A wrong configuration is told without a stack.
 */
export async function run<Config extends { logLevel: LogLevel }>(
  name: string,
  load: () => Config,
  start: (config: Config, log: Logger) => Promise<Service>,
): Promise<void> {
  const config = loadOrExit(load);
  const log = pino({ name, level: config.logLevel }, process.stdout);
  // A log that nobody reads any more (`npm start | tee`, and tee has died) is no reason to stop moving money.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const service = await start(config, log).catch((error: unknown) => {
    // Whatever the log level: who starts it must see why it does not come up.
    console.error(`${name} cannot start: ${error instanceof ConfigError ? error.message : inspect(error)}`);
    process.exit(1);
  });

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await service.stop();
    log.info('stopped');
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('disconnect', () => void stop());

  const address = formatAddress(service);
  log.info({ address, ...service.about }, 'listening');
  if (!process.send) return;
  if (process.connected) process.send({ listening: address });
  else await stop();
}

function loadOrExit<Config>(load: () => Config): Config {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
