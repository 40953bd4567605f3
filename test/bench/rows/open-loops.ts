import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { generator } from '../load/generator.js';
import { measure } from '../load/load.js';
import type { OpenSeen, OpenTask } from '../load/open-task.js';
import type { Watched } from '../measurement.js';

/** Calls sent in open loops to one system, each once. */
export class OpenLoops {
  readonly #bench: Bench;
  readonly #systems: readonly Child[];
  readonly #address: string;
  readonly #calls: string;
  #offset: number;

  /** `calls`: a file of prepared ones, of which the ledger has seen those before the byte `offset`. */
  constructor(bench: Bench, systems: readonly Child[], address: string, calls: string, offset = 0) {
    this.#bench = bench;
    this.#systems = systems;
    this.#address = address;
    this.#calls = calls;
    this.#offset = offset;
  }

  /** Where the calls begin that were not sent. */
  get offset(): number {
    return this.#offset;
  }

  async run(phases: Pick<OpenTask, 'warmUp' | 'load' | 'afterwards'>): Promise<Watched> {
    const task: OpenTask = { address: this.#address, calls: this.#calls, offset: this.#offset, ...phases };
    const start = () => [generator<OpenSeen>('open-main.js', task, this.#bench.fresh('generator.log'))];
    const { measurement, seen } = await measure(this.#systems, start);
    if (!seen[0]) throw new Error('the load generator saw nothing');
    this.#offset = seen[0].offset;
    return { measurement, afterwards: seen[0].afterwards ?? [] };
  }
}
