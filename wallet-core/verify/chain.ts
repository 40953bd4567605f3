import { entryHash, GENESIS } from '../journal/chain.js';
import type { Digest } from '../journal/digest.js';
import { indexOf, recordId } from '../journal/position.js';
import { FILED_DIGEST, type Findings } from './finding.js';
import type { Chunk, ReadEntry, Snapshot } from './source.js';

/** The hash chain is unbroken and covers every record. */
export class ChainCheck {
  /** Entries whose requests are not there any more. */
  pruned = 0;
  readonly #findings: Findings;
  readonly #against: Digest | undefined;
  #previous: { seq: bigint; timeMs: bigint; hash: Uint8Array } = { seq: 0n, timeMs: 0n, hash: GENESIS };

  constructor(findings: Findings, against: Digest | undefined) {
    this.#findings = findings;
    this.#against = against;
  }

  /** The end of the chain as it was read. */
  digest(writer: number): Digest {
    const { seq, hash } = this.#previous;
    return { writer, seq, hash: Buffer.from(hash).toString('hex') };
  }

  begin({ writer, last, strays }: Snapshot): void {
    this.#strays(strays);
    const against = this.#against;
    if (against === undefined) return;
    const subject = FILED_DIGEST;
    if (against.writer !== writer) {
      this.#chain(subject, undefined, `a journal of writer ${against.writer}`, `one of writer ${writer}`);
    } else if (against.seq > last) {
      this.#chain(subject, undefined, `entry ${against.seq}`, `a journal that ends at entry ${last}`);
    } else if (against.seq === 0n && against.hash !== hex(GENESIS)) {
      this.#chain(subject, undefined, hex(GENESIS), against.hash);
    }
  }

  take({ entries, strays }: Chunk, { writer }: Snapshot): void {
    this.#strays(strays);
    for (const entry of entries) this.#entry(entry, writer);
  }

  #entry(entry: ReadEntry, writer: number): void {
    const { seq, timeMs, count, records, hash, requestsKept, requestsHash } = entry;
    const previous = this.#previous;
    const at = recordId(seq, 0);
    if (seq !== previous.seq + 1n) this.#chain('entry number', at, String(previous.seq + 1n), String(seq));
    if (entry.writer !== writer) this.#chain('writer', at, String(writer), String(entry.writer));
    if (timeMs < previous.timeMs) this.#chain('time', at, `at least ${previous.timeMs}`, String(timeMs));
    if (records.length !== count) this.#chain('count of records', at, String(count), String(records.length));
    const missing = records.findIndex(({ id }, index) => indexOf(id) !== index);
    if (missing >= 0) {
      const { id = at } = records[missing] ?? {};
      const what = indexOf(id) < missing ? 'the place for itself' : `a record ${missing} before it`;
      this.#chain('place in the entry', id, what, indexOf(id) < missing ? 'two records' : 'none');
    }
    const computed = entryHash(previous.hash, entry, records);
    if (Buffer.compare(computed, hash) !== 0) this.#chain('hash of the entry', at, hex(computed), hex(hash));
    // The hash stays behind, and the chain covers it.
    if (!requestsKept && requestsHash.length > 0) this.pruned += 1;
    const against = this.#against;
    if (against?.seq === seq && against.hash !== hex(hash)) {
      this.#chain(FILED_DIGEST, at, against.hash, hex(hash));
    }
    // On from what is stored, so that one broken entry is one finding.
    this.#previous = { seq, timeMs, hash };
  }

  #strays(ids: readonly bigint[]): void {
    for (const id of new Set(ids)) this.#chain('row of no record', id, 'an entry that has it', 'none');
  }

  #chain(subject: string, record: bigint | undefined, expected: string, seen: string): void {
    this.#findings.add({ check: 'CHAIN', subject, ...(record === undefined ? {} : { record }), expected, seen });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
