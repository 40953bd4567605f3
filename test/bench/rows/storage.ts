import { statSync } from 'node:fs';
import path from 'node:path';
import type { Bench } from '../bench.js';
import { startModule } from '../children.js';
import { copyLedger } from '../ledgers.js';
import type { Seen } from '../load/load.js';
import type { Measurement } from '../measurement.js';
import type { StorageTask } from '../systems/storage-main.js';

/** Movements per second into SQLite, in groups of a fixed size. */
export async function storage(bench: Bench): Promise<void> {
  for (const group of [1, 32, 512]) {
    const data = copyLedger(bench.emptyLedger, bench.fresh('storage'));
    const before = ledgerBytes(data);
    const { measurement, movements } = await commitGroups(bench, data, group, 'storage');
    bench.note(`storage ${group}`, measurement);
    // As many in a commit as there usually are under load.
    if (group === 32) bench.noteBytes('bytes per bet, without request', (ledgerBytes(data) - before) / movements);
  }
}

export async function commitGroups(
  bench: Bench,
  data: string,
  group: number,
  prefix: string,
): Promise<{ measurement: Measurement; movements: number }> {
  const { warmUpSeconds, seconds } = bench.options;
  const task: StorageTask = { data, group, warmUpSeconds, seconds, prefix };
  const options = { log: bench.fresh('storage.log'), args: [JSON.stringify(task)] };
  const child = startModule('storage', 'test/bench/systems/storage-main.js', options);
  const { good, seconds: took, cpuMs, movements } = await child.message<Seen & { cpuMs: number; movements: number }>();
  await child.ended;
  const cpuUs = { storage: (1000 * cpuMs) / good };
  return { measurement: { perSecond: good / took, good, busy: 0, cpuUs, generatorCores: 0 }, movements };
}

/** Of a ledger that nobody has open: its one file. */
export function ledgerBytes(data: string): number {
  return statSync(path.join(data, 'ledger.db')).size;
}
