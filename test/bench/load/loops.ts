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

/** Sends the calls of a load. */
export interface Sender {
  /** At a fixed rate, until all has left that is due. A call counts where it was due: what was under way before is no part of it. */
  run(phase: Phase): Promise<Tally>;
  /** One now; comes back with its answer. */
  call(due: number, tally: Tally): Promise<void>;
}

/** In a generator: makes a load, and says what came of it. */
export function makeLoad(sender: Sender, load: ClosedLoad | OpenLoad): Promise<Seen> {
  return load.type === 'closed' ? closed(sender, load) : open(sender, load);
}

/** Calls are under way also where the time that counts begins, and where it ends. */
async function closed(sender: Sender, { inFlight, leadInSeconds, seconds }: ClosedLoad): Promise<Seen> {
  const [before, measured] = [new Tally(), new Tally()];
  const from = performance.now() + 1000 * leadInSeconds;
  const end = from + 1000 * seconds;
  const oneAfterAnother = async () => {
    for (let now = performance.now(); now < end; now = performance.now()) {
      await sender.call(now, now < from ? before : measured);
    }
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

/** Good answers count when they come, latencies and what is busy or lost by when a call was due. */
async function open(sender: Sender, { leadIn, load, afterwards }: OpenLoad): Promise<Seen> {
  const before = await sender.run(leadIn);
  begin();
  const arrivals = new Arrivals(before);
  const measured = await sender.run(load);
  const arrived = arrivals.until(measured);
  if (!afterwards) await measured.settled();
  finish();
  const after = afterwards && (await sender.run(afterwards));
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
