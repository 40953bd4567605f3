import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A provider's request and the records that it caused: `count` of them from the entry's record `first` on. */
export interface KeptRequest {
  readonly first: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Requests resemble each other, so an entry's are kept and compressed as one. */
export interface KeptRequests {
  /** Of the uncompressed bytes; the journal covers it, so the requests can be pruned and the rest still be proved. */
  readonly hash: Uint8Array;
  readonly body: Uint8Array;
}

/** What is left of an entry's requests when they were pruned. */
export interface PrunedRequests {
  readonly hash: Uint8Array;
  readonly body: undefined;
}

/** Packs an entry's requests: for each, first and count as 16-bit and the length as 32-bit big-endian, then its bytes. */
export function packRequests(requests: readonly KeptRequest[]): KeptRequests | undefined {
  if (requests.length === 0) return undefined;
  const parts: Uint8Array[] = [];
  for (const { first, count, bytes } of requests) {
    const head = Buffer.allocUnsafe(8);
    head.writeUInt16BE(first, 0);
    head.writeUInt16BE(count, 2);
    head.writeUInt32BE(bytes.length, 4);
    parts.push(head, bytes);
  }
  const packed = Buffer.concat(parts);
  return { hash: createHash('sha256').update(packed).digest(), body: deflateRawSync(packed, { level: 1 }) };
}

/** The request that caused the entry's record at this index; undefined if none was kept for it. */
export function requestOf(body: Uint8Array, index: number): Uint8Array | undefined {
  for (const { first, count, bytes } of unpack(inflateRawSync(body))) {
    if (index >= first && index < first + count) return bytes;
  }
  return undefined;
}

/** All requests of an entry, in their order. */
export function unpackRequests(body: Uint8Array): KeptRequest[] {
  return [...unpack(inflateRawSync(body))];
}

function* unpack(packed: Buffer): Generator<KeptRequest> {
  for (let offset = 0; offset < packed.length;) {
    const first = packed.readUInt16BE(offset);
    const count = packed.readUInt16BE(offset + 2);
    const end = offset + 8 + packed.readUInt32BE(offset + 4);
    yield { first, count, bytes: packed.subarray(offset + 8, end) };
    offset = end;
  }
}
