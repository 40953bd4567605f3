import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Bench } from '../bench.js';
import { commitGroups } from './storage.js';
import { loopsOn, startOn } from './wallet.js';

const SHIM = path.join(import.meta.dirname, '../../../../test/bench/slow-fsync.c');
const SLOW_FSYNC_MS = 5;

/** The product on a ledger of many movements. */
export async function largeLedger(bench: Bench): Promise<void> {
  const data = await bench.largeLedger();
  const { rounds, offset } = bench.onLarge;
  const system = await startOn(bench, data);
  bench.figure('largeStartMs', system.coreStartMs);
  const loops = loopsOn(bench, system, offset);
  await loops.warmUp();
  const measured = await loops.run(64);
  bench.note('large64', measured);
  bench.figure('largeMegabytes', (measured.residentBytes['wallet-core'] ?? 0) / 1e6);
  Object.assign(bench.onLarge, { rounds: rounds + 1, offset: loops.offset });
  await system.stop();
  const { measurement } = await commitGroups(bench, data, 32, `storage-${rounds}`);
  bench.note('largeStorage32', measurement);
}

/** The product with a disk whose fsync takes 5 ms longer. */
export async function slowFsync(bench: Bench): Promise<void> {
  const shim = path.join(bench.folder, 'slow-fsync.so');
  const compiler = ['cc', 'gcc'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (compiler === undefined) {
    return bench.leaveOut('slow-fsync', 'there is no C compiler (Debian: apt-get install gcc libc6-dev)');
  }
  const { status, stderr } = spawnSync(compiler, ['-shared', '-fPIC', '-O1', '-o', shim, SHIM, '-ldl']);
  if (status !== 0) {
    const [why = ''] = String(stderr).split('\n');
    return bench.leaveOut('slow-fsync', `${compiler} cannot compile it (Debian: apt-get install libc6-dev): ${why}`);
  }
  const coreEnvironment = { LD_PRELOAD: shim, SLOW_FSYNC_US: String(1000 * SLOW_FSYNC_MS) };
  const system = await startOn(bench, await bench.smallLedger(), { coreEnvironment });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  await loops.note('slow');
  await system.stop();
}

export async function twoGateways(bench: Bench): Promise<void> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 2 });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  await loops.note('two');
  await system.stop();
}
