import { hash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { recordId } from '../journal/position.js';
import type { Findings } from './finding.js';

/** What an entry keeps of the providers' requests; those that were pruned leave only their hash behind. */
export interface EntryRequests {
  readonly seq: bigint;
  /** As they are compressed. */
  readonly body: Uint8Array;
  /** What the entry says of them, which its own hash covers. */
  readonly requestsHash: Uint8Array;
}

/** What the requests of one entry can come to, uncompressed. */
const BYTES_MAX = 2 ** 28;
/** Mostly they fit into one piece of this, so that none are put together. */
const PIECE_BYTES = 2 ** 18;

/** The kept requests of an entry are those whose hash the chain covers. */
export function checkRequests({ seq, body, requestsHash }: EntryRequests, findings: Findings): void {
  const expected = Buffer.from(requestsHash).toString('hex');
  const seen = hashOf(body);
  if (seen === expected) return;
  findings.add({ check: 'CHAIN', subject: 'kept requests', record: recordId(seq, 0), expected, seen });
}

/** Or why there is none. */
function hashOf(body: Uint8Array): string {
  try {
    return hash('sha256', inflateRawSync(body, { maxOutputLength: BYTES_MAX, chunkSize: PIECE_BYTES }), 'hex');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
