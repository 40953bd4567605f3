import type { Database, Statement } from 'better-sqlite3';
import type { Findings } from '../../verify/finding.js';
import type { Index, Table } from './index-layout.js';

/** Rows of an index that are counted in one read transaction. */
const CHUNK_ROWS = 20_000n;

type Value = bigint | string | Buffer;

/** How many rows an index has. With all rows of the table among them, as many is exactly these. */
export class IndexCount {
  readonly #from: string;

  constructor(
    readonly db: Database,
    readonly table: Table,
    readonly index: Index,
    readonly pause: () => void,
  ) {
    this.#from = `FROM ${table.name} INDEXED BY ${index.name} WHERE ${index.where}`;
  }

  /** `rows`: those of the table that were found in it. */
  compare(rows: bigint, findings: Findings): void {
    const subject = `index ${this.index.name}`;
    try {
      const [expected, seen] = this.table.onlyGrows ? [rows, this.#inChunks(rows)] : this.#atOnce();
      if (seen === expected) return;
      findings.add({ check: 'FILE', subject, expected: `${expected} rows`, seen: `${seen} rows` });
    } catch (error) {
      const seen = error instanceof Error ? error.message : String(error);
      findings.add({ check: 'FILE', subject, expected: 'an index that can be read', seen });
    }
  }

  /** Of a table whose rows change, both sides are counted at one moment. Such tables are small. */
  #atOnce(): [table: bigint, index: bigint] {
    const { rows } = this.table;
    const both = this.db.prepare<[], [bigint, bigint]>(
      `SELECT (SELECT count(*) FROM ${rows} WHERE ${this.index.where}), (SELECT count(*) ${this.#from})`,
    );
    this.pause();
    return both.raw().get() ?? [0n, 0n];
  }

  #inChunks(rows: bigint): bigint {
    const { first } = this.index;
    const next = (after: string): Statement<Value[], Value | null> =>
      this.db
        .prepare<Value[], Value | null>(
          `SELECT max(value) FROM (SELECT ${first} AS value ${this.#from} ${after} ORDER BY ${first} LIMIT ${CHUNK_ROWS})`,
        )
        .pluck();
    const count = (after: string): Statement<Value[], bigint> =>
      this.db
        .prepare<Value[], bigint>(`SELECT count(*) ${this.#from} AND ${this.table.bound} AND ${first} <= ? ${after}`)
        .pluck();
    const [nextAfter, countAfter] = [next(`AND ${first} > ?`), count(`AND ${first} > ?`)];
    let to = next('').get();
    if (to === null || to === undefined) return 0n;
    let seen = count('').get(to) ?? 0n;
    while (seen <= rows) {
      const after: Value = to;
      to = nextAfter.get(after);
      if (to === null || to === undefined) break;
      seen += countAfter.get(to, after) ?? 0n;
      this.pause();
    }
    return seen;
  }
}
