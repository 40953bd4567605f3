import type { Database, Statement } from 'better-sqlite3';
import type { PrunedSoFar } from '../port.js';

/** What one step takes at most, so that a commit behind it waits for milliseconds. */
const STEP_ENTRIES = 64n;
const STEP_BYTES = 256 * 1024;

interface Row {
  readonly seq: bigint;
  readonly bytes: bigint;
  readonly timeMs: bigint;
}

/** Takes the requests of old entries out of the file, a few at a time; later records use their pages again. */
export class Pruner {
  readonly #oldest: Statement<[bigint], Row>;
  readonly #delete: Statement<[bigint]>;

  constructor(db: Database) {
    this.#oldest = db.prepare(`
      SELECT r.seq, length(r.body) AS bytes, e.time_ms AS timeMs
      FROM request r JOIN entry e ON e.seq = r.seq ORDER BY r.seq LIMIT ?`);
    this.#delete = db.prepare('DELETE FROM request WHERE seq <= ?');
  }

  /** One step, within a transaction of its own; it finds nothing once all are gone that were recorded before this time. */
  step(beforeMs: bigint): PrunedSoFar {
    let [entries, bytes] = [0, 0];
    let last: bigint | undefined;
    // Times never go back, so the first that is young enough ends it.
    for (const row of this.#oldest.all(STEP_ENTRIES)) {
      if (row.timeMs >= beforeMs || bytes >= STEP_BYTES) break;
      entries += 1;
      bytes += Number(row.bytes);
      last = row.seq;
    }
    if (last !== undefined) this.#delete.run(last);
    return { entries, bytes };
  }
}
