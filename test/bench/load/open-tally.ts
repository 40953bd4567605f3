import { Latencies } from './latencies.js';
import type { OpenSeen, Tenth } from './open-task.js';

/** eBET gives up then. */
const GIVEN_UP_MS = 2_000;
const TENTH_MS = 100;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What became of the calls of an open loop that were due from a moment on. */
export class OpenTally {
  readonly #started = performance.now();
  readonly #latencies = new Latencies();
  readonly #ofGood = new Latencies();
  readonly #timeline: Mutable<Tenth>[] = [];
  #underWay = 0;
  #good = 0;
  #busy = 0;
  #lost = 0;
  #latestMs = 0;
  #ended: (() => void) | undefined;

  /** A call that leaves now. Gives what to do with its answer, undefined if there is none. */
  sent(due: number): (answer: string | undefined) => void {
    const tenth = this.#tenthOf(due);
    this.#underWay += 1;
    return (answer) => {
      this.#count(answer, performance.now() - due, tenth);
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#ended?.();
    };
  }

  /** A call that no connection was free for: who makes it waits in vain. */
  unsent(due: number): void {
    this.#tenthOf(due);
    this.#lost += 1;
    this.#latencies.add(GIVEN_UP_MS);
  }

  /** When all is answered that was sent. */
  async settled(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#ended = resolve));
  }

  seen(): Omit<OpenSeen, 'seconds' | 'cpuMs'> {
    const counts = { good: this.#good, busy: this.#busy, lost: this.#lost, latestMs: this.#latestMs };
    const goodP99Ms = this.#ofGood.percentiles().p99Ms;
    return { ...counts, timeline: this.#timeline, ...this.#latencies.percentiles(), goodP99Ms };
  }

  #count(answer: string | undefined, ms: number, tenth: Mutable<Tenth>): void {
    // One whose connection broke is not a quick one.
    this.#latencies.add(answer === undefined ? Math.max(ms, GIVEN_UP_MS) : ms);
    if (answer === undefined || ms > GIVEN_UP_MS) {
      this.#lost += 1;
    } else if (/"status":200[,}]/.test(answer)) {
      this.#good += 1;
      this.#ofGood.add(ms);
      tenth.good += 1;
      tenth.maxMs = Math.max(tenth.maxMs, ms);
    } else if (/"status":4003[,}]/.test(answer)) {
      this.#busy += 1;
    } else {
      throw new Error(`an answer is neither success nor busy: ${answer}`);
    }
  }

  /** Of a call that leaves now. */
  #tenthOf(due: number): Mutable<Tenth> {
    const index = Math.floor((due - this.#started) / TENTH_MS);
    this.#latestMs = Math.max(this.#latestMs, performance.now() - due);
    const tenth = (this.#timeline[index] ??= { due: 0, good: 0, maxMs: 0 });
    tenth.due += 1;
    return tenth;
  }
}
