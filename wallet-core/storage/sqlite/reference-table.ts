import type { Database } from 'better-sqlite3';
import type { Findings } from '../../verify/finding.js';
import { MultisetHash } from '../../verify/multiset.js';
import { ERA_BYTES, eraKey, KEY_BYTES, referenceKey } from './keys.js';
import { ReferenceFilter } from './reference-filter.js';
import type { References } from './references.js';

/** Rows that are read in one go. */
const CHUNK_ROWS = 4_000n;
/** A read that finds nothing takes as long as so many rows. */
const QUERY_ROWS = 16;
/** A key without its era, and an id. */
const ROW_BYTES = KEY_BYTES + 8;

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
 * Each reference that a movement holds stands in the table of references, once in all eras, and nothing else does. Both sides are
 * hashed as multisets, which needs no look-up of each; only if they differ are they looked at row by row.
 */
export class ReferenceTable {
  readonly #db: Database;
  readonly #findings: Findings;
  /** The greatest id of the records that are verified. */
  readonly #end: bigint;
  readonly #references: References;
  readonly #seed = MultisetHash.seed();

  constructor(
    db: Database,
    references: References,
    findings: Findings,
    end: bigint,
    readonly pause: () => void,
  ) {
    this.#db = db;
    this.#findings = findings;
    this.#end = end;
    this.#references = references;
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

  /**
   * In parts by the first byte of a key, each of all eras, so that two of the same key are met together. SQLite joins the rows of
   * a part into one text: much faster than to hand each over. A key that is too short is filled up, so that all rows are as long.
   */
  #listed(): MultisetHash {
    const part = this.#db
      .prepare<[Buffer, Buffer], string | null>(
        `SELECT group_concat(
          substr(hex(key) || printf('%038d', 0), ${1 + 2 * ERA_BYTES}, ${2 * KEY_BYTES}) || printf('%016x', movement_id), '')
        FROM reference WHERE key BETWEEN ? AND ?`,
      )
      .pluck();
    this.#references.refresh();
    const { growing } = this.#references;
    const counts = Array.from({ length: growing + 1 }, () => 0);
    const hash = this.hash();
    let sincePause = 0;
    for (let first = 0; first < 256; first += 1) {
      const seen = new Set<number>();
      const [least, greatest] = [Buffer.from([first]), Buffer.alloc(KEY_BYTES, 0xff).fill(first, 0, 1)];
      for (let era = 0; era <= growing; era += 1) {
        const rows = Buffer.from(part.get(eraKey(era, least), eraKey(era, greatest)) ?? '', 'hex');
        for (let at = 0; at < rows.length; at += ROW_BYTES) {
          const key = rows.subarray(at, at + KEY_BYTES);
          const id = rows.readBigInt64BE(at + KEY_BYTES);
          counts[era] = (counts[era] ?? 0) + 1;
          if (id > this.#end) continue;
          hash.add(key, id);
          if (this.#references.filters.denies(era, key)) this.#denied(era, id);
          // Six bytes behind the one that all of a part have in common: whatever looks like two is looked up.
          const mark = rows.readUIntBE(at + 1, 6);
          if (seen.has(mark)) this.#findHeldTwice(key, growing);
          seen.add(mark);
        }
        sincePause += QUERY_ROWS + rows.length / ROW_BYTES;
        if (sincePause < Number(CHUNK_ROWS)) continue;
        this.pause();
        sincePause = 0;
      }
    }
    this.#compareEras(counts);
    return hash;
  }

  /** What is kept of the eras that have ended, and that nothing stands behind the one that grows. */
  #compareEras(counts: readonly number[]): void {
    const growing = counts.length - 1;
    for (let era = 0; era < growing; era += 1) {
      const kept = this.#references.kept(era);
      const filter = kept && ReferenceFilter.kept(era, kept);
      if (filter) {
        if (!this.#references.filters.has(era, filter)) this.#compareFilter(era, filter);
      } else if (kept?.filter.length !== 0) {
        const seen = kept ? 'another' : 'none that can be read';
        this.#fault(`filter of era ${era}`, undefined, 'one that fits its hash', seen);
      }
      if (kept && kept.count !== BigInt(counts[era] ?? 0)) {
        this.#fault(`references of era ${era}`, undefined, `${kept.count}`, `${counts[era]}`);
      }
      this.pause();
    }
    const behind = this.#db.prepare<[Buffer, bigint], bigint>(
      'SELECT movement_id FROM reference WHERE key >= ? AND movement_id <= ? LIMIT 1',
    );
    const id = behind.pluck().get(eraKey(growing + 1, Buffer.alloc(0)), this.#end);
    if (id !== undefined) this.#fault('reference in the table', id, 'one of an era that has begun', 'a later one');
  }

  /** Of an era that nobody has a filter of, or another one than is kept: the next start will take this one. */
  #compareFilter(era: number, filter: ReferenceFilter): void {
    const chunk = this.#db.prepare<[Buffer, Buffer, bigint], { key: Buffer; id: bigint }>(
      'SELECT key, movement_id AS id FROM reference WHERE key > ? AND key < ? ORDER BY key LIMIT ?',
    );
    const end = eraKey(era + 1, Buffer.alloc(0));
    for (let rows = chunk.all(eraKey(era, Buffer.alloc(0)), end, CHUNK_ROWS); rows.length > 0;) {
      for (const { key, id } of rows) {
        if (id <= this.#end && filter.denies(key.subarray(ERA_BYTES))) this.#denied(era, id);
      }
      this.pause();
      rows = chunk.all(rows.at(-1)?.key ?? end, end, CHUNK_ROWS);
    }
  }

  #denied(era: number, id: bigint): void {
    this.#fault('reference in the filter', id, `one of era ${era}`, 'none');
  }

  #findHeldTwice(key: Buffer, growing: number): void {
    const holders = Array.from({ length: growing + 1 }, (_, era) => this.#references.inEra(era, key) ?? []).flat();
    const [first, ...others] = holders.filter((id) => id <= this.#end).sort((a, b) => Number(a - b));
    for (const id of others)
      this.#fault('reference in the table', id, 'one that nothing else holds', `record ${first}`);
  }

  #findWronglyListed(): void {
    const chunk = this.#db.prepare<[Buffer, bigint], Listed>(`
      SELECT r.key, r.movement_id AS movementId, m.reference, c.name AS channel, m.holds_reference AS holds
      FROM reference r LEFT JOIN movement m ON m.id = r.movement_id LEFT JOIN channel c ON c.id = m.channel_id
      WHERE r.key > ? ORDER BY r.key LIMIT ?`);
    for (let rows = chunk.all(Buffer.alloc(0), CHUNK_ROWS); rows.length > 0;) {
      for (const { key: whole, movementId, reference, channel, holds } of rows) {
        if (movementId > this.#end) continue;
        const key = whole.subarray(ERA_BYTES);
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
    for (let last = 0n; ;) {
      const rows = chunk.all(last, this.#end, CHUNK_ROWS);
      for (const { id, channel, reference } of rows) {
        const seen = this.#references.find(referenceKey(channel ?? '', reference));
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
