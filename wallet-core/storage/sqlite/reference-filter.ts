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

  denies(key: Buffer): boolean {
    return placesOf(key).some((place) => ((this.bytes[place >>> 3] ?? 0) & (1 << (place & 7))) === 0);
  }
}

/** In a block: a bit for each of its eras that has a filter there. */
const FILTERED = 32 * WORDS;

/**
 * Filters of eras, in memory that threads share: the one that writes adds them, all look into them. Of 32 eras the same word
 * stands side by side, so that to ask all of them touches little memory. 8 MiB for 32.
 */
export class ReferenceFilters {
  readonly #blocks: SharedArrayBuffer[] = [];
  readonly #words: Int32Array[] = [];

  /** `blocks`: those of the thread that writes. */
  constructor(blocks: readonly SharedArrayBuffer[] = []) {
    this.append(blocks);
  }

  /** One for each 32 eras, in their order. */
  get blocks(): readonly SharedArrayBuffer[] {
    return this.#blocks;
  }

  append(blocks: readonly SharedArrayBuffer[]): void {
    for (const block of blocks) {
      this.#blocks.push(block);
      this.#words.push(new Int32Array(block));
    }
  }

  /** Makes room for an era: without it, `add` could fail for want of memory. */
  reserve(era: number): void {
    while (this.#blocks.length <= era >>> 5) this.append([new SharedArrayBuffer(4 * (FILTERED + 1))]);
  }

  add(era: number, { bytes }: ReferenceFilter): void {
    this.reserve(era);
    const words = this.#words[era >>> 5];
    if (!words) throw new Error(`there is no room for the filter of era ${era}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let word = 0, to = era & 31; word < WORDS; word += 1, to += 32) words[to] = view.getInt32(4 * word, true);
    // Whoever sees this sees all of the filter.
    Atomics.or(words, FILTERED, 1 << (era & 31));
  }

  /** Whether the filter of an era is this one. */
  has(era: number, { bytes }: ReferenceFilter): boolean {
    const words = this.#wordsOf(era);
    if (!words) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let word = 0, at = era & 31; word < WORDS; word += 1, at += 32) {
      if (words[at] !== view.getInt32(4 * word, true)) return false;
    }
    return true;
  }

  /** Of so many eras those that may have the key, because their filter does not deny it or they have none, the last one first. */
  erasOf(key: Buffer, count: number): readonly number[] {
    placesOf(key);
    const eras: number[] = [];
    for (let era = count - 1; era >= 0; era -= 1) if (!this.#denies(era)) eras.push(era);
    return eras;
  }

  /** Whether an era has a filter here, which says that the era has not the key. */
  denies(era: number, key: Buffer): boolean {
    placesOf(key);
    return this.#denies(era);
  }

  /** Of the key in `places`. */
  #denies(era: number): boolean {
    const words = this.#wordsOf(era);
    if (!words) return false;
    for (let at = 0; at < HASHES; at += 1) {
      const place = places[at] ?? 0;
      if (((words[32 * (place >>> 5) + (era & 31)] ?? 0) & (1 << (place & 31))) === 0) return true;
    }
    return false;
  }

  /** Of a block with the filter of the era, if there is one. */
  #wordsOf(era: number): Int32Array | undefined {
    const words = this.#words[era >>> 5];
    return words && (Atomics.load(words, FILTERED) & (1 << (era & 31))) !== 0 ? words : undefined;
  }
}
