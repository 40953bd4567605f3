/** So long an overload is taken to last at least, and at most until all of the capacity is tried again. */
const LASTS_MS_MIN = 1_000;
const LASTS_MS_MAX = 8_000;
/** An overload that comes back so soon lasts, so it is taken to last twice as long. */
const BACK_MS = 5_000;
/** When nothing was refused for so long, it is over. */
const CALM_MS = 1_000;

/**
 * How much may wait, or be under way, at once. All of it is there for a burst. Once that was not enough it is less for some seconds: in a
 * lasting overload what waits longer gets no more done, is answered later, and makes everything dearer, because V8 copies it
 * again and again. Then all is tried again, because what comes may have become less and still be more than that; sooner if
 * nothing is refused any more, or callers who come back all at once would find little room for a load that is over.
 */
export class Capacity {
  readonly #most: number;
  readonly #overloadedMost: number;
  readonly #now: () => number;
  #overloadedUntil = -Infinity;
  #lastsMs = 0;
  #refusedMs = -Infinity;

  /** `now`: a clock that only goes on, in milliseconds. */
  constructor(most: number, overloadedMost: number, now = () => performance.now()) {
    this.#most = most;
    this.#overloadedMost = overloadedMost;
    this.#now = now;
  }

  /** Whether one more beside so many would be too many. */
  isReached(count: number): boolean {
    return count >= this.#most || (count >= this.#overloadedMost && this.#isOverloaded(this.#now()));
  }

  /** One more was refused beside so many. */
  refused(count: number): void {
    const now = this.#now();
    const isOverloaded = this.#isOverloaded(now);
    const endedMs = Math.min(this.#overloadedUntil, this.#refusedMs + CALM_MS);
    this.#refusedMs = now;
    if (count < this.#most || isOverloaded) return;
    const isBack = now - endedMs < BACK_MS;
    this.#lastsMs = isBack ? Math.min(2 * this.#lastsMs, LASTS_MS_MAX) : LASTS_MS_MIN;
    this.#overloadedUntil = now + this.#lastsMs;
  }

  /** Whether nothing was refused for a second. */
  get isCalm(): boolean {
    return this.#isCalmAt(this.#now());
  }

  #isOverloaded(now: number): boolean {
    return now < this.#overloadedUntil && !this.#isCalmAt(now);
  }

  #isCalmAt(now: number): boolean {
    return now - this.#refusedMs > CALM_MS;
  }
}
