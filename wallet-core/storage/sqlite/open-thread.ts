import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { recordId } from '../../journal/position.js';
import type { MovementView, NegativeBalance, OpenFilter, OpenMovements } from '../port.js';
import { openReader } from './connection.js';
import { Pace } from './pace.js';
import { Reader } from './reader.js';

// A thread of its own: it reads every movement of the time that was asked for that was there when it began. In steps, so that no
// read transaction keeps the WAL from beginning anew: what was open all the while is found, what closed meanwhile may be.
export interface OpenData extends OpenFilter {
  readonly path: string;
}

interface Row {
  readonly id: bigint;
  readonly channelId: bigint;
  readonly accountId: bigint;
  readonly reference: string;
  readonly round: string;
  readonly roundKey: bigint | null;
  readonly withholding: bigint;
  readonly blocked: bigint;
}

const ROUNDS_KEPT = 10_000;
/** Of a core: in its pauses nobody reads the past, and a checkpoint comes to its end. */
const SHARE = 0.5;
/** Movements that are looked at in one read transaction. */
const STEP_MOVEMENTS = 2_000n;

const { path, fromMs, toMs, limit } = workerData as OpenData;
const db = openReader(path);
const reader = new Reader(path);

/** The id from which on records are not older than this. Times never go back in a journal, so halving finds it. */
function firstIdSince(ms: bigint): bigint {
  const timeOf = db.prepare<[bigint], bigint>('SELECT time_ms FROM entry WHERE seq = ?').pluck();
  let low = 1n;
  let high = (db.prepare<[], bigint>('SELECT ifnull(max(seq), 0) FROM entry').pluck().get() ?? 0n) + 1n;
  while (low < high) {
    const middle = (low + high) / 2n;
    if ((timeOf.get(middle) ?? 0n) < ms) low = middle + 1n;
    else high = middle;
  }
  return recordId(low, 0);
}

/** Whether a bet was paid out: named by a payout, or its player got a payout in its round. */
function settlements(on: Database): (row: Row) => boolean {
  const named = on.prepare<[string, bigint, bigint], bigint>(`
    SELECT m.id FROM name n JOIN movement m ON m.id = n.movement_id
    WHERE n.reference = ? AND n.relation = 'SETTLE' AND m.channel_id = ? AND m.account_id = ? AND m.reason IS NULL
    LIMIT 1`);
  const paid = on
    .prepare<[bigint, bigint, string], bigint>(
      `SELECT DISTINCT account_id FROM movement
      WHERE round_key = ? AND channel_id = ? AND round = ? AND kind = 'PAYOUT' AND reason IS NULL`,
    )
    .pluck();
  // Each round is read once, however many players had bets in it.
  const rounds = new Map<string, ReadonlySet<bigint>>();
  return ({ reference, channelId, accountId, round, roundKey }) => {
    if (named.get(reference, channelId, accountId) !== undefined) return true;
    if (roundKey === null) return false;
    const key = `${channelId} ${round}`;
    const known = rounds.get(key) ?? new Set(paid.all(roundKey, channelId, round));
    if (rounds.size >= ROUNDS_KEPT) rounds.clear();
    rounds.set(key, known);
    return known.has(accountId);
  };
}

const isSettled = settlements(db);
const open: Record<'bets' | 'withholdings' | 'blocked', MovementView[]> = { bets: [], withholdings: [], blocked: [] };
const before = firstIdSince(toMs);
const last = db.prepare<[], bigint>('SELECT ifnull(max(id), 0) FROM movement').pluck().get() ?? 0n;
const stepEnd = db
  .prepare<[bigint, bigint, bigint], bigint | null>(
    'SELECT max(id) FROM (SELECT id FROM movement WHERE id > ? AND id <= ? ORDER BY id LIMIT ?)',
  )
  .pluck();
const candidates = db.prepare<[bigint, bigint], Row>(`
  SELECT id, channel_id AS channelId, account_id AS accountId, reference, round, round_key AS roundKey,
    withholding = 1 OR kind = 'WITHHOLDING' AS withholding, reason IS NOT NULL AS blocked
  FROM movement
  WHERE id > ? AND id <= ? AND (reason = 'BLOCKED' OR reason IS NULL AND amount < 0 AND (kind IN ('BET', 'WITHHOLDING') OR withholding = 1))
  ORDER BY id`);
const pace = new Pace(SHARE);
let found = 0;
let cut = false;

async function look(row: Row): Promise<void> {
  const of = row.blocked === 1n ? 'blocked' : row.withholding === 1n ? 'withholdings' : 'bets';
  if (of !== 'blocked' && row.id >= before) return;
  if (of === 'bets' && isSettled(row)) return;
  const view = await reader.movement(row.id);
  if (!view || (of !== 'blocked' && (view.outstanding ?? 0n) === 0n)) return;
  cut = found === limit;
  if (cut) return;
  found += 1;
  open[of].push(view);
}

for (let after = firstIdSince(fromMs) - 1n; !cut;) {
  const end = stepEnd.get(after, last, STEP_MOVEMENTS);
  if (end === null || end === undefined) break;
  for (const row of candidates.all(after, end)) {
    if (cut) break;
    await look(row);
    pace.pause();
  }
  after = end;
  pace.pause();
}
// The schema's CHECK keeps the store from writing one, but nobody else who writes the file.
const negative = db
  .prepare<[number], NegativeBalance>(
    'SELECT player, currency, balance FROM account WHERE balance < 0 ORDER BY player, currency LIMIT ?',
  )
  .all(limit);
reader.close();
db.close();
const answer: OpenMovements = { ...open, cut, negative };
parentPort?.postMessage(answer);
