import type { Database } from 'better-sqlite3';
import { formatDigest, type Digest } from '../../journal/digest.js';
import { LineError } from '../../journal/forms.js';
import { readLine, type EntryLine } from '../../journal/line.js';
import { packRequests, type KeptRequests, type PrunedRequests } from '../../journal/requests.js';
import type { CommandRecord, LedgerRecord } from '../../domain/record.js';
import { openWriter } from './connection.js';
import { JournalWriter, WRITER } from './journal-writer.js';
import { Loader } from './loader.js';
import { Recorder } from './recorder.js';
import { ReferenceWriter } from './reference-writer.js';
import { saysFull } from './room.js';
import { migrate } from './schema.js';

/** Nobody waits for a single entry, and what is not finished is thrown away: many make a transaction. */
const TRANSACTION_RECORDS = 5_000;

/** Makes a ledger of the lines of an export, through what writes every other ledger. What throws is a LineError, or the disk is full. */
export class Importer {
  /** The last line, once it was read. */
  end: Digest | undefined;
  entries = 0;
  records = 0;
  readonly #db: Database;
  readonly #loader: Loader;
  readonly #recorder: Recorder;
  readonly #references: ReferenceWriter;
  readonly #journal: JournalWriter;
  readonly #channels = new Map<string, bigint>();
  #uncommitted = 0;

  /** A file that is not there yet. `eraReferences`: see SqliteStoreOptions. */
  constructor(path: string, eraReferences?: number) {
    this.#db = openWriter(path, 'NORMAL');
    migrate(this.#db);
    this.#references = new ReferenceWriter(this.#db, eraReferences);
    this.#loader = new Loader(this.#db, this.#references);
    this.#recorder = new Recorder(this.#db, this.#references);
    this.#journal = new JournalWriter(this.#db);
  }

  take(bytes: Uint8Array): void {
    const line = readLine(bytes);
    if (this.end) throw new LineError('there is a line behind the last one');
    if (!('records' in line)) return this.#finish(line);
    this.#compare(line);
    if (!this.#db.inTransaction) this.#begin();
    try {
      this.#write(line);
    } catch (error) {
      if (error instanceof LineError || saysFull(error)) throw error;
      // What the tables refuse, or the recorder, is no entry of a ledger.
      throw new LineError(
        `the entry does not fit those before it: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
    if (this.#uncommitted >= TRANSACTION_RECORDS) this.#commit();
  }

  /** Leaves one whole file, or what there is of it. */
  close(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #finish(end: Digest): void {
    const { seq } = this.#journal.next();
    const own = { writer: WRITER, seq: seq - 1n, hash: Buffer.from(this.#journal.hash).toString('hex') };
    if (formatDigest(own) !== formatDigest(end)) {
      throw new LineError(
        `the end is that of ${formatDigest(end)}, and the lines before it come to ${formatDigest(own)}`,
      );
    }
    this.#commit();
    this.end = end;
  }

  /** Its place among those before it, and the hash of what it says it is. */
  #compare({ writer, seq, previous }: EntryLine): void {
    const { seq: expected } = this.#journal.next();
    if (writer !== WRITER)
      throw new LineError(`the entry is of writer ${writer}; a ledger of this kind has ${WRITER} only`);
    if (seq !== expected) throw new LineError(`entry ${seq} stands where entry ${expected} is expected`);
    if (Buffer.compare(previous, this.#journal.hash) !== 0) {
      throw new LineError('the entry continues another one than that before it');
    }
  }

  #write(line: EntryLine): void {
    const commanded = line.records.filter(isOfCommand);
    const loaded = this.#loader.loadRecorded(commanded);
    for (const record of commanded) {
      loaded.state.apply(record);
      this.#recorder.write(record, loaded, this.#channels);
    }
    this.#recorder.finish(loaded);
    this.#journal.write(line, commanded, keptOf(line), this.#channels)();
    if (Buffer.compare(this.#journal.hash, line.hash) !== 0) throw new LineError('the entry does not fit its hash');
    this.entries += 1;
    this.records += line.records.length;
    this.#uncommitted += line.records.length;
  }

  #begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#references.begin();
  }

  #commit(): void {
    this.#uncommitted = 0;
    if (!this.#db.inTransaction) return;
    const referenced = this.#references.beforeCommit();
    this.#db.exec('COMMIT');
    referenced();
  }
}

/** The house's side is made anew, and the hash says whether it is the same. */
function isOfCommand(record: LedgerRecord): record is CommandRecord {
  return record.type !== 'house';
}

function keptOf({ requests, requestsHash }: EntryLine): KeptRequests | PrunedRequests | undefined {
  const kept = requests === null ? { hash: requestsHash, body: undefined } : packRequests(requests);
  if (Buffer.compare(kept?.hash ?? new Uint8Array(0), requestsHash) !== 0) {
    throw new LineError('the requests of the entry do not fit their hash');
  }
  return kept;
}
