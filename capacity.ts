/** So long after the last that was refused, more is taken to come than can be done. */
const OVERLOADED_MS = 1_000;

/**
 * How many may be under way at once. All of it is there for a burst. Once that was not enough, and until nothing had to be refused
 * for a second, it is less: in a lasting overload what waits longer gets no more done, is answered later, and makes everything
 * dearer, because V8 copies it again and again.
 */
export class Capacity {
  readonly #most: number;
  readonly #overloadedMost: number;
  #overloadedUntil = 0;

  constructor(most: number, overloadedMost: number) {
    this.#most = most;
    this.#overloadedMost = overloadedMost;
  }

  /** Whether one more beside so many would be too many. */
  isReached(underWay: number): boolean {
    return underWay >= this.#most || (underWay >= this.#overloadedMost && this.isOverloaded);
  }

  /** Whether something was refused in the last second. */
  get isOverloaded(): boolean {
    return performance.now() < this.#overloadedUntil;
  }

  /** One more was refused. */
  refused(): void {
    this.#overloadedUntil = performance.now() + OVERLOADED_MS;
  }
}
