import type { Database, Statement } from 'better-sqlite3';
import type { Operator } from '../../domain/command.js';
import type { ActView } from '../port.js';

const NEWEST = 2n ** 62n;
const COLUMNS = 'a.id, a.operator, a.reason, a.act, a.player, a.records, e.time_ms AS timeMs';
const FROM = 'FROM act a JOIN entry e ON e.seq = a.id >> 16';

/** Reads what the operator's people did. */
export class ActRows {
  readonly #after: Statement<[bigint], { name: string; reason: string; first: bigint }>;
  readonly #all: Statement<[bigint, bigint], ActView>;
  readonly #ofPlayer: Statement<[string, bigint, bigint], ActView>;

  constructor(db: Database) {
    this.#after = db.prepare(
      'SELECT operator AS name, reason, id - records AS first FROM act WHERE id > ? ORDER BY id LIMIT 1',
    );
    this.#all = db.prepare(`SELECT ${COLUMNS} ${FROM} WHERE a.id <= ? ORDER BY a.id DESC LIMIT ?`);
    this.#ofPlayer = db.prepare(
      `SELECT ${COLUMNS} ${FROM} WHERE a.player = ? AND a.id <= ? ORDER BY a.id DESC LIMIT ?`,
    );
  }

  /** Who had a record written: the next act stands directly behind all records that it is about. */
  of(id: bigint): Operator | undefined {
    const act = this.#after.get(id);
    return act && act.first <= id ? { name: act.name, reason: act.reason } : undefined;
  }

  list(player: string | undefined, size: number, from = NEWEST): ActView[] {
    return player === undefined ? this.#all.all(from, BigInt(size)) : this.#ofPlayer.all(player, from, BigInt(size));
  }
}
