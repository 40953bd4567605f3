import type { Database, Statement } from 'better-sqlite3';
import type { LedgerRecord } from '../../domain/record.js';
import { entryOf, recordId } from '../../journal/position.js';
import type { Chunk, MovementPlace, ReadEntry } from '../../verify/source.js';
import { DebitScan } from './scan-debits.js';
import { MovementScan } from './scan-movements.js';
import { RecordScan } from './scan-records.js';

/** How much is read in one go: so short a read transaction never keeps the WAL from being reset. */
const CHUNK_RECORDS = 1_000;
const CHUNK_ENTRIES = 1_000n;

/** An entry while its rows come together. */
interface Gathering extends ReadEntry {
  /** The ids that its records can have. */
  readonly first: bigint;
  readonly end: bigint;
  readonly records: LedgerRecord[];
  readonly places: MovementPlace[];
  requestsKept: boolean;
}

/** First and last id of the records to read. */
export type Range = [first: bigint, last: bigint];

export interface Collector {
  add(record: LedgerRecord, place?: MovementPlace): void;
  /** A row that belongs to a record which is not there. */
  stray(id: bigint): void;
  timeOf(id: bigint): bigint;
}

type EntryRow = [seq: bigint, writer: bigint, timeMs: bigint, count: bigint, requestsHash: Buffer, hash: Buffer];

/** Reads the journal entry by entry from the rows of the tables. */
export class Scan {
  readonly #db: Database;
  readonly #entries: Statement<[bigint, bigint, bigint], EntryRow>;
  readonly #requests: Statement<[bigint, bigint], bigint>;
  readonly #movements: MovementScan;
  readonly #debits: DebitScan;
  readonly #records: RecordScan;

  constructor(db: Database) {
    this.#db = db;
    this.#entries = db
      .prepare<[bigint, bigint, bigint], EntryRow>(
        'SELECT seq, writer, time_ms, count, requests_hash, hash FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      )
      .raw();
    this.#requests = db.prepare<[bigint, bigint], bigint>('SELECT seq FROM request WHERE seq BETWEEN ? AND ?').pluck();
    this.#movements = new MovementScan(db);
    this.#debits = new DebitScan(db);
    this.#records = new RecordScan(db);
  }

  /** The entries after one up to another, in chunks; each is read in a transaction of its own. */
  *chunks(after: bigint, last: bigint): Generator<Chunk> {
    for (let seq = after; seq < last;) {
      const chunk = this.#db.transaction(() => this.#chunk(seq, last))();
      yield chunk;
      seq = chunk.end;
    }
  }

  #chunk(after: bigint, last: bigint): Chunk {
    const entries = new Map<bigint, Gathering>();
    let size = 0;
    let end = last;
    for (const [seq, writer, timeMs, count, requestsHash, hash] of this.#entries.iterate(after, last, CHUNK_ENTRIES)) {
      const head = { writer: Number(writer), seq, timeMs, count: Number(count), requestsHash, hash };
      const ids = { first: recordId(seq, 0), end: recordId(seq + 1n, 0) };
      entries.set(seq, { ...head, ...ids, records: [], places: [], requestsKept: false });
      size += head.count;
      if (size >= CHUNK_RECORDS || entries.size === Number(CHUNK_ENTRIES)) {
        end = seq;
        break;
      }
    }
    const strays: bigint[] = [];
    let current: Gathering | undefined;
    const entryAt = (id: bigint) => {
      if (current && id >= current.first && id < current.end) return current;
      return (current = entries.get(entryOf(id)));
    };
    const collector: Collector = {
      add(record, place) {
        const entry = entryAt(record.id);
        if (!entry) return void strays.push(record.id);
        entry.records.push(record);
        if (place) entry.places.push(place);
      },
      stray: (id) => void strays.push(id),
      timeOf: (id) => entryAt(id)?.timeMs ?? 0n,
    };
    const range: Range = [recordId(after + 1n, 0), recordId(end + 1n, 0) - 1n];
    this.#movements.read(range, collector);
    this.#records.read(range, collector);
    for (const seq of this.#requests.iterate(after + 1n, end)) {
      const entry = entries.get(seq);
      if (entry) entry.requestsKept = true;
      else strays.push(recordId(seq, 0));
    }
    for (const { records } of entries.values()) inOrder(records);
    const debits = this.#debits.read(range, recordId(last + 1n, 0) - 1n);
    return { entries: [...entries.values()], debits, strays, after, end };
  }
}

/** Each table gives its records in order, and most entries have those of one or two tables. */
function inOrder(records: LedgerRecord[]): void {
  for (let index = 1; index < records.length; index += 1) {
    if ((records[index - 1]?.id ?? 0n) > (records[index]?.id ?? 0n)) {
      records.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
      return;
    }
  }
}
