import { hash } from 'node:crypto';

/** So many references end an era: with 16 bits for each, one in 1,700 keys that it has not passes its filter. */
export const ERA_REFERENCES = 131_072;

/** 16 times as many, as a power of two. */
const PLACE_BITS = 21;
const PLACES = 2 ** PLACE_BITS;
const WORDS = PLACES / 32;
const HASHES = 8;

const places = new Uint32Array(HASHES);

/** Keys are hashes already, so two of their words give all places. They stand in `places` until the next call. */
function placesOf(key: Buffer): Uint32Array {
  const step = key.readUInt32LE(4) | 1;
  for (let at = 0, place = key.readUInt32LE(0); at < HASHES; at += 1, place = (place + step) | 0) {
    places[at] = place >>> (32 - PLACE_BITS);
  }
  return places;
}

/** An era that has ended, as it is kept. */
export interface EndedEra {
  readonly count: bigint;
  /** Empty: it has none. */
  readonly filter: Buffer;
  readonly hash: Buffer;
}

/** A Bloom filter over the keys of an era: it never says no to one that was added. */
export class ReferenceFilter {
  /** A bit for each place, the lowest first. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  static empty(): ReferenceFilter {
    return new ReferenceFilter(new Uint8Array(PLACES / 8));
  }

  /** As it was kept for this era; undefined: it is not what was kept, so it might say no to what the era has. */
  static kept(era: number, { count, filter, hash }: EndedEra): ReferenceFilter | undefined {
    if (filter.length !== PLACES / 8) return undefined;
    const kept = new ReferenceFilter(filter);
    return kept.hash(era, count).equals(hash) ? kept : undefined;
  }

  /** Binds it to its era, and to how many references that has. */
  hash(era: number, count: bigint): Buffer {
    return hash('sha256', Buffer.concat([Buffer.from(`${era} ${count}\n`), this.bytes]), 'buffer');
  }

  /** The same with more keys. */
  with(keys: readonly Buffer[]): ReferenceFilter {
    const filter = new ReferenceFilter(this.bytes.slice());
    for (const key of keys) filter.add(key);
    return filter;
  }

  add(key: Buffer): void {
    for (const place of placesOf(key)) this.bytes[place >>> 3] = (this.bytes[place >>> 3] ?? 0) | (1 << (place & 7));
  }
}

/** Filters of many eras: of 32 each the same word stands side by side, so that to ask all of them touches little memory. 8 MiB for 32. */
export class ReferenceFilters {
  readonly #blocks: Uint32Array[] = [];
  /** By their place in the blocks. */
  readonly #eras: number[] = [];
  readonly #columns = new Map<number, number>();

  /** Makes room for one more: without it, `add` could fail for want of memory. */
  reserve(): void {
    this.#blocks[this.#eras.length >>> 5] ??= new Uint32Array(32 * WORDS);
  }

  add(era: number, { bytes }: ReferenceFilter): void {
    this.reserve();
    const column = this.#eras.length;
    const block = this.#blockOf(column);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let word = 0, to = column & 31; word < WORDS; word += 1, to += 32) block[to] = view.getUint32(4 * word, true);
    this.#eras.push(era);
    this.#columns.set(era, column);
  }

  /** The eras that may have the key, the last one that was added first. */
  erasOf(key: Buffer): readonly number[] {
    placesOf(key);
    const eras: number[] = [];
    for (let column = this.#eras.length - 1; column >= 0; column -= 1) {
      if (this.#mayHave(column)) eras.push(this.#eras[column] ?? 0);
    }
    return eras;
  }

  has(era: number): boolean {
    return this.#columns.has(era);
  }

  /** Whether an era has a filter here, which says that the era has not the key. */
  denies(era: number, key: Buffer): boolean {
    const column = this.#columns.get(era);
    if (column === undefined) return false;
    placesOf(key);
    return !this.#mayHave(column);
  }

  #blockOf(column: number): Uint32Array {
    const block = this.#blocks[column >>> 5];
    if (!block) throw new Error(`there is no room for filter ${column}`);
    return block;
  }

  /** Of the key in `places`. */
  #mayHave(column: number): boolean {
    const block = this.#blockOf(column);
    for (let at = 0; at < HASHES; at += 1) {
      const place = places[at] ?? 0;
      if (((block[32 * (place >>> 5) + (column & 31)] ?? 0) & (1 << (place & 31))) === 0) return false;
    }
    return true;
  }
}
