import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { Generator } from '../load/generator.js';
import type { GrpcLoad, GrpcPhases, GrpcTask } from '../load/grpc-task.js';
import { measure, type Seen } from '../load/load.js';
import type { Measurement, Watched } from '../measurement.js';

/** More movements per second than any machine of today makes of them: so many are prepared until it is known. */
const PER_SECOND_MAX = { unary: 20_000, batches: 100_000 };
/** No machine becomes so much faster than it was a moment ago. */
const FASTER_MAX = 3;

/** Movements posted to one process over gRPC, each once, by one generator. */
export class GrpcLoops {
  readonly #system: Child;
  readonly #batch: number | undefined;
  readonly #prefix: string;
  readonly #generator: Generator<GrpcLoad, Seen>;
  #loads = 0;
  #highest: number | undefined;

  /** `prefix`: what references begin with, so that others on the same ledger have none of them. */
  constructor(bench: Bench, system: Child, task: GrpcTask, prefix: string) {
    this.#system = system;
    this.#batch = task.batch;
    this.#prefix = prefix;
    this.#generator = new Generator('load/grpc-main.js', task, bench.fresh('generator.log'));
  }

  /** So many calls are always under way. */
  async closed(inFlight: number, seconds: number): Promise<Measurement> {
    const unknown = PER_SECOND_MAX[this.#batch === undefined ? 'unary' : 'batches'];
    const most = this.#highest === undefined ? unknown : FASTER_MAX * this.#highest;
    const { measurement } = await this.#run(most * seconds, { type: 'closed', inFlight, seconds });
    this.#highest = Math.max(this.#highest ?? 0, measurement.perSecond);
    return measurement;
  }

  /** So many movements are sent per second, whatever comes back. */
  open(phases: GrpcPhases): Promise<Watched> {
    const all = [phases.warmUp, phases.load, ...(phases.afterwards ? [phases.afterwards] : [])];
    const count = all.reduce((sum, { perSecond, seconds }) => sum + perSecond * seconds, 0);
    return this.#run(count, { type: 'open', ...phases });
  }

  stop(): Promise<void> {
    return this.#generator.stop();
  }

  async #run(count: number, load: GrpcLoad['load']): Promise<Watched> {
    this.#loads += 1;
    const prefix = `${this.#prefix}-${this.#loads}`;
    const start = () => [this.#generator.run({ prefix, count: Math.ceil(count), load })];
    const { measurement, seen } = await measure([this.#system], start);
    return { measurement, afterwards: seen[0]?.afterwards ?? [] };
  }
}
