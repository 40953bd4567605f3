/** A part of an open loop: calls at a fixed rate, whatever comes back. */
export interface Phase {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Timers are no finer. */
const TICK_MS = 1;

/**
 * Does something at fixed rates, each time with the moment at which it was due, on the clock of performance.now(): what is
 * late, because this process had no turn, is done at once and is late by then.
 */
export function onSchedule(phases: readonly Phase[], run: (due: number) => void): Promise<void> {
  const moments = dueTimes(phases, performance.now());
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
export function* dueTimes(phases: readonly Phase[], start: number): Generator<number, undefined> {
  let begin = start;
  for (const { perSecond, seconds } of phases) {
    const count = Math.floor(perSecond * seconds);
    for (let index = 0; index < count; index += 1) yield begin + (1000 * index) / perSecond;
    begin += 1000 * seconds;
  }
  return undefined;
}
