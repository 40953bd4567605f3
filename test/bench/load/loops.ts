import { setTimeout } from 'node:timers/promises';
import { begin, finish } from './generator.js';
import type { Seen } from './load.js';
import type { Phase, Phases, Times } from './schedule.js';
import { Tally } from './tally.js';

/** So many calls are always under way. */
export interface ClosedLoad extends Times {
  readonly type: 'closed';
  readonly inFlight: number;
}

/** Calls at fixed rates, whatever comes back. */
export interface OpenLoad extends Phases {
  readonly type: 'open';
}

/**
 * In a generator: a closed loop, also where the time that counts begins and where it ends. `call` comes back when it is
 * answered.
 */
export async function closedLoop(
  call: (due: number, tally: Tally) => Promise<void>,
  { inFlight, leadInSeconds, seconds }: ClosedLoad,
): Promise<Seen> {
  const [before, measured] = [new Tally(), new Tally()];
  const from = performance.now() + 1000 * leadInSeconds;
  const end = from + 1000 * seconds;
  const oneAfterAnother = async () => {
    for (let now = performance.now(); now < end; now = performance.now())
      await call(now, now < from ? before : measured);
  };
  const all = Promise.all(Array.from({ length: inFlight }, oneAfterAnother));
  await Promise.race([all, setTimeout(Math.max(0, from - performance.now()))]);
  begin();
  const arrivals = new Arrivals(before);
  await Promise.race([all, setTimeout(Math.max(0, end - performance.now()))]);
  const arrived = arrivals.until(measured);
  finish();
  await all;
  return { ...measured.seen(), ...arrived };
}

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
class Arrivals {
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
