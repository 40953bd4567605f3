import type { Logger } from 'pino';
import { formatAddress, type Address } from '../config.js';
import { Committer } from './committer.js';
import { listen } from './grpc/server.js';
import { SqliteStore } from './storage/sqlite/sqlite-store.js';
import { CommitUnknownError } from './storage/port.js';

export interface CoreOptions {
  /** The folder of the ledger. */
  readonly data: string;
  /** Port 0: one that the system chooses. */
  readonly listen: Address;
  readonly log: Logger;
  /** Called when a commit's fate is unknown: only a restart finds out. */
  readonly onFatal: (error: Error) => void;
  /** URL of the module with the rules, if not domain/decide.ts. */
  readonly rules?: URL;
}

export interface Core extends Address {
  readonly committer: Committer;
  /** Answers what is under way, writes the WAL into the database and gives up the ledger. */
  stop(): Promise<void>;
}

/** Builds the whole of wallet-core and starts it. */
export async function startCore({ data, listen: at, log, onFatal, rules }: CoreOptions): Promise<Core> {
  const owner = `process ${process.pid}, started ${new Date().toISOString()}, listening on ${formatAddress(at)}`;
  const store = await SqliteStore.open({ folder: data, owner, ...(rules ? { rules } : {}) });
  const committer = new Committer(store, (error, command) => {
    log.error({ err: error, command: command.type }, 'a command could not be committed');
    if (error instanceof CommitUnknownError) onFatal(error);
  });
  const server = await listen(formatAddress(at), store, committer, log);
  return {
    host: at.host,
    port: server.port,
    committer,
    stop: async () => {
      server.announceStop();
      await server.stop();
      await committer.stop();
      await store.close();
    },
  };
}
