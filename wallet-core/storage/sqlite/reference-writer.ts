import type { Database, Statement } from 'better-sqlite3';
import { DamageError, UNREADABLE_WAYS } from './damage.js';
import { ERA_BYTES, eraKey, eraOf } from './keys.js';
import { ERA_REFERENCES, ReferenceFilter, type ReferenceFilters } from './reference-filter.js';
import { References } from './references.js';

/** Finds and writes references within the transactions of the one who writes. */
export class ReferenceWriter {
  readonly #references: References;
  readonly #insert: Statement<[Buffer, bigint]>;
  readonly #insertEra: Statement<[bigint, bigint, Uint8Array, Buffer]>;
  readonly #fullAt: number;
  /** Of the era that grows, as far as it is committed. */
  #count = 0;
  #filter = ReferenceFilter.empty();
  /** In this transaction. */
  #inserted: Buffer[] = [];
  /** What `find` has not found: the same Buffer comes to `insert`, which need not look again. */
  readonly #absent = new Set<Buffer>();

  /** `fullAt`: so many references end an era. Throws a DamageError if an era has none, or one has some that has not begun. */
  constructor(db: Database, fullAt = ERA_REFERENCES) {
    this.#references = new References(db);
    this.#insert = db.prepare('INSERT INTO reference VALUES (?, ?)');
    this.#insertEra = db.prepare('INSERT INTO reference_era VALUES (?, ?, ?, ?)');
    this.#fullAt = fullAt;
    this.#references.refresh();
    this.#expectEras(db);
    this.#readGrowing(db);
  }

  /** To be shared with the threads that read. */
  get filters(): ReferenceFilters {
    return this.#references.filters;
  }

  /** Forgets what a transaction before this one inserted that was rolled back. */
  begin(): void {
    this.#inserted = [];
    this.#absent.clear();
  }

  /** The movement that holds a reference, by its key. */
  find(key: Buffer): bigint | undefined {
    const id = this.#references.inEra(this.#references.growing, key) ?? this.#references.findEnded(key);
    if (id === undefined) this.#absent.add(key);
    return id;
  }

  /** Throws if another movement holds it: the rules see to that, and this is the second line of defence. */
  insert(key: Buffer, movementId: bigint): void {
    const holder = this.#absent.has(key) ? undefined : this.#references.findEnded(key);
    if (holder !== undefined) throw new Error(`the reference of movement ${movementId} is that of movement ${holder}`);
    this.#insert.run(eraKey(this.#references.growing, key), movementId);
    this.#inserted.push(key);
  }

  /** Ends the era if it is full. The returned function takes in what was written, once it is committed, and cannot fail. */
  beforeCommit(): () => void {
    const inserted = this.#inserted;
    const count = this.#count + inserted.length;
    if (count < this.#fullAt || inserted.length === 0) {
      return () => {
        for (const key of inserted) this.#filter.add(key);
        this.#count = count;
      };
    }
    const era = this.#references.growing;
    const filter = this.#filter.with(inserted);
    this.#insertEra.run(BigInt(era), BigInt(count), filter.bytes, filter.hash(era, BigInt(count)));
    const ended = this.#references.prepareEnd(filter);
    const next = ReferenceFilter.empty();
    return () => {
      ended();
      this.#filter = next;
      this.#count = 0;
    };
  }

  /** An era that has ended has references, and none is of an era that has not begun: look-ups would miss some. */
  #expectEras(db: Database): void {
    const { growing } = this.#references;
    const next = db.prepare<[Buffer], Buffer>('SELECT key FROM reference WHERE key >= ? ORDER BY key LIMIT 1').pluck();
    const eraFrom = (era: number) => {
      const key = next.get(eraKey(era, Buffer.alloc(0)));
      return key && eraOf(key);
    };
    for (let era = 0; era < growing; era += 1) {
      if (eraFrom(era) !== era) throw this.#damaged(db, `it has no references of era ${era}`);
    }
    const later = eraFrom(growing + 1);
    if (later !== undefined) throw this.#damaged(db, `it has references of era ${later}, and era ${growing} grows`);
  }

  #damaged(db: Database, fault: string): DamageError {
    return new DamageError(db.name, fault, UNREADABLE_WAYS);
  }

  /** Makes the filter of what the era that grows has by now. */
  #readGrowing(db: Database): void {
    const keys = db.prepare<[Buffer], Buffer>('SELECT key FROM reference WHERE key >= ?').pluck();
    for (const key of keys.iterate(eraKey(this.#references.growing, Buffer.alloc(0)))) {
      this.#filter.add(key.subarray(ERA_BYTES));
      this.#count += 1;
    }
  }
}
