import type { Bench } from '../bench.js';
import type { Case } from '../cases.js';
import type { Contender, Turn } from '../contest.js';
import { ledgerBytes } from '../ledgers.js';
import { LoadGenerator } from '../load/generator.js';
import type { Times } from '../load/schedule.js';
import type { Measurement } from '../measurement.js';
import type { StorageSeen, StorageTask } from '../systems/storage-main.js';

const GROUPS = [1, 32, 512] as const;

/** Movements per second into SQLite, in groups of a fixed size, each on a ledger of its own. */
export async function storage(bench: Bench): Promise<Contender> {
  const turns: Turn[] = [];
  const stops: (() => Promise<void>)[] = [];
  for (const group of GROUPS) {
    const data = await bench.smallLedger();
    const before = ledgerBytes(data);
    const groups = new Groups(bench, { data, group, prefix: 'storage' });
    await groups.warmUp();
    turns.push(groups.turn(`storage${group}`));
    stops.push(async () => {
      await groups.stop();
      // About as many in a commit as there are under load.
      if (group === 32) bench.figure('bytesWithoutRequest', (ledgerBytes(data) - before) / groups.made);
    });
  }
  const stop = async () => {
    for (const stopOne of stops) await stopOne();
  };
  return { turns, stop };
}

/** Groups committed to one ledger by a process of its own. */
export class Groups {
  readonly #bench: Bench;
  readonly #process: LoadGenerator<Times, StorageSeen>;
  #made = 0;

  constructor(bench: Bench, task: StorageTask) {
    this.#bench = bench;
    this.#process = new LoadGenerator('systems/storage-main.js', task, bench.fresh('storage.log'), 'storage');
  }

  /** Movements so far. */
  get made(): number {
    return this.#made;
  }

  async warmUp(): Promise<void> {
    const { warmUpSeconds } = this.#bench.options;
    if (warmUpSeconds > 0) await this.#run({ leadInSeconds: 0, seconds: warmUpSeconds });
  }

  turn(name: Case): Turn {
    return { name, run: () => this.#run(this.#bench.options) };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #run({ leadInSeconds, seconds: limit }: Times): Promise<Measurement> {
    const { good, made, seconds, cpuMs = 0 } = await this.#process.run({ leadInSeconds, seconds: limit }).seen;
    this.#made += made;
    const cpuUs = { storage: (1000 * cpuMs) / good };
    const nobodyWaits = { p50Ms: 0, p99Ms: 0, p999Ms: 0, goodP99Ms: undefined, busyP99Ms: undefined };
    const noLoad = { busy: 0, lost: 0, latestMs: 0, residentBytes: {}, generatorCores: 0 };
    return { perSecond: good / seconds, cpuUs, ...nobodyWaits, ...noLoad };
  }
}
