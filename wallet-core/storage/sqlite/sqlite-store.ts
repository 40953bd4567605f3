import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
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
import type { CopyOrder } from './copy.js';
import { exportFile } from './exporter.js';
import { explained } from './damage.js';
import { WRITER } from './journal-writer.js';
import type { OpenData } from './open-thread.js';
import { own, type Ownership } from './owner.js';
import { LEDGER_FILE, refuseUnfinished } from './place.js';
import { Reader } from './reader.js';
import { findsRoom, Room } from './room.js';
import { roomOf } from './taken.js';
import { Tally } from './tally.js';
import { watched } from './watched.js';
import { verifyFile } from './verifier.js';
import { Wake } from './wake.js';

export interface WriterData {
  readonly path: string;
  /** URL of a module that exports `decide`: functions cannot be handed to a thread. */
  readonly rules: string;
  readonly synchronous: Synchronous;
  readonly checkpoints: CheckpointLimits | undefined;
  readonly wake: SharedArrayBuffer;
}

export type ToWriter =
  | { readonly type: 'commit'; readonly group: readonly Submission[] }
  | { readonly type: 'copy'; readonly order: CopyOrder }
  | { readonly type: 'prune'; readonly beforeMs: bigint; readonly port: MessagePort }
  | { readonly type: 'close' };

/** Why nothing was written, or that nobody knows. */
export type NotWritten =
  | { readonly type: 'full'; readonly message: string }
  | { readonly type: 'failed'; readonly stack: string; readonly unknown: boolean; readonly damaged: boolean };

/** What one step of a pruning came to. */
export type FromPruner = { readonly type: 'pruned'; readonly step: PrunedSoFar } | NotWritten;

export type FromWriter =
  | { readonly type: 'ready' }
  | {
      readonly type: 'committed';
      readonly outcomes: readonly Outcome[];
      readonly wrote: boolean;
      readonly took: GroupTimes;
    }
  | NotWritten
  | { readonly type: 'closed' };

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
}

/** The ledger in one SQLite file: a thread writes, this one reads. */
export class SqliteStore implements Store {
  readonly writer = WRITER;
  readonly queries: Queries;
  readonly #path: string;
  readonly #backups: string;
  readonly #wake: Wake;
  readonly #reader: Reader;
  readonly #thread: Worker;
  readonly #ownership: Ownership;
  readonly #room: Room;
  readonly #tally: Tally;
  readonly #onDamage: (error: Error) => void;
  readonly #onGroup: (commands: number, took: GroupTimes) => void;
  #waiting: { resolve: (reply: FromWriter) => void; reject: (error: Error) => void } | undefined;
  #looking: Promise<boolean> | undefined;
  #dead: CommitUnknownError | undefined;
  #closing = false;

  private constructor(
    path: string,
    backups: string,
    wake: Wake,
    thread: Worker,
    ownership: Ownership,
    {
      onRoom = () => {},
      onDamage = () => {},
      onDeath = () => {},
      onGroup = () => {},
      onUncounted = () => {},
    }: SqliteStoreOptions,
  ) {
    this.#path = path;
    this.#backups = backups;
    this.#wake = wake;
    this.#thread = thread;
    this.#ownership = ownership;
    this.#room = new Room(onRoom);
    this.#tally = new Tally(path, onUncounted);
    this.#onDamage = onDamage;
    this.#onGroup = onGroup;
    this.#reader = new Reader(path);
    this.queries = watched(this.#reader, onDamage);
    thread.on('message', (reply: FromWriter) => this.#take()?.resolve(reply));
    const end = (error: Error) => {
      // Whoever waits for a commit hears of it as the fate of that.
      const isHeard = this.#waiting !== undefined || this.#dead !== undefined || this.#closing;
      const dead = this.#die(error);
      if (!isHeard) onDeath(dead);
    };
    thread.on('error', end);
    thread.on('exit', () => end(new Error('the writer thread has ended')));
  }

  /** Takes the folder into possession and brings its file to the newest schema. */
  static async open(options: SqliteStoreOptions): Promise<SqliteStore> {
    const { folder, backups = join(folder, 'backups'), owner, rules, synchronous = 'FULL', checkpoints } = options;
    // The ledger holds names, requests and hashes of passwords: nobody else on the machine reads them.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ownership = own(join(folder, 'owner.db'), owner);
    const path = join(folder, LEDGER_FILE);
    const { href } = rules ?? new URL('../../domain/decide.js', import.meta.url);
    const wake = new Wake();
    const workerData: WriterData = { path, rules: href, synchronous, checkpoints, wake: wake.memory };
    // A group's objects live for milliseconds: a large nursery for them would only be memory that is never given back.
    const resourceLimits = { maxYoungGenerationSizeMb: 16 };
    let thread: Worker | undefined;
    try {
      refuseUnfinished(folder);
      clearBackups(backups);
      const writer = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData, resourceLimits });
      thread = writer;
      await new Promise((resolve, reject) => {
        writer.once('error', reject);
        writer.once('message', () => resolve(writer.off('error', reject)));
      });
      return new SqliteStore(path, backups, wake, writer, ownership, options);
    } catch (error) {
      await thread?.terminate();
      ownership.release();
      throw explained(path, error);
    }
  }

