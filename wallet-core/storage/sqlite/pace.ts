/** Shorter pauses cost more than they give. */
const WORK_MS_MIN = 5;

/** Makes a thread take a share of a core: after each stretch of work it sleeps for as long as that share asks. */
export class Pace {
  readonly #share: number;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #since = performance.now();

  /** `share`: above 0 to 1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Between two pieces of work. */
  pause(): void {
    const worked = performance.now() - this.#since;
    if (this.#share >= 1 || worked < WORK_MS_MIN) return;
    Atomics.wait(this.#sleeper, 0, 0, worked / this.#share - worked);
    this.#since = performance.now();
  }
}
