import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import type { Turn } from '../contest.js';
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
  #good = 0;

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

  /** Where the bodies begin that were not sent, with one address: whoever sends some of them by other means sets it. */
  get offset(): number {
    return this.#offsets[0] ?? 0;
  }

  set offset(offset: number) {
    this.#offsets = [offset];
  }

  /** How many bets were made. */
  get good(): number {
    return this.#good;
  }

  async warmUp(): Promise<void> {
    const { warmUpSeconds } = this.#bench.options;
    if (warmUpSeconds > 0) await this.run(WARM_UP_CONNECTIONS, warmUpSeconds);
  }

  /** The two that most systems are measured at. */
  turns(system: 'echo' | 'wallet' | 'secured' | 'slow' | 'two'): Turn[] {
    return [
      { name: `${system}64`, run: () => this.run(64) },
      { name: `${system}256`, run: () => this.run(256) },
    ];
  }

  async run(connections: number, seconds = this.#bench.options.seconds): Promise<Measurement> {
    const loads = this.#addresses.map((address, index) => ({
      ...{ address, connections: connections / this.#addresses.length, seconds, again: this.#again },
      ...{ bodies: this.#bench.bets(), offset: this.#offsets[index] ?? 0 },
    }));
    const start = () => loads.map((load) => closedLoop(load, this.#bench.fresh('generator.log')));
    const { measurement, seen } = await measure(this.#systems, start);
    this.#offsets = seen.map(({ offset }) => offset);
    this.#good += measurement.good;
    return measurement;
  }
}
