import { busy, hungUpMeanwhile, stoppedMeanwhile } from '../call-error.js';

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

  /** Throws a CallError if there is no place, or if the process stopped or the caller hung up meanwhile; else what the work throws. */
  async run<Result>(hungUp: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#max) throw busy(this.#full);
    this.#running += 1;
    try {
      return await work(AbortSignal.any([this.#stopping, hungUp]));
    } catch (error) {
      if (this.#stopping.aborted) throw stoppedMeanwhile();
      const isAbort = error instanceof Error && error.name === 'AbortError';
      throw isAbort && hungUp.aborted ? hungUpMeanwhile() : error;
    } finally {
      this.#running -= 1;
    }
  }
}
