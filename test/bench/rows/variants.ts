import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Bench } from '../bench.js';
import type { Contender } from '../contest.js';
import type { Measurement } from '../measurement.js';
import { Groups } from './storage.js';
import { loopsOn, startOn } from './wallet.js';

const SHIM = path.join(import.meta.dirname, '../../../../test/bench/slow-fsync.c');
const SLOW_FSYNC_MS = 5;

/** The product on a ledger of many movements. */
export async function largeLedger(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.largeLedger());
  bench.figure('largeStartMs', system.coreStartMs);
  const loops = loopsOn(bench, system, bench.onLarge);
  let most = 0;
  const watched = (measurement: Measurement) => {
    most = Math.max(most, measurement.residentBytes['wallet-core'] ?? 0);
    return measurement;
  };
  const warm = await loops.warmUp();
  if (warm) watched(warm);
  const run = async () => watched(await loops.run(64));
  const stop = async () => {
    bench.figure('largeMegabytes', most / 1e6);
    await system.stop();
  };
  return { turns: [{ name: 'large64', run }], stop };
}

/** The storage alone on such a ledger. */
export async function largeStorage(bench: Bench): Promise<Contender> {
  const data = await bench.largeLedger();
  bench.onLarge.rounds += 1;
  const groups = new Groups(bench, { data, group: 32, prefix: `storage-${bench.onLarge.rounds}` });
  await groups.warmUp();
  return { turns: [groups.turn('largeStorage32')], stop: () => groups.stop() };
}

/** The product with a disk whose fsync takes 5 ms longer. */
export async function slowFsync(bench: Bench): Promise<Contender | undefined> {
  const shim = path.join(bench.folder, 'slow-fsync.so');
  const compiler = ['cc', 'gcc'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (compiler === undefined) {
    bench.leaveOut('slow-fsync', 'there is no C compiler (Debian: apt-get install gcc libc6-dev)');
    return undefined;
  }
  const { status, stderr } = spawnSync(compiler, ['-shared', '-fPIC', '-O1', '-o', shim, SHIM, '-ldl']);
  if (status !== 0) {
    const [why = ''] = String(stderr).split('\n');
    bench.leaveOut('slow-fsync', `${compiler} cannot compile it (Debian: apt-get install libc6-dev): ${why}`);
    return undefined;
  }
  const coreEnvironment = { LD_PRELOAD: shim, SLOW_FSYNC_US: String(1000 * SLOW_FSYNC_MS) };
  const system = await startOn(bench, await bench.smallLedger(), { coreEnvironment });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  return { turns: loops.turns('slow'), stop: () => system.stop() };
}

export async function twoGateways(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 2 });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  return { turns: loops.turns('two'), stop: () => system.stop() };
}
