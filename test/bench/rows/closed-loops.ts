import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import type { Turn } from '../contest.js';
import { closedLoop, startsIn } from '../load/closed-loop.js';
import { measure } from '../load/load.js';
import type { Times } from '../load/schedule.js';
import type { Measurement } from '../measurement.js';

export interface ClosedLoopOptions {
  /** The system keeps nothing, so it may see a body twice. */
  readonly again?: boolean;
  /** Where in the prepared bodies a ledger of several systems has come to, with one address. */
  readonly cursor?: Cursor;
}

/** The byte of a file of prepared calls where those begin that were not sent. */
export interface Cursor {
  offset: number;
}

export const WARM_UP_CONNECTIONS = 64;

/** Bets sent in closed loops to one system, each body once; with several addresses the connections are shared out. */
export class ClosedLoops {
  readonly #bench: Bench;
  readonly #systems: readonly Child[];
  readonly #addresses: readonly string[];
  readonly #again: boolean;
  readonly #cursors: readonly Cursor[];
  #made = 0;

  constructor(
    bench: Bench,
    systems: readonly Child[],
    addresses: readonly string[],
    { again = false, cursor }: ClosedLoopOptions = {},
  ) {
    this.#bench = bench;
    this.#systems = systems;
    this.#addresses = addresses;
    this.#again = again;
    this.#cursors = cursor ? [cursor] : startsIn(bench.bets(), addresses.length).map((offset) => ({ offset }));
  }

  /** How many bets were made. */
  get made(): number {
    return this.#made;
  }

  async warmUp(): Promise<Measurement | undefined> {
    const { warmUpSeconds: seconds } = this.#bench.options;
    return seconds === 0 ? undefined : this.run(WARM_UP_CONNECTIONS, { leadInSeconds: 0, seconds });
  }

  /** The two that most systems are measured at. */
  turns(system: 'echo' | 'wallet' | 'secured' | 'slow' | 'two'): Turn[] {
    return [
      { name: `${system}64`, run: () => this.run(64) },
      { name: `${system}256`, run: () => this.run(256) },
    ];
  }

  async run(connections: number, { leadInSeconds, seconds }: Times = this.#bench.options): Promise<Measurement> {
    const loads = this.#addresses.map((address, index) => ({
      ...{ address, connections: connections / this.#addresses.length, leadInSeconds, seconds, again: this.#again },
      ...{ bodies: this.#bench.bets(), offset: this.#cursors[index]?.offset ?? 0 },
    }));
    const start = () => loads.map((load) => closedLoop(load, this.#bench.fresh('generator.log')));
    const { measurement, seen } = await measure(this.#systems, start);
    this.#cursors.forEach((cursor, index) => (cursor.offset = seen[index]?.offset ?? cursor.offset));
    this.#made += seen.reduce((sum, { made }) => sum + made, 0);
    return measurement;
  }
}
