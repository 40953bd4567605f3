import type { Database } from 'better-sqlite3';
import type { Findings } from '../../verify/finding.js';
import { IndexCount } from './index-count.js';
import { tablesOf, type Table } from './index-layout.js';

/** Rows that are looked up in one read transaction. */
const CHUNK_ROWS = 2_000n;
/** Rows of one index that are told one by one. */
const TOLD_MAX = 10n;

/** How far the ledger is verified. */
export interface Bounds {
  readonly lastEntry: bigint;
  /** The greatest id of a record of that entry. */
  readonly lastRecord: bigint;
}

/**
 * Verify reads tables in the order of their keys; what decides looks rows up. A damaged page can hide a row from a look-up
 * and not from a reader: a refund that is not found can be made again. So every row is looked up once by its own key and
 * through each index, and no index has more rows than its table.
 */
export function checkIndexes(db: Database, bounds: Bounds, findings: Findings, pause: () => void): void {
  for (const table of tablesOf(db, bounds)) {
    const check = new TableCheck(db, table, findings, pause);
    try {
      check.run();
    } catch (error) {
      const seen = error instanceof Error ? error.message : String(error);
      findings.add({ check: 'FILE', subject: `table ${table.name} and its indexes`, expected: 'rows', seen });
    }
  }
}

type Key = bigint | string | Buffer;

class TableCheck {
  constructor(
    readonly db: Database,
    readonly table: Table,
    readonly findings: Findings,
    readonly pause: () => void,
  ) {}

  run(): void {
    const { table, pause } = this;
    const counts = table.indexes.map(() => 0n);
    const next = this.db
      .prepare<Key[], Key | null>(
        `SELECT max(key) FROM (SELECT ${table.key} AS key FROM ${table.rows} WHERE ${table.bound} AND ${table.key} > ?
        ORDER BY ${table.key} LIMIT ${CHUNK_ROWS})`,
      )
      .pluck();
    const rows = this.db.prepare<[Key, Key], bigint[]>(this.#countSql()).raw();
    for (let after: Key = table.least; ;) {
      const to: Key | null | undefined = next.get(after);
      if (to === null || to === undefined) break;
      const [unreachable = 0n, ...found] = rows.get(after, to) ?? [];
      if (unreachable > 0n) this.#tell(`key of table ${table.name}`, table.lookUp, after, to);
      for (const [at, index] of table.indexes.entries()) {
        counts[at] = (counts[at] ?? 0n) + (found[2 * at] ?? 0n);
        if ((found[2 * at + 1] ?? 0n) === 0n) continue;
        this.#tell(`index ${index.name}`, `${index.where} AND ${index.lookUp}`, after, to);
      }
      after = to;
      pause();
    }
    for (const [at, index] of table.indexes.entries()) {
      new IndexCount(this.db, table, index, pause).compare(counts[at] ?? 0n, this.findings);
    }
  }

  /** Rows that are not found by their key, and for each index those that it has and those that are not found in it. */
  #countSql(): string {
    const { table } = this;
    const columns = table.indexes.flatMap(({ where, lookUp }) => [
      `count(*) FILTER (WHERE ${where})`,
      `count(*) FILTER (WHERE ${where} AND ${lookUp})`,
    ]);
    const all = [`count(*) FILTER (WHERE ${table.lookUp})`, ...columns].join(', ');
    return `SELECT ${all} FROM ${table.rows} WHERE ${table.key} > ? AND ${table.key} <= ?`;
  }

  #tell(subject: string, condition: string, after: Key, to: Key): void {
    const { table } = this;
    const hidden = this.db
      .prepare<[Key, Key], Key>(
        `SELECT ${table.key} FROM ${table.rows} WHERE ${table.key} > ? AND ${table.key} <= ? AND ${condition} LIMIT ${TOLD_MAX}`,
      )
      .pluck()
      .all(after, to);
    for (const key of hidden) {
      const name = Buffer.isBuffer(key) ? key.toString('hex') : String(key);
      const record = table.isOfRecords && typeof key === 'bigint' ? { record: key } : {};
      const expected = `the row of table ${table.name} with ${table.key} ${name}`;
      this.findings.add({ check: 'FILE', subject, ...record, expected, seen: 'none' });
    }
  }
}
