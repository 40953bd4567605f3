import type { Database, Statement } from 'better-sqlite3';
import { DamageError, saysDamaged, UNREADABLE_WAYS } from './damage.js';
import { ERA_BYTES, KEY_BYTES } from './keys.js';
import { type EndedEra, ReferenceFilter, ReferenceFilters } from './reference-filter.js';

/**
 * Finds what holds a reference, on whichever connection it is given. Keys are hashes, so in one tree each new one would fall onto a
 * page of its own among all: to read, to write, and to write again at the checkpoint. So references lie in eras: only the newest
 * grows, and is small enough for its pages to be met again and again. Whether one that has ended has a key, its filter says,
 * which was kept with its end; without one that can be relied on it is asked.
 */
export class References {
  readonly filters: ReferenceFilters;
  readonly #db: Database;
  readonly #byKey: Statement<[Buffer], bigint>;
  readonly #lastEnded: Statement<[], bigint | null>;
  readonly #countUpTo: Statement<[bigint], bigint>;
  readonly #ended: Statement<[bigint], EndedEra>;
  readonly #readsFilters: boolean;
  readonly #key = Buffer.alloc(ERA_BYTES + KEY_BYTES);
  #growing = 0;

  /** `shared`: the filters of the thread that writes; if left out, it reads them itself. */
  constructor(db: Database, shared?: ReferenceFilters) {
    this.#db = db;
    this.filters = shared ?? new ReferenceFilters();
    this.#readsFilters = shared === undefined;
    this.#byKey = db.prepare<[Buffer], bigint>('SELECT movement_id FROM reference WHERE key = ?').pluck();
    this.#lastEnded = db.prepare<[], bigint | null>('SELECT max(id) FROM reference_era').pluck();
    this.#countUpTo = db.prepare<[bigint], bigint>('SELECT count(*) FROM reference_era WHERE id <= ?').pluck();
    this.#ended = db.prepare<[bigint], EndedEra>('SELECT count, filter, hash FROM reference_era WHERE id = ?');
  }

  /** The era that takes new references: the one behind those that have ended, of which `refresh` has taken note. */
  get growing(): number {
    return this.#growing;
  }

  /** Takes note of the eras that have ended since. Throws a DamageError if one is missing. */
  refresh(): void {
    const last = this.#lastEnded.get() ?? -1n;
    if (last < this.#growing) return;
    // More may have ended since. Look-ups would miss what is in one that nobody knows of.
    const count = this.#countUpTo.get(last) ?? 0n;
    if (count !== last + 1n) {
      const fault = `${count} eras of its references have ended, of which the last has the number ${last}`;
      throw new DamageError(this.#db.name, fault, UNREADABLE_WAYS);
    }
    if (this.#readsFilters) this.#readFilters(Number(last));
    this.#growing = Number(last) + 1;
  }

  /** The movement that holds a reference, by its key. */
  find(key: Buffer): bigint | undefined {
    this.refresh();
    return this.inEra(this.#growing, key) ?? this.findEnded(key);
  }

  /** The same of the eras of which it has taken note. */
  findEnded(key: Buffer): bigint | undefined {
    for (const era of this.filters.erasOf(key, this.#growing)) {
      const id = this.inEra(era, key);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  inEra(era: number, key: Buffer): bigint | undefined {
    this.#key.writeUIntBE(era, 0, ERA_BYTES);
    this.#key.set(key, ERA_BYTES);
    return this.#byKey.get(this.#key);
  }

  /** What is kept of an era that has ended; undefined: nothing, or it cannot be read. */
  kept(era: number): EndedEra | undefined {
    return readable(() => this.#ended.get(BigInt(era)));
  }

  /** For the one who writes: makes room, so that the returned function, which ends the era that grows, cannot fail. */
  prepareEnd(filter: ReferenceFilter): () => void {
    this.filters.reserve(this.#growing);
    return () => {
      this.filters.add(this.#growing, filter);
      this.#growing += 1;
    };
  }

  /** Those of the eras from the one that grew to this. */
  #readFilters(last: number): void {
    for (let era = this.#growing; era <= last; era += 1) {
      const kept = this.kept(era);
      const filter = kept && ReferenceFilter.kept(era, kept);
      if (filter) this.filters.add(era, filter);
    }
    // Their pages have filled the page cache, and nobody reads them again.
    this.#db.pragma('shrink_memory');
  }
}

/** A page that cannot be read keeps nobody from asking the era itself. */
function readable<Row>(read: () => Row | undefined): Row | undefined {
  try {
    return read();
  } catch (error) {
    if (saysDamaged(error)) return undefined;
    throw error;
  }
}
