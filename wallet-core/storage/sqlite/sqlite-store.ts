import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Outcome } from '../../domain/outcome.js';
import type { Digest } from '../../journal/digest.js';
import type { Progress, Verification } from '../../verify/verify.js';
import {
  type Backup,
  type BackupProgress,
  CommitUnknownError,
  type Counts,
  DamagedLedgerError,
  type ExportPiece,
  type GroupTimes,
  type PrunedSoFar,
  type Queries,
  type Room as Taken,
  type OpenFilter,
  type OpenMovements,
  type Store,
  StoreFullError,
  type Submission,
  type TrialBalance,
} from '../port.js';
import { backUp, clearBackups } from './backup.js';
import type { CheckpointLimits } from './checkpoint-plan.js';
import type { Synchronous } from './connection.js';
import { exportFile } from './exporter.js';
import { explained } from './damage.js';
import { fromThread } from './from-thread.js';
import { WRITER } from './journal-writer.js';
import type { OpenData } from './open-thread.js';
import { own, type Ownership } from './owner.js';
import { LEDGER_FILE, refuseUnfinished } from './place.js';
import { Reader } from './reader.js';
import { ReferenceFilters } from './reference-filter.js';
import { findsRoom, Room } from './room.js';
import { roomOf } from './taken.js';
import { Tally } from './tally.js';
import { watched } from './watched.js';
import { verifyFile } from './verifier.js';
import { WriterHandle } from './writer-handle.js';
import type { Committed, NotWritten } from './writer-messages.js';

export interface SqliteStoreOptions {
  /** The folder of the ledger; made if need be. */
  readonly folder: string;
  /** The folder of its backups; made for the first. Default: "backups" in that of the ledger. */
  readonly backups?: string;
  /** Who owns it, for the message to a second one that tries. */
  readonly owner: string;
  /** See WriterData. */
  readonly rules?: URL;
  /** Hears once when the disk is found full, and once when commits are written again. */
  readonly onRoom?: (hasRoom: boolean) => void;
  /** Hears of each read and each commit that met damage. */
  readonly onDamage?: (error: Error) => void;
  /** Hears that the thread that writes has ended by itself, between two commits: no commit will succeed any more. */
  readonly onDeath?: (error: CommitUnknownError) => void;
  /** Hears of each group that was committed, of how many commands it was and what took how long. */
  readonly onGroup?: (commands: number, took: GroupTimes) => void;
  /** Hears why movements and withholdings are not counted any more. */
  readonly onUncounted?: (error: Error) => void;
  /** FULL, unless a test shows what NORMAL loses when the power goes. */
  readonly synchronous?: Synchronous;
  /** When the WAL is written into the database, if not as checkpoint-plan.ts says: a test has it done every few commits. */
  readonly checkpoints?: CheckpointLimits;
  /** How many references end an era (references.ts), if not so many that no test has them. */
  readonly eraReferences?: number;
}

/** The ledger in one SQLite file: a thread writes, this one reads. */
export class SqliteStore implements Store {
  readonly writer = WRITER;
  readonly queries: Queries;
  readonly #path: string;
  readonly #backups: string;
  readonly #writer: WriterHandle;
  readonly #filters: ReferenceFilters;
  readonly #reader: Reader;
  readonly #ownership: Ownership;
  readonly #room: Room;
  readonly #tally: Tally;
  readonly #onDamage: (error: Error) => void;
  readonly #onGroup: (commands: number, took: GroupTimes) => void;
  #looking: Promise<boolean> | undefined;

