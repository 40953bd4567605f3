import { ConfigError } from '../../config.js';
import { KeptRequestCheck, type Caused } from '../../gateway/kept-request.js';
import type { LedgerRecord } from '../domain/record.js';
import { readLine, type EntryLine } from '../journal/line.js';
import { formatId } from '../journal/position.js';
import type { KeptRequest } from '../journal/requests.js';
import { linesOf } from '../lines.js';

export interface SignatureFinding {
  /** "writer.entry.index" of the first record. */
  readonly recordId: string;
  readonly channel: string;
  readonly reference: string;
  readonly subject: string;
  readonly expected: string;
  readonly seen: string;
}

export interface SignatureReport {
  /** Requests that their provider signed, and that say what was recorded. */
  valid: number;
  /** Requests that he did not sign, or that say something else. */
  invalid: number;
  /** Records on a provider's channel that no request stands behind. */
  unasked: number;
  /** Records on the channels of platforms, which sign nothing. */
  unsigned: number;
  /** Entries whose requests were pruned, and when the last of them was recorded. */
  pruned: number;
  prunedUntil: string;
  /** Records that could not be checked, by the provider's channel that is not configured. */
  readonly unknown: Record<string, number>;
  readonly findings: SignatureFinding[];
}

const FINDINGS_MAX = 100;

/** What a provider's signed request stands behind. The rest is the operator's, or what comes of these. */
type AskedFor = Extract<LedgerRecord, { type: 'movement' | 'refund' | 'block' }>;

/** Holds each kept request to its provider's key, and what was recorded to what he signed. */
export class Signatures {
  readonly report: SignatureReport = {
    valid: 0,
    invalid: 0,
    unasked: 0,
    unsigned: 0,
    pruned: 0,
    prunedUntil: '',
    unknown: {},
    findings: [],
  };
  readonly #check: KeptRequestCheck;

  constructor(check: KeptRequestCheck) {
    this.#check = check;
  }

  get clean(): boolean {
    return this.report.invalid === 0 && this.report.unasked === 0;
  }

  /** Whether no channel of a provider is missing in the configuration. */
  get complete(): boolean {
    return Object.keys(this.report.unknown).length === 0;
  }

  /** Reads an export, as it comes. */
  async read(parts: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of linesOf(parts)) {
      const line = readLine(bytes);
      if ('records' in line) this.#entry(line);
    }
  }

  #entry(entry: EntryLine): void {
    const { records, requests, timeMs } = entry;
    if (requests === null) {
      this.report.pruned += 1;
      this.report.prunedUntil = new Date(Number(timeMs)).toISOString();
      return;
    }
    const rest = new Set(records);
    for (const request of requests) {
      const caused = records.slice(request.first, request.first + request.count);
      for (const record of caused) rest.delete(record);
      this.#request(entry, request, { records: caused, timeMs });
    }
    for (const record of rest) {
      if (!isAskedFor(record)) continue;
      if (!this.#check.knows(record.channel)) this.#unchecked(record.channel, 1);
      else {
        this.report.unasked += 1;
        const subject = 'request of the provider';
        this.#find(entry, record, record.channel, { subject, expected: 'one that asks for it', seen: 'none' });
      }
    }
  }

  #request(entry: EntryLine, { first, bytes }: KeptRequest, caused: Caused): void {
    const { report } = this;
    const record = entry.records[first];
    const channel = record && 'channel' in record ? record.channel : '';
    if (!this.#check.knows(channel)) return this.#unchecked(channel, caused.records.length);
    const faults = this.#check.faults(channel, bytes, caused);
    if (faults.length === 0) report.valid += 1;
    else report.invalid += 1;
    for (const fault of faults) this.#find(entry, record, channel, fault);
  }

  #unchecked(channel: string, records: number): void {
    const { report } = this;
    if (KeptRequestCheck.isProviders(channel)) report.unknown[channel] = (report.unknown[channel] ?? 0) + records;
    else report.unsigned += records;
  }

  #find(
    { writer }: EntryLine,
    record: LedgerRecord | undefined,
    channel: string,
    fault: Pick<SignatureFinding, 'subject' | 'expected' | 'seen'>,
  ): void {
    if (this.report.findings.length >= FINDINGS_MAX) return;
    const recordId = record ? formatId(writer, record.id) : '';
    const reference = record && 'reference' in record ? record.reference : '';
    this.report.findings.push({ recordId, channel, reference, ...fault });
  }
}

function isAskedFor(record: LedgerRecord): record is AskedFor {
  return record.type === 'movement' || record.type === 'refund' || record.type === 'block';
}

/** The report for a person. */
export function signaturesAsText({ valid, invalid, unasked, unsigned, ...report }: SignatureReport): string {
  const { pruned, prunedUntil, unknown, findings } = report;
  const unchecked = Object.entries(unknown).map(([channel, count]) => `${channel} (${count})`);
  return [
    ...findings.map(
      ({ recordId, channel, reference, subject, expected, seen }) =>
        `SIGNATURES ${recordId} (${channel}) ${reference} ${subject}: expected ${expected}, seen ${seen}`,
    ),
    `signed  ${valid} requests are valid, ${invalid} are not; ${unasked} records of providers without a request`,
    `other   ${unsigned} records of platforms, which sign nothing`,
    ...(pruned > 0 ? [`gone    the requests of ${pruned} entries, the last of ${prunedUntil}`] : []),
    ...(unchecked.length > 0
      ? [`NOT CHECKED, no such channel is configured, name what has it with --config: ${unchecked.join(', ')}`]
      : []),
  ].join('\n');
}

/** Null if the configuration cannot be read; stderr has been told why. */
export function configured(files: readonly string[]): Signatures | null {
  try {
    return new Signatures(KeptRequestCheck.configured(files));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return null;
  }
}
