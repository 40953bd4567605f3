const BEAT_MS = 50;
/** Silent for so long, and most of that without work, the process stood still, so that callers have gone meanwhile. */
const STALL_MS = 500;

/** Tells whether this process stood still, as one does that is stopped, or whose machine has no time for it. */
export class Pulse {
  #beatMs = performance.now();
  #beatCpu = process.cpuUsage();
  readonly #timer = setInterval(() => {
    this.#beatMs = performance.now();
    this.#beatCpu = process.cpuUsage();
  }, BEAT_MS).unref();

  /** Until the next beat. An overloaded process may be silent as long; but it works. */
  get stoodStill(): boolean {
    const silentMs = performance.now() - this.#beatMs;
    if (silentMs < STALL_MS) return false;
    const { user, system } = process.cpuUsage(this.#beatCpu);
    return (user + system) / 1000 < silentMs / 2;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
