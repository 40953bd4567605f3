import path from 'node:path';
import type { Outcome } from '../../wallet-core/domain/outcome.js';
import type { Submission } from '../../wallet-core/storage/port.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { CHANNELS, depositOf, tablePlay } from './table-play.js';
import { CURRENCY, PLATFORM, playerOf, PLAYERS } from './world.js';

const ALL = Array.from({ length: PLAYERS }, (_, index) => playerOf(index + 1));
/** Commands of one commit: as under load. */
const GROUP = 256;

/**
 * Brings the ledger in a folder to so many movements, through the storage port: makes it if need be, keeps it if it has
 * them, goes on with one that has fewer. Gives how many it has. `tell` hears how many there are now and then.
 */
export async function makeLedger(
  folder: string,
  movements: number,
  tell: (movements: number) => void = () => {},
): Promise<number> {
  // No answer leaves here, so nothing is lost when the power goes but the time to make it again.
  const store = await SqliteStore.open({ folder, owner: 'the ledger maker', synchronous: 'NORMAL' });
  try {
    let made = countMovements(folder);
    if (made >= movements) return made;
    for (const group of groupsOf(submissions(made))) {
      const outcomes = await store.commit(group);
      for (const outcome of outcomes) {
        made += movementsOf(outcome);
      }
      tell(made);
      if (made >= movements) break;
    }
    return made;
  } finally {
    await store.close();
  }
}

/** `made` makes the references differ from those of what is there. */
function* submissions(made: number): Generator<Submission> {
  const request = new Uint8Array(0);
  for (const channel of [PLATFORM, ...CHANNELS]) yield { command: { type: 'open-channel', channel }, request };
  for (const player of ALL) yield { command: { type: 'open-account', player, currency: CURRENCY }, request };
  for (const player of ALL) yield depositOf(player, `${made}-first-${player}`, 100_000_000n);
  yield* tablePlay(ALL, String(made));
}

function movementsOf(outcome: Outcome): number {
  if (outcome.status === 'APPLIED' || outcome.status === 'REFUSED') return outcome.movements.length;
  if (outcome.status === 'REFUND_DECIDED') {
    return outcome.refund.lines.filter(({ status }) => status === 'REFUNDED').length;
  }
  if (outcome.status === 'DONE') return 0;
  throw new Error(`a command came to ${outcome.status}`);
}

function* groupsOf(submissions: Iterable<Submission>): Generator<Submission[]> {
  let group: Submission[] = [];
  for (const submission of submissions) {
    group.push(submission);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
}

function countMovements(folder: string): number {
  const db = new SQLite(path.join(folder, 'ledger.db'), { readonly: true, fileMustExist: true });
  try {
    return db.prepare<[], number>('SELECT count(*) FROM movement').pluck().get() ?? 0;
  } finally {
    db.close();
  }
}
