import type { Database } from 'better-sqlite3';
import type { Findings } from '../../verify/finding.js';
import { MultisetHash } from '../../verify/multiset.js';
import { referenceKey } from './keys.js';

/** Rows that are read in one go. */
const CHUNK_ROWS = 4_000n;
/** A key and an id in hexadecimal. */
const ROW_BYTES = 24;

interface Listed {
  readonly key: Buffer;
  readonly movementId: bigint;
  readonly reference: string | null;
  readonly channel: string | null;
  readonly holds: bigint | null;
}

interface Held {
  readonly id: bigint;
  readonly channel: string | null;
  readonly reference: string;
}

/**
 * Each reference that a movement holds stands in the table of references, once, and nothing else does. Both sides are
 * hashed as multisets, which needs no random reads; only if they differ are they looked at row by row.
 */
export class ReferenceTable {
  readonly #db: Database;
  readonly #findings: Findings;
  /** The greatest id of the records that are verified. */
  readonly #end: bigint;
  readonly #seed = MultisetHash.seed();

  constructor(
    db: Database,
    findings: Findings,
    end: bigint,
    readonly pause: () => void,
  ) {
    this.#db = db;
    this.#findings = findings;
    this.#end = end;
  }

  /** For what the movements hold. */
  hash(): MultisetHash {
    return new MultisetHash(this.#seed);
  }

  compare(held: MultisetHash): void {
    if (this.#listed().equals(held)) return;
    const before = this.#findings.count;
    this.#findWronglyListed();
    this.#findUnlisted();
    if (this.#findings.count > before) return;
    this.#fault('table of references', undefined, `${held.count} rows that fit`, 'others');
  }

  /** SQLite joins the rows of a chunk into one text: much faster than to hand each over. */
  #listed(): MultisetHash {
    const chunk = this.#db
      .prepare<[Buffer, bigint], [last: Buffer | null, rows: string | null]>(
        `SELECT max(key), group_concat(substr(hex(key) || printf('%032d', 0), 1, 32) || printf('%016x', movement_id), '')
        FROM (SELECT key, movement_id FROM reference WHERE key > ? ORDER BY key LIMIT ?)`,
      )
      .raw();
    const hash = this.hash();
    for (let last: Buffer | null = Buffer.alloc(0); last !== null;) {
      const [end, hex]: [Buffer | null, string | null] = chunk.get(last, CHUNK_ROWS) ?? [null, null];
      const rows = Buffer.from(hex ?? '', 'hex');
      for (let at = 0; at < rows.length; at += ROW_BYTES) {
        const id = rows.readBigInt64BE(at + 16);
        if (id <= this.#end) hash.add(rows.subarray(at, at + 16), id);
      }
      last = end;
      this.pause();
    }
    return hash;
  }

  #findWronglyListed(): void {
    const chunk = this.#db.prepare<[Buffer, bigint], Listed>(`
      SELECT r.key, r.movement_id AS movementId, m.reference, c.name AS channel, m.holds_reference AS holds
      FROM reference r LEFT JOIN movement m ON m.id = r.movement_id LEFT JOIN channel c ON c.id = m.channel_id
      WHERE r.key > ? ORDER BY r.key LIMIT ?`);
    for (let rows = chunk.all(Buffer.alloc(0), CHUNK_ROWS); rows.length > 0;) {
      for (const { key, movementId, reference, channel, holds } of rows) {
        if (movementId > this.#end) continue;
        const fits = reference !== null && holds === 1n && referenceKey(channel ?? '', reference).equals(key);
        if (fits) continue;
        const seen = reference === null ? 'no such movement' : `${channel ?? ''} ${reference}`;
        this.#fault('reference in the table', movementId, `one with the key ${key.toString('hex')}`, seen);
      }
      rows = chunk.all(rows.at(-1)?.key ?? Buffer.alloc(0), CHUNK_ROWS);
      this.pause();
    }
  }

  #findUnlisted(): void {
    const chunk = this.#db.prepare<[bigint, bigint, bigint], Held>(`
      SELECT m.id, c.name AS channel, m.reference FROM movement m LEFT JOIN channel c ON c.id = m.channel_id
      WHERE m.id > ? AND m.id <= ? AND m.holds_reference = 1 ORDER BY m.id LIMIT ?`);
    const listed = this.#db.prepare<[Buffer], bigint>('SELECT movement_id FROM reference WHERE key = ?').pluck();
    for (let last = 0n; ;) {
      const rows = chunk.all(last, this.#end, CHUNK_ROWS);
      for (const { id, channel, reference } of rows) {
        const seen = listed.get(referenceKey(channel ?? '', reference));
        if (seen === id) continue;
        const found = seen === undefined ? 'not in the table' : `record ${seen}`;
        this.#fault(`holder of reference ${reference}`, id, 'this movement', found);
      }
      const end = rows.at(-1)?.id;
      if (end === undefined) return;
      last = end;
      this.pause();
    }
  }

  #fault(subject: string, record: bigint | undefined, expected: string, seen: string): void {
    this.#findings.add({ check: 'REFERENCES', subject, ...(record === undefined ? {} : { record }), expected, seen });
  }
}
