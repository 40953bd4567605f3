import { once } from 'node:events';
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
  | { readonly type: 'open' | 'kept' }
  | { readonly type: 'list'; readonly list: RefusedList }
  /** The type of an error is lost on the way to another thread. */
  | { readonly type: 'full' | 'failed'; readonly message: string };

interface Waiting {
  readonly resolve: (reply: FromRefused) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Calls that were refused before the ledger, kept by a thread of their own: whoever sends garbage makes it write, read and wait
 * for the disk, and never the one that serves bets.
 */
export class RefusedStore implements RefusedCalls {
  readonly #thread: Worker;
  /** Those who asked, in the order of their answers. */
  readonly #waiting: Waiting[] = [];
  #ended: Error | undefined;

  private constructor(workerData: RefusedData) {
    const resourceLimits = { maxYoungGenerationSizeMb: 4 };
    this.#thread = new Worker(new URL('./refused-thread.js', import.meta.url), { workerData, resourceLimits });
    this.#thread.on('message', (reply: FromRefused) => this.#waiting.shift()?.resolve(reply));
    this.#thread.on('error', (error) => this.#end(error));
    this.#thread.on('exit', () => this.#end(new Error('the thread of refused calls has ended')));
  }

  /** Rejects with an Error for a person where the file cannot be opened. */
  static async open(folder: string, keepMs: number): Promise<RefusedStore> {
    const store = new RefusedStore({ folder, keepMs });
    await new Promise<FromRefused>((resolve, reject) => store.#waiting.push({ resolve, reject }));
    return store;
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
    if (this.#ended) return;
    this.#thread.postMessage({ type: 'close' } satisfies ToRefused);
    await once(this.#thread, 'exit');
  }

  async #ask(question: ToRefused): Promise<FromRefused> {
    if (this.#ended) throw this.#ended;
    const answer = new Promise<FromRefused>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#thread.postMessage(question);
    const reply = await answer;
    if (reply.type === 'full') throw new StoreFullError(reply.message);
    if (reply.type === 'failed') throw new Error(reply.message);
    return reply;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
