import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LEDGER_FILE } from './place.js';

/** How many withholdings are not given back whole, counted by a thread of its own: all of them once, then what is new. */
export class OpenWithholdings {
  readonly #thread: Worker;
  #count = NaN;

  /** `onFault` hears why they are not counted any more. */
  constructor(folder: string, onFault: (error: Error) => void) {
    const workerData = { path: join(folder, LEDGER_FILE) };
    const resourceLimits = { maxYoungGenerationSizeMb: 2 };
    this.#thread = new Worker(new URL('./withholdings-thread.js', import.meta.url), { workerData, resourceLimits });
    this.#thread.on('message', (count: number) => (this.#count = count));
    this.#thread.on('error', (error) => {
      this.#count = NaN;
      onFault(error);
    });
  }

  /** As it was when this was asked last, which makes the thread count on; NaN: not known yet. */
  get count(): number {
    this.#thread.postMessage('count on');
    return this.#count;
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}
