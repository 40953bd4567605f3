import type { Logger } from 'pino';
import { Capacity } from '../capacity.js';
import type { GatewayMetrics } from '../metrics-server.js';

/** If more were under way, the last of them would hardly be answered before their provider gives up. */
const UNDER_WAY_MAX = 1_024;
/** In a lasting overload: as many as keep both processes at work. */
const OVERLOADED_MAX = 128;

/** Of large bodies that have come in part: so much from addresses that a channel lists, and so much from all others. */
const BODY_BYTES_MAX = 64 * 2 ** 20;

/** Why a callback that was read is answered so. */
export const TURNED_AWAY = 'too many callbacks are under way';

/** The answer "busy, retry later" to a callback that was not read, by its path. */
export type BusyAnswers = ReadonlyMap<string, () => string>;

/** Takes in callbacks as long as not too many are under way, so that those are answered in time and memory is bounded. */
export class Intake {
  readonly #log: Logger;
  readonly #metrics: GatewayMetrics | undefined;
  readonly #capacity = new Capacity(UNDER_WAY_MAX, OVERLOADED_MAX);
  #underWay = 0;
  readonly #bodyBytes = { listed: 0, others: 0 };
  #turnedAway = 0;

  constructor(log: Logger, metrics?: GatewayMetrics) {
    this.#log = log;
    this.#metrics = metrics;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Whether one more would be too many, beside so many that have not entered yet. */
  isFull(beside = 0): boolean {
    return this.#capacity.isReached(this.#underWay + beside);
  }

  /** Takes in a callback, which leaves when it is answered; false if too many are under way: "busy, retry later". */
  enter(): boolean {
    if (this.isFull()) {
      this.turnAway();
      return false;
    }
    this.#underWay += 1;
    return true;
  }

  leave(): void {
    this.#underWay -= 1;
    if (this.#turnedAway > 0 && this.#capacity.isCalm) this.#takeInAgain();
  }

  /** Counts bytes of large bodies as they come, and takes them off when they are read; false: more are under way than is good. */
  countBody(bytes: number, from: 'listed' | 'others'): boolean {
    this.#bodyBytes[from] += bytes;
    return this.#bodyBytes[from] <= BODY_BYTES_MAX;
  }

  /** Counts a callback that is answered busy. A line in the log for each would cost more than the answer. */
  turnAway(): void {
    this.#turnedAway += 1;
    this.#capacity.refused(this.#underWay);
    this.#metrics?.turnedAway.inc();
    if (this.#turnedAway > 1) return;
    this.#log.warn({ underWay: this.#underWay }, 'too many callbacks are under way: more are answered busy');
  }

  #takeInAgain(): void {
    this.#log.warn({ turnedAway: this.#turnedAway }, 'callbacks are taken in again');
    this.#turnedAway = 0;
  }
}
