import { busy, stoppedMeanwhile } from '../call-error.js';

/** Work of one kind that takes long: only so much of it at once, and it ends with the process or when nobody waits for it. */
export class LongWork {
  readonly #stopping: AbortSignal;
  readonly #max: number;
  readonly #full: string;
  #running = 0;

  /** `full`: what a caller is told beyond `max`. */
  constructor(stopping: AbortSignal, max: number, full: string) {
    this.#stopping = stopping;
    this.#max = max;
    this.#full = full;
  }

  /** Throws a CallError if there is no place, or if the process stopped meanwhile; else what the work throws. */
  async run(hungUp: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#running >= this.#max) throw busy(this.#full);
    this.#running += 1;
    try {
      await work(AbortSignal.any([this.#stopping, hungUp]));
    } catch (error) {
      throw this.#stopping.aborted ? stoppedMeanwhile() : error;
    } finally {
      this.#running -= 1;
    }
  }
}