  async commit(group: readonly Submission[]): Promise<readonly Outcome[]> {
    const reply = await this.#ask({ type: 'commit', group });
    if (reply.type === 'committed') {
      if (reply.wrote) this.#room.found();
      this.#onGroup(group.length, reply.took);
      return reply.outcomes;
    }
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
    return verifyFile({ path: this.#path, against, share }, tell, signal);
  }

  backup(tell: (progress: BackupProgress) => void, signal: AbortSignal): Promise<Backup> {
    const copy = (path: string) => {
      const { port1, port2 } = new MessageChannel();
      const order: CopyOrder = { path, port: port2 };
      this.#thread.postMessage({ type: 'copy', order } satisfies ToWriter, [port2]);
      return port1;
    };
    return backUp({ ledger: this.#path, folder: this.#backups, wake: this.#wake, copy }, tell, signal);
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
    this.#closing = true;
    await this.#tally.stop();
    this.#reader.close();
    if (!this.#dead) await this.#ask({ type: 'close' });
    await this.#thread.terminate();
    this.#ownership.release();
  }

  /** Beside the commits, which have one answer at a time. */
  async #pruneStep(beforeMs: bigint): Promise<PrunedSoFar> {
    const { port1, port2 } = new MessageChannel();
    const answer = once(port1, 'message') as Promise<[FromPruner]>;
    const ended = once(port1, 'close').then(() => Promise.reject(new Error('the writer thread has ended')));
    this.#thread.postMessage({ type: 'prune', beforeMs, port: port2 } satisfies ToWriter, [port2]);
    this.#wake.up();
    try {
      const [reply] = await Promise.race([answer, ended]);
      if (reply.type === 'pruned') return reply.step;
      const error = this.#errorOf(reply);
      // Nothing may be written after it, as after a commit.
      if (error instanceof CommitUnknownError) this.#die(error);
      throw error;
    } finally {
      ended.catch(() => {});
      port1.close();
    }
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

  #ask(message: ToWriter): Promise<FromWriter> {
    if (this.#waiting) throw new Error('one commit at a time');
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      this.#thread.postMessage(message);
      this.#wake.up();
      this.#waiting = { resolve, reject };
    });
  }

  #take() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  /** What a thread that died had begun to commit may be on disk. */
  #die(error: Error): CommitUnknownError {
    this.#dead ??= new CommitUnknownError(error.message);
    this.#take()?.reject(this.#dead);
    return this.#dead;
  }
}

/** The one message of a thread that reads what would keep calls waiting. An abort ends the thread first, then rejects. */
async function fromThread<Answer>(module: string, workerData: unknown, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const thread = new Worker(new URL(module, import.meta.url), { workerData });
  try {
    const [answer] = (await once(thread, 'message', { signal })) as [Answer];
    return answer;
  } finally {
    await thread.terminate();
  }
}
