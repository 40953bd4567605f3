import { parentPort, workerData } from 'node:worker_threads';
import type { Counts } from '../port.js';
import { openReader } from './connection.js';
import { Pace } from './pace.js';

/** Of a core, while it catches up: it is for a look at a graph, and nobody waits for it. */
const SHARE = 0.2;
/** Read in one go; no transaction stays open for longer, so the WAL does not grow. */
const MOVEMENTS = 2_000n;

interface Range {
  /** Exclusive. */
  readonly from: bigint;
  readonly to: bigint;
}

const db = openReader(workerData as string);
db.pragma('cache_size = -2048');

const IS_WITHHOLDING = "(m.withholding = 1 OR m.kind = 'WITHHOLDING') AND m.reason IS NULL AND m.amount < 0";

/** Whether something was left of a debit behind this movement; as outstandingOf in domain/state.ts, from the rows alone. */
function isOpenAt(id: string): string {
  const drawn = `SELECT * FROM name n WHERE n.debit_id = m.id AND n.movement_id <= ${id}`;
  return `(NOT EXISTS (${drawn} AND n.relation = 'REFUND') AND
    -m.amount > (SELECT ifnull(sum(amount), 0) FROM (${drawn} AND n.relation <> 'REFUND')))`;
}

const next = db.prepare<[bigint, bigint], { to: bigint | null; count: bigint }>(
  'SELECT max(id) AS "to", count(*) AS count FROM (SELECT id FROM movement WHERE id > ? ORDER BY id LIMIT ?)',
);
const opened = db
  .prepare<Range, bigint>(
    `SELECT count(*) FROM movement m
    WHERE m.id > @from AND m.id <= @to AND ${IS_WITHHOLDING} AND ${isOpenAt('@to')}`,
  )
  .pluck();
const closed = db
  .prepare<Range, bigint>(
    `SELECT count(*) FROM movement m
    WHERE m.id IN (SELECT debit_id FROM name WHERE movement_id > @from AND movement_id <= @to AND debit_id <= @from)
      AND ${IS_WITHHOLDING} AND ${isOpenAt('@from')} AND NOT ${isOpenAt('@to')}`,
  )
  .pluck();

let seen = -1n;
let movements = 0n;
let open = 0n;

/** Counts on with what was recorded since: what a movement opened, and what it closed, never changes any more. */
function catchUp(): void {
  const pace = new Pace(SHARE);
  for (;;) {
    const countedMs = Date.now();
    const { to, count } = next.get(seen, MOVEMENTS) ?? { to: null, count: 0n };
    if (to === null) {
      const counts: Counts = { movements: Number(movements), openWithholdings: Number(open), countedMs };
      parentPort?.postMessage(counts);
      return;
    }
    const range = { from: seen, to };
    open += (opened.get(range) ?? 0n) - (closed.get(range) ?? 0n);
    movements += count;
    seen = to;
    pace.pause();
  }
}

parentPort?.on('message', catchUp);
