import type { Bench } from './bench.js';
import { CASES, type Case } from './cases.js';
import { quiet } from './children.js';
import type { Measurement } from './measurement.js';

/** A load whose figures are compared with those of others. */
export interface Turn {
  readonly name: Case;
  run(): Promise<Measurement>;
}

/** Processes that run beside those of others, warm, and are loaded when it is their turn. */
export interface Contender {
  readonly turns: readonly Turn[];
  stop(): Promise<void>;
}

/** Gives nothing if it cannot be measured here, and has said so. */
export type Start = (bench: Bench) => Promise<Contender | undefined>;

const ORDER = Object.keys(CASES);

/**
 * Loads all of them in turn, so that what is compared lies seconds apart: within minutes a machine may change its speed by a
 * quarter, and a ratio with it. Every second time from the last to the first, so that none always follows the same one.
 */
export async function contest(bench: Bench, starts: readonly Start[]): Promise<void> {
  const contenders: Contender[] = [];
  for (const start of starts) {
    const contender = await start(bench);
    if (contender) contenders.push(contender);
  }
  const order = contenders
    .flatMap(({ turns }) => turns)
    .toSorted((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name));
  for (let time = 1; time <= bench.options.turns; time += 1) {
    for (const turn of time % 2 === 1 ? order : order.toReversed()) {
      await quiet();
      bench.note(turn.name, await turn.run());
    }
  }
  for (const contender of contenders) await contender.stop();
}
