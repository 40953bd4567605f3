import type { Logger } from 'pino';

const EVERY_MS = 5_000;

/** Commands that a full queue turns away: the first has a line, of those behind it their number is told, for there is enough to do. */
export class TurnedAway {
  readonly #log: Logger;
  /** Runs from the line of one until the next may have a line. */
  #pause: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether it comes so soon behind another that it has no line of its own. */
  isOneOfMany(): boolean {
    if (this.#pause) {
      this.#count += 1;
      return true;
    }
    this.#pause = setTimeout(() => this.tell(), EVERY_MS).unref();
    return false;
  }

  /** Tells of those without a line. */
  tell(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    if (this.#count === 0) return;
    this.#log.warn({ turnedAway: this.#count }, 'more commands were not applied: the queue is full');
    this.#count = 0;
  }
}
