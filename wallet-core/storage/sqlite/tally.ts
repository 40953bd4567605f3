import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Counts } from '../port.js';

/**
 * How many movements and open withholdings there are, counted by a thread of its own: all of them once, when somebody asks
 * first, then what is new.
 */
export class Tally {
  readonly #path: string;
  readonly #onFault: (error: Error) => void;
  #thread: Worker | undefined;
  #answer: Promise<void> | undefined;
  #counts: Counts | undefined;
  #failed = false;

  /** `onFault` hears why they are not counted any more. */
  constructor(path: string, onFault: (error: Error) => void) {
    this.#path = path;
    this.#onFault = onFault;
  }

  /** See Store.counts. */
  async counts(withinMs: number): Promise<Counts | undefined> {
    await Promise.race([this.#countOn(), setTimeout(withinMs, undefined, { ref: false })]);
    return this.#counts;
  }

  async stop(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** One question at a time: whoever asks meanwhile waits for its answer. */
  #countOn(): Promise<void> {
    if (this.#failed) return Promise.resolve();
    this.#answer ??= this.#ask().finally(() => (this.#answer = undefined));
    return this.#answer;
  }

  async #ask(): Promise<void> {
    this.#thread ??= this.#start();
    this.#thread.postMessage('count on');
    // Its error has been heard by then.
    const [counts] = (await once(this.#thread, 'message').catch(() => [undefined])) as [Counts | undefined];
    this.#counts = counts;
  }

  #start(): Worker {
    const resourceLimits = { maxYoungGenerationSizeMb: 2 };
    const thread = new Worker(new URL('./tally-thread.js', import.meta.url), {
      workerData: this.#path,
      resourceLimits,
    });
    return thread.on('error', (error) => {
      this.#failed = true;
      this.#counts = undefined;
      this.#onFault(error);
    });
  }
}
