import { begin, finish } from './generator.js';
import type { Seen } from './load.js';
import type { Phase, Phases } from './schedule.js';
import type { Tally } from './tally.js';

/**
 * In a generator: an open loop and what stands around it. Good answers count when they come, latencies and what is busy or lost
 * by when a call was due. `run` comes back when all has left that is due.
 */
export async function openLoop(run: (phase: Phase) => Promise<Tally>, phases: Phases): Promise<Seen> {
  const { leadIn, load, afterwards } = phases;
  const before = await run(leadIn);
  begin();
  const arrivals = new Arrivals(before);
  const measured = await run(load);
  const arrived = arrivals.until(measured);
  if (!afterwards) await measured.settled();
  finish();
  const after = afterwards && (await run(afterwards));
  await Promise.all([before.settled(), measured.settled(), after?.settled()]);
  return { ...measured.seen(), ...arrived, afterwards: after?.timeline ?? [] };
}

/** Good answers from now on, also those to what was sent before. */
export class Arrivals {
  readonly #began = performance.now();
  readonly #before: Tally;
  readonly #already: number;

  constructor(before: Tally) {
    this.#before = before;
    this.#already = before.good;
  }

  /** With what was sent since then. */
  until(since: Tally): Required<Pick<Seen, 'arrived' | 'seconds'>> {
    const arrived = this.#before.good - this.#already + since.good;
    return { arrived, seconds: (performance.now() - this.#began) / 1000 };
  }
}
