import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type ClientUnaryCall, credentials, Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { OperationsServiceClient, OperationsServiceService } from '../../proto/gen/wallet/v1/operations.js';
import { listOpen } from '../../wallet-core/grpc/operations/open.js';
import { trialBalance } from '../../wallet-core/grpc/operations/trial-balance.js';
import type { Store } from '../../wallet-core/storage/port.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { temporaryFolder } from '../torture/shim.js';

const FILTER = { fromMs: 0n, toMs: 2n ** 60n, limit: 10 };

/** The real store; its first reading begins once nobody waits for it. */
class Unawaited {
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;
  readonly store: Store;

  constructor(store: Store) {
    let [begin, end] = [() => {}, () => {}];
    this.begun = new Promise((resolve) => (begin = resolve));
    this.ended = new Promise((resolve) => (end = resolve));
    let isFirst = true;
    const late = async <Answer>(signal: AbortSignal, read: () => Promise<Answer>): Promise<Answer> => {
      if (!isFirst) return read();
      isFirst = false;
      begin();
      await once(signal, 'abort');
      return read().finally(end);
    };
    this.store = Object.assign(Object.create(store) as Store, {
      trialBalance: (signal: AbortSignal) => late(signal, () => store.trialBalance(signal)),
      open: (filter: typeof FILTER, signal: AbortSignal) => late(signal, () => store.open(filter, signal)),
    });
  }
}

type Done = (error: ServiceError | null, response?: unknown) => void;

const READINGS = [
  {
    what: 'a trial balance',
    read: (store: Store, signal: AbortSignal) => store.trialBalance(signal),
    ask: (client: OperationsServiceClient, done: Done) => client.getTrialBalance({}, done),
  },
  {
    what: 'the search for what is open',
    read: (store: Store, signal: AbortSignal) => store.open(FILTER, signal),
    ask: (client: OperationsServiceClient, done: Done) => client.listOpen(FILTER, done),
  },
] as const;

describe('a caller who hangs up', () => {
  let folder: string;
  let store: SqliteStore;

  before(async () => {
    folder = temporaryFolder('wallet-core-');
    store = await SqliteStore.open({ folder, owner: 'the test' });
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  for (const { what, read, ask } of READINGS) {
    it(`ends the thread of ${what}`, async () => {
      const hangUp = new AbortController();
      const answer = read(store, hangUp.signal).then(
        () => 'read to its end',
        (error: Error) => error.name,
      );
      // The thread's message cannot have come yet: it comes as an event.
      hangUp.abort();
      expect(await answer).to.equal('AbortError');
    });

    it(`gives the place of ${what} to the next one, and is no fault in the log`, async () => {
      const { begun, ended, store: unawaited } = new Unawaited(store);
      const lines: string[] = [];
      const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
      const { signal: stopping } = new AbortController();
      const server = new Server();
      const [getTrialBalance, open] = [trialBalance(unawaited, log, stopping), listOpen(unawaited, log, stopping)];
      server.addService(OperationsServiceService, { getTrialBalance, listOpen: open });
      const port = await new Promise((resolve, reject) =>
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
          error ? reject(error) : resolve(bound),
        ),
      );
      const client = new OperationsServiceClient(`127.0.0.1:${String(port)}`, credentials.createInsecure());
      const asked = () => {
        let call: ClientUnaryCall | undefined;
        const answer = new Promise<string>((resolve) => {
          call = ask(client, (error) => resolve(error?.message ?? 'OK'));
        });
        return { answer, hangUp: () => call?.cancel() };
      };
      try {
        const first = asked();
        await begun;
        expect(await asked().answer).to.match(/^8 RESOURCE_EXHAUSTED: .*; wait for it$/);
        first.hangUp();
        await ended;
        expect(await asked().answer).to.equal('OK');
        expect(lines).to.deep.equal([]);
      } finally {
        client.close();
        server.forceShutdown();
      }
    });
  }
});
