import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { closedLoop, startsIn } from '../load/closed-loop.js';
import { measure } from '../load/load.js';
import type { Measurement } from '../measurement.js';

export interface ClosedLoopOptions {
  /** The system keeps nothing, so it may see a body twice. */
  readonly again?: boolean;
  /** The ledger has seen the prepared bodies before this byte. */
  readonly offset?: number;
}

const WARM_UP_CONNECTIONS = 64;

/** Bets sent in closed loops to one system, each body once; with several addresses the connections are shared out. */
export class ClosedLoops {
  readonly #bench: Bench;
  readonly #systems: readonly Child[];
  readonly #addresses: readonly string[];
  readonly #again: boolean;
  #offsets: readonly number[];

  constructor(
    bench: Bench,
    systems: readonly Child[],
    addresses: readonly string[],
    { again = false, offset }: ClosedLoopOptions = {},
  ) {
    this.#bench = bench;
    this.#systems = systems;
    this.#addresses = addresses;
    this.#again = again;
    this.#offsets = offset === undefined ? startsIn(bench.bets(), addresses.length) : [offset];
  }

  /** Where the bodies begin that were not sent, with one address. */
  get offset(): number {
    return this.#offsets[0] ?? 0;
  }

  /** Gives how many bets were made. */
  async warmUp(): Promise<number> {
    const { warmUpSeconds } = this.#bench.options;
    return warmUpSeconds === 0 ? 0 : (await this.run(WARM_UP_CONNECTIONS, warmUpSeconds)).good;
  }

  /** The two that most systems are measured at. */
  async note(system: 'echo' | 'wallet' | 'secured' | 'slow' | 'two'): Promise<readonly Measurement[]> {
    const [few, many] = [await this.run(64), await this.run(256)];
    this.#bench.note(`${system}64`, few);
    this.#bench.note(`${system}256`, many);
    return [few, many];
  }

  async run(connections: number, seconds = this.#bench.options.seconds): Promise<Measurement> {
    const loads = this.#addresses.map((address, index) => ({
      ...{ address, connections: connections / this.#addresses.length, seconds, again: this.#again },
      ...{ bodies: this.#bench.bets(), offset: this.#offsets[index] ?? 0 },
    }));
    const start = () => loads.map((load) => closedLoop(load, this.#bench.fresh('generator.log')));
    const { measurement, seen } = await measure(this.#systems, start);
    this.#offsets = seen.map(({ offset }) => offset);
    return measurement;
  }
}
