import type { Bench } from '../bench.js';
import { startModule } from '../children.js';
import { ledgerBytes } from '../ledgers.js';
import type { Seen } from '../load/load.js';
import type { Measurement } from '../measurement.js';
import type { StorageTask } from '../systems/storage-main.js';

/** Movements per second into SQLite, in groups of a fixed size. */
export async function storage(bench: Bench): Promise<void> {
  for (const group of [1, 32, 512] as const) {
    const data = await bench.smallLedger();
    const before = ledgerBytes(data);
    const { measurement, movements } = await commitGroups(bench, data, group, 'storage');
    bench.note(`storage${group}`, measurement);
    // About as many in a commit as there are under load.
    if (group === 32) {
      bench.figure('bytesWithoutRequest', (ledgerBytes(data) - before) / movements);
    }
  }
}

export async function commitGroups(
  bench: Bench,
  data: string,
  group: number,
  prefix: string,
): Promise<{ readonly measurement: Measurement; readonly movements: number }> {
  const { warmUpSeconds, seconds } = bench.options;
  const task: StorageTask = { data, group, warmUpSeconds, seconds, prefix };
  const options = { log: bench.fresh('storage.log'), args: [JSON.stringify(task)] };
  const child = startModule('storage', 'test/bench/systems/storage-main.js', options);
  const { good, seconds: took, cpuMs, movements } = await child.message<Seen & { cpuMs: number; movements: number }>();
  await child.ended;
  const cpuUs = { storage: (1000 * cpuMs) / good };
  const nobodyWaits = { p50Ms: 0, p99Ms: 0, p999Ms: 0, goodP99Ms: undefined, busyP99Ms: undefined };
  const noLoad = { busy: 0, lost: 0, latestMs: 0, residentBytes: {}, generatorCores: 0 };
  return { measurement: { perSecond: good / took, good, cpuUs, ...nobodyWaits, ...noLoad }, movements };
}
