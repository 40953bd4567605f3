import { dirname } from 'node:path';
import type { BackupMetadata, Database, Statement } from 'better-sqlite3';
import type { Decide } from '../../domain/decision.js';
import type { Outcome } from '../../domain/outcome.js';
import type { CommandRecord } from '../../domain/record.js';
import { ENTRY_RECORDS_MAX, recordId } from '../../journal/position.js';
import { packRequests, type KeptRequest } from '../../journal/requests.js';
import { CommitUnknownError, type GroupTimes, type PrunedSoFar, StoreFullError, type Submission } from '../port.js';
import { Acknowledgement } from './acknowledged.js';
import type { CheckpointLimits } from './checkpoint-plan.js';
import { Checkpoints } from './checkpoints.js';
import { openWriter, type Synchronous } from './connection.js';
import { JournalWriter } from './journal-writer.js';
import { SQLite } from './library.js';
import { Loader } from './loader.js';
import { Pruner } from './prune.js';
import { Recorder } from './recorder.js';
import { ReferenceWriter } from './reference-writer.js';
import { reserveWalIndex, saysFull } from './room.js';
import { migrate } from './schema.js';

/** A commit's entry holds the records of its movements and a few house accounts. */
const HOUSE_RECORDS_MAX = 1024;

/** What a group came to. */
export interface Committed {
  readonly outcomes: Outcome[];
  /** False: there was nothing to write. */
  readonly wrote: boolean;
  readonly took: GroupTimes;
}

/** Decides and writes groups, each in one transaction. Synchronous, as better-sqlite3 is; it lives in a worker thread. */
export class Writer {
  /** Bytes of a page of the file. */
  readonly pageBytes: number;
  readonly #db: Database;
  readonly #decide: Decide;
  readonly #loader: Loader;
  readonly #recorder: Recorder;
  readonly #references: ReferenceWriter;
  readonly #journal: JournalWriter;
  readonly #pruner: Pruner;
  readonly #acknowledgement: Acknowledgement;
  readonly #checkpoints: Checkpoints;
  readonly #channels: Map<string, bigint>;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #walIndex: { release(): void };

