import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { LoadGenerator } from '../load/generator.js';
import type { HttpLoad, HttpSeen, HttpTask } from '../load/http-task.js';
import { measure } from '../load/load.js';
import type { Phases, Times } from '../load/schedule.js';
import type { Measurement, Watched } from '../measurement.js';

/** Prepared calls sent to one system, each once, by one generator of ours. */
export class HttpLoops {
  readonly #bench: Bench;
  readonly #systems: readonly Child[];
  readonly #generator: LoadGenerator<HttpLoad, HttpSeen>;
  #offset = 0;

  /** `calls`: a file of prepared ones. */
  constructor(bench: Bench, systems: readonly Child[], address: string, calls: string) {
    this.#bench = bench;
    this.#systems = systems;
    const task: HttpTask = { address, calls };
    this.#generator = new LoadGenerator('load/http-main.js', task, bench.fresh('generator.log'));
  }

  async warmUp(inFlight: number): Promise<void> {
    const { warmUpSeconds: seconds } = this.#bench.options;
    if (seconds > 0) await this.closed(inFlight, { leadInSeconds: 0, seconds });
  }

  /** So many connections send their next call when they have the answer to their last. */
  async closed(inFlight: number, { leadInSeconds, seconds }: Times = this.#bench.options): Promise<Measurement> {
    return (await this.#run({ type: 'closed', inFlight, leadInSeconds, seconds })).measurement;
  }

  /** So many calls are sent per second, whatever comes back. */
  open(phases: Phases): Promise<Watched> {
    return this.#run({ type: 'open', ...phases });
  }

  stop(): Promise<void> {
    return this.#generator.stop();
  }

  async #run(load: HttpLoad['load']): Promise<Watched> {
    const start = () => [this.#generator.run({ offset: this.#offset, load })];
    const { measurement, seen } = await measure(this.#systems, start);
    const [one] = seen;
    if (one) this.#offset = one.offset;
    return { measurement, afterwards: one?.afterwards ?? [] };
  }
}
