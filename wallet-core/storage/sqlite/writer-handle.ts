import { once } from 'node:events';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { CommitUnknownError, type Submission } from '../port.js';
import type { CopyOrder } from './copy.js';
import { Wake } from './wake.js';
import type { FromPruner, FromWriter, ToWriter, WriterData } from './writer-messages.js';

/** The thread that writes, as the one that serves has it. What it died of is what every later question is answered with. */
export class WriterHandle {
  readonly wake: Wake;
  /** Of ReferenceFilters, at the start; those that come later are in the answers to commits. */
  readonly filterBlocks: readonly SharedArrayBuffer[];
  readonly #thread: Worker;
  #waiting: { resolve: (reply: FromWriter) => void; reject: (error: Error) => void } | undefined;
  #dead: CommitUnknownError | undefined;
  #closing = false;

  private constructor(
    thread: Worker,
    wake: Wake,
    filterBlocks: readonly SharedArrayBuffer[],
    onDeath: (error: CommitUnknownError) => void,
  ) {
    this.#thread = thread;
    this.wake = wake;
    this.filterBlocks = filterBlocks;
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

  /** Resolves once it can write. `onDeath` hears that it has ended by itself while nobody waited for it. */
  static async start(
    data: Omit<WriterData, 'wake'>,
    onDeath: (error: CommitUnknownError) => void,
  ): Promise<WriterHandle> {
    const wake = new Wake();
    const workerData: WriterData = { ...data, wake: wake.memory };
    // A group's objects live for milliseconds: a large nursery for them would only be memory that is never given back.
    const resourceLimits = { maxYoungGenerationSizeMb: 16 };
    const thread = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData, resourceLimits });
    try {
      const [ready] = (await once(thread, 'message')) as [Extract<FromWriter, { type: 'ready' }>];
      return new WriterHandle(thread, wake, ready.filterBlocks, onDeath);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  /** One at a time. */
  commit(group: readonly Submission[]): Promise<FromWriter> {
    return this.#ask({ type: 'commit', group });
  }

  /** Lets it copy the ledger to a path between commits; the port tells how that goes. */
  copy(path: string): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const order: CopyOrder = { path, port: port2 };
    this.#thread.postMessage({ type: 'copy', order } satisfies ToWriter, [port2]);
    return port1;
  }

  /** One step, beside the commits, which have one answer at a time. */
  async prune(beforeMs: bigint): Promise<FromPruner> {
    const { port1, port2 } = new MessageChannel();
    const answer = once(port1, 'message') as Promise<[FromPruner]>;
    const ended = once(port1, 'close').then(() => Promise.reject(new Error('the writer thread has ended')));
    this.#thread.postMessage({ type: 'prune', beforeMs, port: port2 } satisfies ToWriter, [port2]);
    this.wake.up();
    try {
      const [reply] = await Promise.race([answer, ended]);
      // Nothing may be written after it, as after a commit.
      if (reply.type === 'failed' && reply.unknown) this.#die(new Error(reply.stack));
      return reply;
    } finally {
      ended.catch(() => {});
      port1.close();
    }
  }

  /** When what is under way is done. */
  async close(): Promise<void> {
    this.#closing = true;
    if (!this.#dead) await this.#ask({ type: 'close' });
    await this.#thread.terminate();
  }

  #ask(message: ToWriter): Promise<FromWriter> {
    if (this.#waiting) throw new Error('one commit at a time');
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      this.#thread.postMessage(message);
      this.wake.up();
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