  constructor(
    path: string,
    decide: Decide,
    synchronous: Synchronous,
    limits?: CheckpointLimits,
    eraReferences?: number,
  ) {
    this.#db = openWriter(path, synchronous);
    this.#decide = decide;
    migrate(this.#db);
    this.#walIndex = reserveWalIndex(path);
    this.#references = new ReferenceWriter(this.#db, eraReferences);
    this.#loader = new Loader(this.#db, this.#references);
    this.#recorder = new Recorder(this.#db, this.#references);
    this.#journal = new JournalWriter(this.#db);
    this.#pruner = new Pruner(this.#db);
    this.#acknowledgement = new Acknowledgement(this.#db, dirname(path), this.#journal.end, () => this.#checkpoint());
    this.#checkpoints = new Checkpoints(this.#db, limits);
    const channels = this.#db.prepare<[], { id: bigint; name: string }>('SELECT id, name FROM channel').all();
    this.#channels = new Map(channels.map(({ id, name }) => [name, id]));
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#rollback = this.#db.prepare('ROLLBACK');
    this.pageBytes = Number(this.#db.pragma('page_size', { simple: true }));
  }

  /** The memory of ReferenceFilters, which all threads share. */
  get filterBlocks(): readonly SharedArrayBuffer[] {
    return this.#references.filters.blocks;
  }

  /** See Store.commit. */
  commit(group: readonly Submission[]): Committed {
    const began = performance.now();
    const channels = new Map(this.#channels);
    this.#begin.run();
    let committed: (() => void) | undefined;
    let outcomes: Outcome[];
    try {
      ({ outcomes, committed } = this.#write(group, channels));
    } catch (error) {
      throw this.#takenBack(error);
    }
    const decided = performance.now();
    this.#commitOrDie();
    const synced = performance.now();
    if (committed) this.#takeIn(committed);
    this.#afterCommit();
    for (const [name, id] of channels) this.#channels.set(name, id);
    const acknowledgeMs = performance.now() - synced;
    const took = { decideMs: decided - began, fsyncMs: synced - decided, acknowledgeMs };
    return { outcomes, wrote: committed !== undefined, took };
  }

  /**
   * Copies the ledger into a file, so many pages at a time as `pace` says, with turns of the event loop between, in which
   * commits go on. On this connection: what they write is carried over into the copy, which so never begins again.
   */
  async copy(path: string, pace: (progress: BackupMetadata) => number): Promise<void> {
    await this.#db.backup(path, { progress: pace });
  }

  /** See Pruner.step; what keeps a commit from being written keeps this from it too, and leaves as much behind. */
  prune(beforeMs: bigint): PrunedSoFar {
    this.#begin.run();
    let step: PrunedSoFar;
    try {
      step = this.#pruner.step(beforeMs);
    } catch (error) {
      throw this.#takenBack(error);
    }
    this.#commitOrDie();
    this.#afterCommit();
    return step;
  }

  /**
   * Writes what is in the WAL into the database, so that a closed ledger is one file. Without room for that it stays two, which
   * hold as much, and the next start writes it.
   */
  close(): void {
    this.#checkpoints.stop();
    this.#acknowledgement.close(this.#journal.end);
    this.#checkpoint();
    this.#db.close();
    this.#walIndex.release();
  }

  /** On a full disk the WAL stays as it is, synced. */
  #checkpoint(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!saysFull(error)) throw error;
    }
  }

  /** `committed` takes in what was written, once it is committed; undefined if there is nothing. */
  #write(group: readonly Submission[], channels: Map<string, bigint>) {
    this.#references.begin();
    const loaded = this.#loader.load(
      group.map(({ command }) => command),
      channels,
    );
    for (const [key, balance] of this.#journal.houseBalances()) loaded.state.house.set(key, balance);
    const position = this.#journal.next();
    const records: CommandRecord[] = [];
    const requests: KeptRequest[] = [];
    const outcomes = group.map(({ command, request }) => {
      const first = records.length;
      const moment = { timeMs: position.timeMs, firstId: recordId(position.seq, first) };
      const decision = this.#decide(loaded.state, command, moment);
      const count = decision.records.length;
      for (const record of decision.records) {
        loaded.state.apply(record);
        this.#recorder.write(record, loaded, channels);
        records.push(record);
      }
      if (count > 0 && request.length > 0) requests.push({ first, count, bytes: request });
      return decision.outcome;
    });
    if (records.length === 0) return { outcomes, committed: undefined };
    if (records.length > ENTRY_RECORDS_MAX - HOUSE_RECORDS_MAX)
      throw new Error(`a group has ${records.length} records`);
    this.#recorder.finish(loaded);
    const written = this.#journal.write(position, records, packRequests(requests), channels);
    const referenced = this.#references.beforeCommit();
    const committed = () => {
      written();
      referenced();
    };
    return { outcomes, committed };
  }

  /** Takes back what was written before an error, and says what that means. */
  #takenBack(error: unknown): unknown {
    this.#rollBack();
    return saysFull(error) ? new StoreFullError(messageOf(error)) : error;
  }

  /**
   * SQLITE_FULL stops a commit before its last page is in the WAL, and without that page the others do not count. After any
   * other failure, such as one of fsync, nobody knows what the next start will find.
   */
  #commitOrDie(): void {
    try {
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      if (error instanceof SQLite.SqliteError && error.code.startsWith('SQLITE_FULL')) {
        throw new StoreFullError(messageOf(error));
      }
      throw new CommitUnknownError(messageOf(error));
    }
  }

  /** A disk that does not take a checkpoint is no longer to be trusted, except for want of room. */
  #afterCommit(): void {
    try {
      this.#checkpoints.afterCommit();
    } catch (error) {
      throw new CommitUnknownError(messageOf(error));
    }
  }

  #rollBack(): void {
    try {
      // SQLite itself takes back a transaction that met a full disk.
      if (this.#db.inTransaction) this.#rollback.run();
    } catch (error) {
      throw new CommitUnknownError(messageOf(error));
    }
  }

  /** It is on disk: whatever goes wrong from here on, nobody may take it for undone. A disk that does not take this either is no longer to be trusted. */
  #takeIn(committed: () => void): void {
    try {
      committed();
      this.#acknowledgement.upTo(this.#journal.end);
    } catch (error) {
      throw new CommitUnknownError(messageOf(error));
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
