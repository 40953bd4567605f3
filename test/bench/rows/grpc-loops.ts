import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { LoadGenerator } from '../load/generator.js';
import type { GrpcLoad, GrpcTask } from '../load/grpc-task.js';
import { measure, type Seen } from '../load/load.js';
import type { Phases, Times } from '../load/schedule.js';
import type { Measurement, Watched } from '../measurement.js';

/** Prepared for a closed loop: more than the product makes in a second. A generator that has to make more meanwhile is slower. */
const PREPARED_PER_SECOND = { unary: 20_000, batches: 100_000 };

/** Movements posted to one process over gRPC, each once. */
export class GrpcLoops {
  readonly #bench: Bench;
  readonly #system: Child;
  readonly #batch: number | undefined;
  readonly #prefix: string;
  readonly #generators: readonly LoadGenerator<GrpcLoad, Seen>[];
  #loads = 0;

  /**
   * `prefix`: what references begin with, so that others on the same ledger have none of them. `generators`: how many processes
   * share a closed loop; an open one comes from the first.
   */
  constructor(bench: Bench, system: Child, task: GrpcTask, prefix: string, generators = 1) {
    this.#bench = bench;
    this.#system = system;
    this.#batch = task.batch;
    this.#prefix = prefix;
    this.#generators = Array.from({ length: generators }, () => {
      return new LoadGenerator('load/grpc-main.js', task, bench.fresh('generator.log'));
    });
  }

  async warmUp(inFlight: number): Promise<void> {
    const { warmUpSeconds: seconds } = this.#bench.options;
    if (seconds > 0) await this.closed(inFlight, { leadInSeconds: 0, seconds });
  }

  /** So many calls are always under way. */
  async closed(inFlight: number, { leadInSeconds, seconds }: Times = this.#bench.options): Promise<Measurement> {
    const perSecond = PREPARED_PER_SECOND[this.#batch === undefined ? 'unary' : 'batches'];
    const { length } = this.#generators;
    const count = (perSecond * (leadInSeconds + seconds)) / length;
    const load = { type: 'closed', inFlight: inFlight / length, leadInSeconds, seconds } as const;
    return (await this.#run(this.#generators, count, load)).measurement;
  }

  /** So many movements are sent per second, whatever comes back. */
  open(phases: Phases): Promise<Watched> {
    const all = [phases.leadIn, phases.load, ...(phases.afterwards ? [phases.afterwards] : [])];
    const count = all.reduce((sum, { perSecond, seconds }) => sum + perSecond * seconds, 0);
    return this.#run(this.#generators.slice(0, 1), count, { type: 'open', ...phases });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#generators.map((generator) => generator.stop()));
  }

  /** Each of the generators makes this load. */
  async #run(
    generators: readonly LoadGenerator<GrpcLoad, Seen>[],
    count: number,
    load: GrpcLoad['load'],
  ): Promise<Watched> {
    this.#loads += 1;
    const start = () =>
      generators.map((generator, index) => {
        const prefix = `${this.#prefix}-${this.#loads}-${index}`;
        return generator.run({ prefix, count: Math.ceil(count), load });
      });
    const { measurement, seen } = await measure([this.#system], start);
    return { measurement, afterwards: seen[0]?.afterwards ?? [] };
  }
}
