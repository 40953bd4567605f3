// Movements straight through the storage port, in groups of a fixed size: the limit of the disk side.
import type { NewMovement } from '../../../wallet-core/domain/command.js';
import type { Submission } from '../../../wallet-core/storage/port.js';
import { SqliteStore } from '../../../wallet-core/storage/sqlite/sqlite-store.js';
import { begin, finish, serveLoads, taskOf } from '../load/generator.js';
import type { Seen } from '../load/load.js';
import type { Times } from '../load/schedule.js';
import { CURRENCY, PLATFORM, playerOfTurn, referenceOf } from '../world.js';

export interface StorageTask {
  /** The folder of the ledger. */
  readonly data: string;
  readonly group: number;
  readonly prefix: string;
}

export interface StorageSeen extends Seen {
  /** Movements, with those before the time that counts. */
  readonly made: number;
}

const { data, group, prefix } = taskOf<StorageTask>();
const store = await SqliteStore.open({ folder: data, owner: 'the benchmark' });
process.once('SIGTERM', () => void store.close().then(() => process.exit(0)));
const NO_REQUEST = new Uint8Array(0);
let made = 0;

serveLoads<Times, StorageSeen>(async ({ leadInSeconds, seconds }) => {
  const leadIn = await commitFor(leadInSeconds);
  begin();
  const timed = await commitFor(seconds);
  finish();
  return { good: timed.movements, busy: 0, seconds: timed.seconds, made: leadIn.movements + timed.movements };
});

async function commitFor(limit: number): Promise<{ readonly movements: number; readonly seconds: number }> {
  const [started, before] = [performance.now(), made];
  const end = started + limit * 1000;
  while (performance.now() < end) {
    const outcomes = await store.commit(Array.from({ length: group }, next));
    const wrong = outcomes.find(({ status }) => status !== 'APPLIED');
    if (wrong) throw new Error(`a bet came to ${JSON.stringify(wrong)}`);
  }
  return { movements: made - before, seconds: (performance.now() - started) / 1000 };
}

/** Written out in one piece and without a request of its own: what is measured is to be the storage, not the bets. */
function next(): Submission {
  const index = made++;
  const movement: NewMovement = {
    player: playerOfTurn(index),
    currency: CURRENCY,
    kind: 'BET',
    amount: -50n,
    reference: referenceOf(prefix, index),
    round: `${prefix}-round-${Math.floor(index / 5)}`,
    roundUnsigned: false,
    providerType: '',
    names: [],
    withholding: false,
    wager: false,
  };
  return { command: { type: 'movements', channel: PLATFORM, movements: [movement] }, request: NO_REQUEST };
}
