/** An open loop: calls at a fixed rate, whatever comes back. */
export interface Phase {
  readonly perSecond: number;
  readonly seconds: number;
}

/** A load that is always the same. */
export interface Times {
  /** Before, and nothing of it counts but good answers that come later, and with wrk its latencies. */
  readonly leadInSeconds: number;
  readonly seconds: number;
}

/** What an open loop is measured by. */
export interface Phases {
  /** Before, and nothing of it counts but good answers that come later. */
  readonly leadIn: Phase;
  readonly load: Phase;
  /** A lesser load right behind it, to see how soon all is well again; nothing else of it counts. */
  readonly afterwards?: Phase;
}

/** Timers are no finer. */
const TICK_MS = 1;

/**
 * Does something at a fixed rate, each time with the moment at which it was due, on the clock of performance.now(): what is
 * late, because this process had no turn, is done at once and is late by then.
 */
export function onSchedule(phase: Phase, run: (due: number) => void): Promise<void> {
  const moments = dueTimes(phase, performance.now());
  let next = moments.next();
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; !next.done && next.value <= now; next = moments.next()) run(next.value);
      if (!next.done) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}

/** The moments, on the same clock as `start`. */
export function* dueTimes({ perSecond, seconds }: Phase, start: number): Generator<number, undefined> {
  const count = Math.floor(perSecond * seconds);
  for (let index = 0; index < count; index += 1) yield start + (1000 * index) / perSecond;
  return undefined;
}
