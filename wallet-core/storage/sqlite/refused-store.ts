import { Worker } from 'node:worker_threads';
import {
  type DroppedCalls,
  type RefusedCall,
  type RefusedCalls,
  type RefusedFilter,
  type RefusedList,
  StoreFullError,
} from '../port.js';

export interface RefusedData {
  readonly folder: string;
  /** For how long calls are kept. */
  readonly keepMs: number;
}

export type ToRefused =
  | { readonly type: 'keep'; readonly calls: readonly RefusedCall[]; readonly dropped: readonly DroppedCalls[] }
  | { readonly type: 'list'; readonly filter: RefusedFilter; readonly limit: number }
  | { readonly type: 'close' };

export type FromRefused =
  | { readonly type: 'kept' }
  | { readonly type: 'list'; readonly list: RefusedList }
  /** The type of an error is lost on the way to another thread. */
  | { readonly type: 'full' | 'failed'; readonly message: string };

interface Waiting {
  readonly resolve: (reply: FromRefused) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Calls that were refused before the ledger, kept by a thread of their own: whoever sends garbage makes it write, read and wait
 * for the disk, and never the one that serves bets. It starts with the first call, and again after one that ended it.
 */
export class RefusedStore implements RefusedCalls {
  readonly #data: RefusedData;
  #thread: Worker | undefined;
  /** Those who asked, in the order of their answers. */
  readonly #waiting: Waiting[] = [];

  constructor(data: RefusedData) {
    this.#data = data;
  }

  async keep(calls: readonly RefusedCall[], dropped: readonly DroppedCalls[]): Promise<void> {
    await this.#ask({ type: 'keep', calls, dropped });
  }

  async list(filter: RefusedFilter, limit: number): Promise<RefusedList> {
    const reply = await this.#ask({ type: 'list', filter, limit });
    if (reply.type !== 'list') throw new Error(`the thread of refused calls answered a list with ${reply.type}`);
    return reply.list;
  }

  /** When what was asked before is done. */
  async close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    // Also of one that fails meanwhile: who asked has heard of that.
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage({ type: 'close' } satisfies ToRefused);
    await ended;
  }

  async #ask(question: ToRefused): Promise<FromRefused> {
    const thread = (this.#thread ??= this.#start());
    const answer = new Promise<FromRefused>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    thread.postMessage(question);
    const reply = await answer;
    if (reply.type === 'full') throw new StoreFullError(reply.message);
    if (reply.type === 'failed') throw new Error(reply.message);
    return reply;
  }

  #start(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    const thread = new Worker(new URL('./refused-thread.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits,
    });
    let why = new Error('the thread of refused calls has ended');
    thread.on('message', (reply: FromRefused) => this.#waiting.shift()?.resolve(reply));
    thread.on('error', (error) => (why = error));
    return thread.on('exit', () => {
      this.#thread = undefined;
      for (const { reject } of this.#waiting.splice(0)) reject(why);
    });
  }
}
