import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../../domain/outcome.js';
import type { Digest } from '../../journal/digest.js';
import type { Progress, Verification } from '../../verify/verify.js';
import { CommitUnknownError, StoreFullError, type Queries, type Store, type Submission } from '../port.js';
import type { Synchronous } from './connection.js';
import { WRITER } from './journal-writer.js';
import { own, type Ownership } from './owner.js';
import { Reader } from './reader.js';
import { Room } from './room.js';
import { verifyFile } from './verifier.js';

export interface WriterData {
  readonly path: string;
  /** URL of a module that exports `decide`: functions cannot be handed to a thread. */
  readonly rules: string;
  readonly synchronous: Synchronous;
}

export type ToWriter = { readonly type: 'commit'; readonly group: readonly Submission[] } | { readonly type: 'close' };

export type FromWriter =
  | { readonly type: 'ready' }
  | { readonly type: 'committed'; readonly outcomes: readonly Outcome[]; readonly wrote: boolean }
  | { readonly type: 'full'; readonly message: string }
  | { readonly type: 'failed'; readonly stack: string; readonly unknown: boolean }
  | { readonly type: 'closed' };

export interface SqliteStoreOptions {
  /** The folder of the ledger; made if need be. */
  readonly folder: string;
  /** Who owns it, for the message to a second one that tries. */
  readonly owner: string;
  /** See WriterData. */
  readonly rules?: URL;
  /** Hears once when the disk is found full, and once when commits are written again. */
  readonly onRoom?: (hasRoom: boolean) => void;
  /** FULL, unless a test shows what NORMAL loses when the power goes. */
  readonly synchronous?: Synchronous;
}

/** The ledger in one SQLite file: a thread writes, this one reads. */
export class SqliteStore implements Store {
  readonly writer = WRITER;
  readonly queries: Queries;
  readonly #path: string;
  readonly #reader: Reader;
  readonly #thread: Worker;
  readonly #ownership: Ownership;
  readonly #room: Room;
  #waiting: { resolve: (reply: FromWriter) => void; reject: (error: Error) => void } | undefined;
  #dead: Error | undefined;

  private constructor(path: string, thread: Worker, ownership: Ownership, room: Room) {
    this.#path = path;
    this.#thread = thread;
    this.#ownership = ownership;
    this.#room = room;
    this.#reader = new Reader(path);
    this.queries = this.#reader;
    thread.on('message', (reply: FromWriter) => this.#take()?.resolve(reply));
    thread.on('error', (error) => this.#die(error));
    thread.on('exit', () => this.#die(new Error('the writer thread has ended')));
  }

  /** Takes the folder into possession and brings its file to the newest schema. */
  static async open({ folder, owner, rules, onRoom, synchronous = 'FULL' }: SqliteStoreOptions): Promise<SqliteStore> {
    // The ledger holds names, requests and hashes of passwords: nobody else on the machine reads them.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const ownership = own(join(folder, 'owner.db'), owner);
    const path = join(folder, 'ledger.db');
    const { href } = rules ?? new URL('../../domain/decide.js', import.meta.url);
    const workerData: WriterData = { path, rules: href, synchronous };
    // A group's objects live for milliseconds: a large nursery for them would only be memory that is never given back.
    const resourceLimits = { maxYoungGenerationSizeMb: 16 };
    const thread = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData, resourceLimits });
    try {
      await new Promise((resolve, reject) => {
        thread.once('error', reject);
        thread.once('message', () => resolve(thread.off('error', reject)));
      });
      return new SqliteStore(path, thread, ownership, new Room(onRoom ?? (() => {})));
    } catch (error) {
      ownership.release();
      throw error;
    }
  }

  async commit(group: readonly Submission[]): Promise<readonly Outcome[]> {
    const reply = await this.#ask({ type: 'commit', group });
    if (reply.type === 'committed') {
      if (reply.wrote) this.#room.found();
      return reply.outcomes;
    }
    if (reply.type === 'full') {
      this.#room.missed();
      throw new StoreFullError(reply.message);
    }
    if (reply.type !== 'failed') throw new Error(`the writer answered a commit with ${reply.type}`);
    throw reply.unknown ? new CommitUnknownError(reply.stack) : new Error(reply.stack);
  }

  verify(against: Digest | undefined, tell: (progress: Progress) => void, signal: AbortSignal): Promise<Verification> {
    return verifyFile({ path: this.#path, against }, tell, signal);
  }

  async close(): Promise<void> {
    this.#reader.close();
    if (!this.#dead) await this.#ask({ type: 'close' });
    await this.#thread.terminate();
    this.#ownership.release();
  }

  #ask(message: ToWriter): Promise<FromWriter> {
    if (this.#waiting) throw new Error('one commit at a time');
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      this.#thread.postMessage(message);
      this.#waiting = { resolve, reject };
    });
  }

  #take() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  /** What a thread that died had begun to commit may be on disk. */
  #die(error: Error): void {
    this.#dead ??= new CommitUnknownError(error.message);
    this.#take()?.reject(this.#dead);
  }
}
