import { randomBytes } from 'node:crypto';

const LANES = 4;

/**
 * The hash of a multiset of (16-byte key, id): the sum of a hash of each, so that the order does not matter and nothing
 * is kept. Every run mixes with random numbers of its own, so nobody can prepare pairs that cancel each other out.
 */
export class MultisetHash {
  readonly #seed: Int32Array;
  readonly #sums = new Uint32Array(LANES);
  count = 0;

  constructor(seed: Int32Array) {
    this.#seed = seed;
  }

  static seed(): Int32Array {
    const bytes = randomBytes(LANES * 4);
    return Int32Array.from({ length: LANES }, (_, lane) => bytes.readInt32LE(lane * 4));
  }

  add(key: Uint8Array, id: bigint): void {
    const high = Number(id >> 32n);
    const low = Number(id & 0xffffffffn);
    for (let lane = 0; lane < LANES; lane += 1) {
      let hash = this.#seed[lane] ?? 0;
      for (let at = 0; at < 16; at += 4) hash = mix(hash, word(key, at));
      hash = mix(mix(hash, high), low);
      this.#sums[lane] = ((this.#sums[lane] ?? 0) + finish(hash)) >>> 0;
    }
    this.count += 1;
  }

  equals(other: MultisetHash): boolean {
    return this.count === other.count && this.#sums.every((sum, lane) => sum === other.#sums[lane]);
  }
}

function word(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** A round of MurmurHash3. */
function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
