/** Lets the thread that writes nap in the middle of a backup, and hear at once of a commit or of what it naps for. */
export class Wake {
  readonly memory: SharedArrayBuffer;
  readonly #count: Int32Array;
  #seen = 0;

  constructor(memory = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#count = new Int32Array(memory);
  }

  /** Called after a message was posted to the thread. */
  up(): void {
    Atomics.add(this.#count, 0, 1);
    Atomics.notify(this.#count, 0);
  }

  /** All that was called for until now is handled in the next turn of the event loop. */
  look(): void {
    this.#seen = Atomics.load(this.#count, 0);
  }

  /** Sleeps at most so long; not at all if it was called since it last looked. */
  nap(timeoutMs: number): void {
    Atomics.wait(this.#count, 0, this.#seen, timeoutMs);
  }
}
