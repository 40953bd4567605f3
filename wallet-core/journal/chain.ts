import { createHash } from 'node:crypto';
import type { LedgerRecord } from '../domain/record.js';
import { CanonicalBytes } from './canonical.js';

/** One link of a writer's hash chain: a group of records that were committed together. */
export interface Entry {
  readonly writer: number;
  /** 1 for the first entry of the writer, without gaps. */
  readonly seq: bigint;
  readonly timeMs: bigint;
  /** How many records it has. */
  readonly count: number;
  /** SHA-256 over the group's kept requests; empty if it has none. */
  readonly requestsHash: Uint8Array;
  readonly hash: Uint8Array;
}

/** What the first entry follows. */
export const GENESIS: Uint8Array = new Uint8Array(32);

/**
 * The hash of an entry: SHA-256 over the hash of the entry before, then writer, seq, time and count as 64-bit big-endian
 * numbers, a byte with the length of the requests' hash and that hash, then each record as a 32-bit big-endian length
 * and its canonical bytes.
 */
export function entryHash(
  previous: Uint8Array,
  entry: Omit<Entry, 'hash'>,
  records: Iterable<LedgerRecord>,
): Uint8Array {
  const head = Buffer.alloc(33);
  [BigInt(entry.writer), entry.seq, entry.timeMs, BigInt(entry.count)].forEach((n, i) =>
    head.writeBigUInt64BE(n, i * 8),
  );
  head.writeUInt8(entry.requestsHash.length, 32);
  const hash = createHash('sha256').update(previous).update(head).update(entry.requestsHash);
  for (const record of records) {
    scratch.prefixedRecord(record);
    if (scratch.written().length < SCRATCH_MAX) continue;
    hash.update(scratch.written());
    scratch.clear();
  }
  hash.update(scratch.written());
  scratch.clear();
  return hash.digest();
}

/** One call of the hash for many records is much faster than one for each. */
const scratch = new CanonicalBytes();
const SCRATCH_MAX = 64 * 1024;
