import type { Database, Statement } from 'better-sqlite3';
import { DamageError, saysDamaged, UNREADABLE_WAYS } from './damage.js';
import { ERA_BYTES, KEY_BYTES } from './keys.js';
import { type EndedEra, ReferenceFilter, ReferenceFilters } from './reference-filter.js';

/** What is kept of an era that has ended, without its filter. */
interface EndedSize {
  readonly count: bigint;
  readonly filterBytes: bigint;
}

/**
 * Finds what holds a reference, on whichever connection it is given. Keys are hashes, so in one tree each new one would fall onto a
 * page of its own among all: to read, to write, and to write again at the checkpoint. So references lie in eras: only the newest
 * grows, and is small enough for its pages to be met again and again. Whether one that has ended has a key, its filter says,
 * which was kept with its end; without one that can be relied on it is asked.
 */
export class References {
  readonly #db: Database;
  readonly #byKey: Statement<[Buffer], bigint>;
  readonly #lastEnded: Statement<[], bigint | null>;
  readonly #countUpTo: Statement<[bigint], bigint>;
  readonly #ended: Statement<[bigint], EndedEra>;
  readonly #sizeOfEnded: Statement<[bigint], EndedSize>;
  readonly #filters = new ReferenceFilters();
  readonly #unfiltered: number[] = [];
  readonly #key = Buffer.alloc(ERA_BYTES + KEY_BYTES);
  #growing = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#byKey = db.prepare<[Buffer], bigint>('SELECT movement_id FROM reference WHERE key = ?').pluck();
    this.#lastEnded = db.prepare<[], bigint | null>('SELECT max(id) FROM reference_era').pluck();
    this.#countUpTo = db.prepare<[bigint], bigint>('SELECT count(*) FROM reference_era WHERE id <= ?').pluck();
    this.#ended = db.prepare<[bigint], EndedEra>('SELECT count, filter, hash FROM reference_era WHERE id = ?');
    this.#sizeOfEnded = db.prepare('SELECT count, length(filter) AS filterBytes FROM reference_era WHERE id = ?');
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
    while (this.#growing <= last) {
      const filter = this.#keptOf(this.#growing);
      if (filter) this.#filters.add(this.#growing, filter);
      else this.#unfiltered.push(this.#growing);
      this.#growing += 1;
    }
    // Their pages have filled the page cache, and nobody reads them again.
    this.#db.pragma('shrink_memory');
  }

  /** The movement that holds a reference, by its key. */
  find(key: Buffer): bigint | undefined {
    this.refresh();
    return this.inEra(this.#growing, key) ?? this.findEnded(key);
  }

  /** The same of the eras of which it has taken note. */
  findEnded(key: Buffer): bigint | undefined {
    return this.#inAnyOf(this.#filters.erasOf(key), key) ?? this.#inAnyOf(this.#unfiltered, key);
  }

  inEra(era: number, key: Buffer): bigint | undefined {
    this.#key.writeUIntBE(era, 0, ERA_BYTES);
    this.#key.set(key, ERA_BYTES);
    return this.#byKey.get(this.#key);
  }

  /** How large an era that has ended was, and its filter; undefined: that is not kept, or cannot be read. */
  sizeOfEnded(era: number): EndedSize | undefined {
    return readable(() => this.#sizeOfEnded.get(BigInt(era)));
  }

  /** Whether an era that has ended has a filter that can be relied on. */
  isFiltered(era: number): boolean {
    return this.#filters.has(era);
  }

  /** Whether the filter of an era says that it has not the key. */
  denies(era: number, key: Buffer): boolean {
    return this.#filters.denies(era, key);
  }

  /** For the one who writes: makes room, so that the returned function, which ends the era that grows, cannot fail. */
  prepareEnd(filter: ReferenceFilter): () => void {
    this.#filters.reserve();
    return () => {
      this.#filters.add(this.#growing, filter);
      this.#growing += 1;
    };
  }

  #keptOf(era: number): ReferenceFilter | undefined {
    const kept = readable(() => this.#ended.get(BigInt(era)));
    return kept && ReferenceFilter.kept(era, kept);
  }

  #inAnyOf(eras: readonly number[], key: Buffer): bigint | undefined {
    for (const era of eras) {
      const id = this.inEra(era, key);
      if (id !== undefined) return id;
    }
    return undefined;
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