  private constructor(
    path: string,
    backups: string,
    writer: WriterHandle,
    ownership: Ownership,
    { onRoom = () => {}, onDamage = () => {}, onGroup = () => {}, onUncounted = () => {} }: SqliteStoreOptions,
  ) {
    this.#path = path;
    this.#backups = backups;
    this.#writer = writer;
    this.#ownership = ownership;
    this.#room = new Room(onRoom);
    this.#tally = new Tally(path, onUncounted);
    this.#onDamage = onDamage;
    this.#onGroup = onGroup;
    this.#filters = new ReferenceFilters(writer.filterBlocks);
    this.#reader = new Reader(path, this.#filters);
    this.queries = watched(this.#reader, onDamage);
  }

  /** Takes the folder into possession and brings its file to the newest schema. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const { folder, backups = join(folder, 'backups'), owner, rules, synchronous = 'FULL' } = options;
    const { checkpoints, eraReferences } = options;
    // The ledger holds names, requests and hashes of passwords: nobody else on the machine reads them.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ownership = own(join(folder, 'owner.db'), owner);
    const path = join(folder, LEDGER_FILE);
    const { href } = rules ?? new URL('../../domain/decide.js', import.meta.url);
    let writer: WriterHandle | undefined;
    try {
      refuseUnfinished(folder);
      clearBackups(backups);
      writer = await WriterHandle.start(
        { path, rules: href, synchronous, checkpoints, eraReferences },
        options.onDeath ?? (() => {}),
      );
      return new SqliteStore(path, backups, writer, ownership, options);
    } catch (error) {
      await writer?.close();
      ownership.release();
      throw explained(path, error);
    }
  }

  async commit(group: readonly Submission[]): Promise<readonly Outcome[]> {
    const reply = await this.#writer.commit(group);
    if (reply.type === 'committed') return this.#takeIn(group, reply);
    if (reply.type !== 'full' && reply.type !== 'failed') throw new Error(`the writer answered with ${reply.type}`);
    throw this.#errorOf(reply);
  }

  /** A commit is the only true answer, but who is told that there is no room may send none. However many ask, one looks. */
  async hasRoom(): Promise<boolean> {
    if (!this.#room.isMissing) return true;
    this.#looking ??= findsRoom(dirname(this.#path)).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  verify(
    against: Digest | undefined,
    tell: (progress: Progress) => void,
    signal: AbortSignal,
    share = 1,
  ): Promise<Verification> {
    return verifyFile({ path: this.#path, against, filterBlocks: this.#filters.blocks, share }, tell, signal);
  }

  backup(tell: (progress: BackupProgress) => void, signal: AbortSignal): Promise<Backup> {
    const { wake } = this.#writer;
    const copy = (path: string) => this.#writer.copy(path);
    return backUp({ ledger: this.#path, folder: this.#backups, wake, copy }, tell, signal);
  }

  async *export(signal: AbortSignal): AsyncGenerator<ExportPiece> {
    try {
      yield* exportFile(this.#path, signal);
    } catch (error) {
      if (error instanceof DamagedLedgerError) this.#onDamage(error);
      throw error;
    }
  }

  async prune(beforeMs: bigint, tell: (soFar: PrunedSoFar) => void, signal: AbortSignal): Promise<PrunedSoFar> {
    let [entries, bytes] = [0, 0];
    for (;;) {
      signal.throwIfAborted();
      const step = await this.#pruneStep(beforeMs);
      if (step.entries === 0) return { entries, bytes };
      entries += step.entries;
      bytes += step.bytes;
      tell({ entries, bytes });
    }
  }

  trialBalance(signal: AbortSignal): Promise<readonly TrialBalance[]> {
    return fromThread('./trial-balance-thread.js', this.#path, signal);
  }

  open(filter: OpenFilter, signal: AbortSignal): Promise<OpenMovements> {
    const data: OpenData = { ...filter, path: this.#path };
    return fromThread('./open-thread.js', data, signal);
  }

  room(): Promise<Taken> {
    return roomOf(this.#path, this.#backups);
  }

  counts(withinMs: number): Promise<Counts | undefined> {
    return this.#tally.counts(withinMs);
  }

  async close(): Promise<void> {
    await this.#tally.stop();
    this.#reader.close();
    await this.#writer.close();
    this.#ownership.release();
  }

  /** It is on disk: whatever goes wrong from here on, nobody may take it for undone. */
  #takeIn(group: readonly Submission[], { filterBlocks, wrote, took, outcomes }: Committed): readonly Outcome[] {
    try {
      this.#filters.append(filterBlocks);
      if (wrote) this.#room.found();
      this.#onGroup(group.length, took);
    } catch (error) {
      throw new CommitUnknownError('it was committed, but not taken in', { cause: error });
    }
    return outcomes;
  }

  async #pruneStep(beforeMs: bigint): Promise<PrunedSoFar> {
    const reply = await this.#writer.prune(beforeMs);
    if (reply.type === 'pruned') return reply.step;
    throw this.#errorOf(reply);
  }

  #errorOf(reply: NotWritten): Error {
    if (reply.type === 'full') {
      this.#room.missed();
      return new StoreFullError(reply.message);
    }
    const error = reply.unknown ? new CommitUnknownError(reply.stack) : new Error(reply.stack);
    if (reply.damaged) this.#onDamage(error);
    return error;
  }
}
