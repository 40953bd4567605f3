import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

const BEAT_MS = 50;
/** Silent for so long, and most of that without work, the process stood still, so that callers have gone meanwhile. */
const STALL_MS = 500;
/** So long after it goes on, there may be something in its sockets that it has not read. */
const CATCH_UP_MS = 500;
/** To catch up it reads for so long, */
const READ_MS = 100;
/** and in so many turns of the event loop at least, for a machine that is busy may leave it no time in those. */
const READ_TURNS = 10;

/** Tells whether this process stood still, as one does that is stopped, or whose machine has no time for it. */
export class Pulse {
  #beatMs = performance.now();
  #beatCpu = process.cpuUsage();
  #wokeMs = -Infinity;
  readonly #timer = setInterval(() => this.#beat(), BEAT_MS).unref();

  /** Now, or a moment ago: the first beat after it may come before anything is read. */
  get stoodStill(): boolean {
    return this.#standsStill || performance.now() - this.#wokeMs < CATCH_UP_MS;
  }

  /** Until what came meanwhile has been read to its end. */
  async catchUp(): Promise<void> {
    await pause(READ_MS);
    for (let turn = 0; turn < READ_TURNS; turn += 1) await nextTurn();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#standsStill) this.#wokeMs = performance.now();
    this.#beatMs = performance.now();
    this.#beatCpu = process.cpuUsage();
  }

  /** Until the next beat. An overloaded process may be silent as long; but it works. */
  get #standsStill(): boolean {
    const silentMs = performance.now() - this.#beatMs;
    if (silentMs < STALL_MS) return false;
    const { user, system } = process.cpuUsage(this.#beatCpu);
    return (user + system) / 1000 < silentMs / 2;
  }
}
