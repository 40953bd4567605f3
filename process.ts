import { inspect } from 'node:util';
import type { Logger } from 'pino';
import { type Address, ConfigError, formatAddress, type LogLevel } from './config.js';
import { openLog } from './log.js';

/** What a process of ours is once it listens. */
export interface Service extends Address {
  /** What the person on call wants to know of it, for the log. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Answers what is under way and gives up what it holds. */
  stop(): Promise<void>;
}

/** Ends the process at once, with a line that says why. */
export type Fail = (error: Error, message: string) => void;

/**
 * Runs one of the two processes from its configuration to its end: SIGTERM, Ctrl-C, or the end of `npm start`, whose child
 * it may be. A wrong configuration is told without a stack.
 */
export async function run<Config extends { logLevel: LogLevel }>(
  name: string,
  load: () => Config,
  start: (config: Config, log: Logger, fail: Fail) => Promise<Service>,
): Promise<void> {
  const config = loadOrExit(load);
  const { log, exit } = openLog(name, config.logLevel);
  const fail = (error: Error, message: string) => {
    log.fatal({ err: error }, message);
    exit(1);
  };
  let service: Service;
  try {
    service = await start(config, log, fail);
  } catch (error) {
    // Whatever the log level: who starts it must see why it does not come up.
    console.error(`${name} cannot start: ${error instanceof ConfigError ? error.message : inspect(error)}`);
    return exit(1);
  }

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await service.stop();
    log.info('stopped');
    exit(0);
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
