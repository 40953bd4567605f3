import { isUtf8 } from 'node:buffer';
import type { LedgerRecord } from '../domain/record.js';
import { formatDigest, parseDigest, type Digest } from './digest.js';
import type { Entry } from './chain.js';
import {
  count,
  digest,
  isObject,
  LineError,
  readObject,
  whole,
  writeObject,
  type Form,
  type Forms,
  type Json,
} from './forms.js';
import { ENTRY_RECORDS_MAX, recordId } from './position.js';
import { isRecordType, RECORDS, type RecordOf, type RecordType } from './record-forms.js';
import type { KeptRequest } from './requests.js';

/** An entry with all that its hash covers, and its requests. */
export interface EntryLine extends Omit<Entry, 'count'> {
  /** The hash of the entry before. */
  readonly previous: Uint8Array;
  readonly records: readonly LedgerRecord[];
  /** Null: they were pruned. */
  readonly requests: readonly KeptRequest[] | null;
}

const seq: Form<bigint> = { write: String, read: (json) => atLeast(1n, json) };
const timeMs: Form<bigint> = { write: String, read: (json) => atLeast(0n, json) };

function atLeast(least: bigint, json: unknown): bigint | undefined {
  const value = whole.read(json);
  return value !== undefined && value >= least ? value : undefined;
}

/** As they stand in the line: what their place says of them is known when all of it is read. */
const records: Form<readonly Json[]> = {
  write: (values) => values,
  read: (json) => (Array.isArray(json) && json.length > 0 ? (json as Json[]) : undefined),
};

const requests: Form<readonly KeptRequest[] | null> = {
  write: (values) => values && values.map(writeRequest),
  read: (json) => (json === null ? null : Array.isArray(json) ? json.map(readRequest) : undefined),
};

type Line = Omit<EntryLine, 'records'> & { readonly records: readonly Json[] };

const ENTRY: Forms<Line> = {
  writer: count(2 ** 31),
  seq,
  timeMs,
  previous: digest('always there'),
  requestsHash: digest('may be absent'),
  hash: digest('always there'),
  records,
  requests,
};

/** An entry as a line of an export (docs/export.md), without the line feed. */
export function writeEntryLine(entry: EntryLine): string {
  return JSON.stringify(writeObject<Line>(ENTRY, { ...entry, records: entry.records.map(writeRecord) }));
}

/** The last line of an export: a file that was cut between two lines has none. */
export function writeEndLine(end: Digest): string {
  return JSON.stringify({ end: formatDigest(end) });
}

/** Reads a line of an export, an entry or the end. Throws a LineError that says what of it is wrong. */
export function readLine(bytes: Uint8Array): EntryLine | Digest {
  const json = parse(bytes);
  if (!isObject(json) || !Object.hasOwn(json, 'end')) {
    const entry = readObject(ENTRY, json, 'the line');
    return { ...entry, records: entry.records.map((record, index) => readRecord(record, index, entry)) };
  }
  const end = typeof json.end === 'string' ? parseDigest(json.end) : undefined;
  if (!end || Object.keys(json).length > 1) throw new LineError('the line is no entry, and no end of an export');
  return end;
}

function parse(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new LineError('the line is not valid UTF-8');
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new LineError('the line is not whole JSON');
  }
}

function writeRecord(record: LedgerRecord): Json {
  return writeAs(record.type, record);
}

function writeAs<Type extends RecordType>(type: Type, record: RecordOf<Type>): Json {
  return RECORDS[type].write(record);
}

function readRecord(json: Json, index: number, { seq, timeMs }: { seq: bigint; timeMs: bigint }): LedgerRecord {
  const where = `record ${index}`;
  if (!isObject(json)) throw new LineError(`${where} is no object`);
  const { type, ...members } = json;
  if (!isRecordType(type)) throw new LineError(`${where} is of type ${JSON.stringify(type)}, which is not known`);
  return RECORDS[type].read(members, where, { id: recordId(seq, index), timeMs });
}

/** Requests are nearly always JSON, and readable then. */
function writeRequest({ first, count, bytes }: KeptRequest): Json {
  const buffer = Buffer.from(bytes);
  return {
    first,
    count,
    ...(isUtf8(bytes) ? { text: buffer.toString('utf8') } : { base64: buffer.toString('base64') }),
  };
}

const index = count(ENTRY_RECORDS_MAX);

function readRequest(json: unknown, at: number): KeptRequest {
  const fault = new LineError(`request ${at} is not what an export writes`);
  if (!isObject(json) || Object.keys(json).length !== 3) throw fault;
  const [first, covered] = [index.read(json.first), index.read(json.count)];
  const bytes = bytesOf(json);
  if (first === undefined || covered === undefined || bytes === undefined) throw fault;
  return { first, count: covered, bytes };
}

function bytesOf({ text, base64 }: Readonly<Record<string, unknown>>): Uint8Array | undefined {
  if (typeof text === 'string' && text.isWellFormed()) return Buffer.from(text, 'utf8');
  if (typeof base64 !== 'string') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
