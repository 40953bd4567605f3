import { Latencies } from './latencies.js';
import type { Seen } from './load.js';

/** eBET gives up then; whoever has waited so long takes a call for failed. */
export const GIVEN_UP_MS = 2_000;
const TENTH_MS = 100;

/** What was due within a tenth of a second. */
export interface Tenth {
  readonly due: number;
  /** Of a batch: all of it. */
  readonly good: number;
  /** The longest that one of these took. */
  readonly maxMs: number;
}

/** What an answer says of one command. */
export type Verdict = 'good' | 'busy' | 'lost';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What became of the calls that were due from a moment on; each is one command, or a batch of them. */
export class Tally {
  readonly #started = performance.now();
  readonly #latencies = new Latencies();
  readonly #ofGood = new Latencies();
  readonly #ofBusy = new Latencies();
  readonly #timeline: Mutable<Tenth>[] = [];
  readonly #counts: Record<Verdict, number> = { good: 0, busy: 0, lost: 0 };
  #underWay = 0;
  #latestMs = 0;
  #ended: (() => void) | undefined;

  /** A call that leaves now. Gives what to do with its answer. */
  sent(due: number): (answer: readonly Verdict[]) => void {
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
    this.#counts.lost += 1;
    this.#latencies.add(GIVEN_UP_MS);
  }

  /** When all is answered that was sent. */
  async settled(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#ended = resolve));
  }

  /** Good answers by now. */
  get good(): number {
    return this.#counts.good;
  }

  get timeline(): readonly Tenth[] {
    return this.#timeline;
  }

  seen(): Omit<Seen, 'seconds'> & { readonly lost: number } {
    const p99s = { goodP99Ms: this.#ofGood.percentiles()?.p99Ms, busyP99Ms: this.#ofBusy.percentiles()?.p99Ms };
    return { ...this.#counts, latestMs: this.#latestMs, ...this.#latencies.percentiles(), ...p99s };
  }

  #count(answer: readonly Verdict[], ms: number, tenth: Mutable<Tenth>): void {
    const late = ms > GIVEN_UP_MS;
    const isLost = late || answer.includes('lost');
    // One whose connection broke is not a quick one.
    this.#latencies.add(isLost ? Math.max(ms, GIVEN_UP_MS) : ms);
    for (const verdict of answer) this.#counts[late ? 'lost' : verdict] += 1;
    if (isLost) return;
    if (answer.every((verdict) => verdict === 'busy')) this.#ofBusy.add(ms);
    if (answer.includes('good')) this.#ofGood.add(ms);
    if (!answer.every((verdict) => verdict === 'good')) return;
    tenth.good += 1;
    tenth.maxMs = Math.max(tenth.maxMs, ms);
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
