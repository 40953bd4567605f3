import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { Generator } from '../load/generator.js';
import { measure } from '../load/load.js';
import type { OpenLoad, OpenSeen, OpenTask } from '../load/open-task.js';
import type { Watched } from '../measurement.js';

/** An open loop is measured for longer than a closed one, so that one answer in a thousand is still some. */
export const TIMES_AS_LONG = 2;

/** Calls sent in open loops to one system, each once, by one generator. */
export class OpenLoops {
  readonly #systems: readonly Child[];
  readonly #generator: Generator<OpenLoad, OpenSeen>;
  /** Where the calls begin that were not sent: whoever sends some of them by other means sets it. */
  offset = 0;

  /** `calls`: a file of prepared ones. */
  constructor(bench: Bench, systems: readonly Child[], address: string, calls: string) {
    this.#systems = systems;
    const task: OpenTask = { address, calls };
    this.#generator = new Generator('load/open-main.js', task, bench.fresh('generator.log'));
  }

  async run(phases: Omit<OpenLoad, 'offset'>): Promise<Watched> {
    const start = () => [this.#generator.run({ offset: this.offset, ...phases })];
    const { measurement, seen } = await measure(this.#systems, start);
    if (!seen[0]) throw new Error('the load generator saw nothing');
    this.offset = seen[0].offset;
    return { measurement, afterwards: seen[0].afterwards ?? [] };
  }

  stop(): Promise<void> {
    return this.#generator.stop();
  }
}
