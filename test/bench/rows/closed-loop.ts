import type { Bench } from '../bench.js';
import type { Child } from '../children.js';
import { measure } from '../load/load.js';
import { wrk } from '../load/wrk.js';
import type { Measurement } from '../measurement.js';

/** Bets sent in a closed loop to one system, from the first prepared body on: its ledger has seen none of them. */
export class ClosedLoops {
  readonly #bench: Bench;
  readonly #systems: readonly Child[];
  readonly #addresses: readonly string[];
  readonly #again: boolean;
  #offset = 0;

  /** `again`: the system keeps nothing, so it may see a body twice. */
  constructor(bench: Bench, systems: readonly Child[], addresses: readonly string[], again = false) {
    this.#bench = bench;
    this.#systems = systems;
    this.#addresses = addresses;
    this.#again = again;
  }

  async warmUp(): Promise<void> {
    await this.run(64, this.#bench.options.warmUpSeconds);
  }

  async run(connections: number, seconds = this.#bench.options.seconds): Promise<Measurement> {
    const { measurement, seen } = await measure(this.#systems, () =>
      this.#addresses.map((address) =>
        wrk({
          address,
          connections: connections / this.#addresses.length,
          seconds,
          bodies: this.#bench.bets,
          offset: this.#offset,
          again: this.#again,
          log: this.#bench.fresh('wrk.log'),
        }),
      ),
    );
    this.#offset = seen[0]?.offset ?? 0;
    return measurement;
  }
}
