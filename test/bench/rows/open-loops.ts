import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { LoadGenerator } from '../load/generator.js';
import { measure } from '../load/load.js';
import type { OpenLoad, OpenSeen, OpenTask } from '../load/open-task.js';
import type { Phases } from '../load/schedule.js';
import type { Watched } from '../measurement.js';
import type { Cursor } from './closed-loops.js';

/** An open loop is measured for longer than a closed one, so that one answer in a thousand is still some. */
export const TIMES_AS_LONG = 2;

/** Calls sent in open loops to one system, each once, by one generator. */
export class OpenLoops {
  readonly #systems: readonly Child[];
  readonly #generator: LoadGenerator<OpenLoad, OpenSeen>;
  readonly #cursor: Cursor;

  /** `calls`: a file of prepared ones. */
  constructor(bench: Bench, systems: readonly Child[], address: string, calls: string, cursor: Cursor = { offset: 0 }) {
    this.#systems = systems;
    this.#cursor = cursor;
    const task: OpenTask = { address, calls };
    this.#generator = new LoadGenerator('load/open-main.js', task, bench.fresh('generator.log'));
  }

  async run(phases: Phases): Promise<Watched> {
    const start = () => [this.#generator.run({ ...phases, offset: this.#cursor.offset })];
    const { measurement, seen } = await measure(this.#systems, start);
    const [one] = seen;
    if (one) this.#cursor.offset = one.offset;
    return { measurement, afterwards: one?.afterwards ?? [] };
  }

  stop(): Promise<void> {
    return this.#generator.stop();
  }
}
