import type { Bench } from '../bench.js';
import { listening, type Child } from '../children.js';
import { generator } from '../load/generator.js';
import { measure } from '../load/load.js';
import type { OpenSeen, OpenTask } from '../load/open-task.js';
import type { Measurement } from '../measurement.js';
import { startEcho } from './echo.js';
import { startOn, wallet } from './wallet.js';

/** Longer than a closed loop, so that one answer in a thousand is still some. */
const TIMES_AS_LONG = 2;

/**
 * Rounds of bets, payouts, balance checks and copies at half of the most that the wallet reached in this run, in an open
 * loop, and the same calls at the same rate to the echo.
 */
export async function mixed(bench: Bench): Promise<void> {
  const perSecond = Math.floor((await highest(bench)) / 2);
  const { seconds, warmUpSeconds } = bench.options;
  const calls = bench.mixed(Math.ceil((perSecond * (warmUpSeconds + TIMES_AS_LONG * seconds)) / 10_000) * 10_000);
  const phases = [{ perSecond, seconds: TIMES_AS_LONG * seconds }];
  const load = { warmUpPerSecond: perSecond, phases, calls };
  const echo = startEcho(bench);
  const echoAddress = await listening(echo);
  const ofEcho = await openLoop(bench, [echo], { address: echoAddress, ...load });
  bench.note('echo, mixed at half of the maximum', ofEcho.measurement);
  await echo.stop();
  const system = await startOn(bench, await bench.smallLedger());
  const processes = [system.core, ...system.gateways];
  const [address = ''] = system.addresses;
  const measured = await openLoop(bench, processes, { address, ...load });
  bench.note('wallet, mixed at half of the maximum', measured.measurement);
  await system.stop();
}

/** Runs the generator of open loops against a system, after a warm-up of the same kind. */
export async function openLoop(
  bench: Bench,
  systems: readonly Child[],
  { warmUpPerSecond, ...load }: Omit<OpenTask, 'warmUp'> & { readonly warmUpPerSecond: number },
): Promise<{ readonly measurement: Measurement; readonly seen: OpenSeen }> {
  const warmUp = { perSecond: warmUpPerSecond, seconds: bench.options.warmUpSeconds };
  const task: OpenTask = { ...load, warmUp };
  const start = () => [generator<OpenSeen>('open-main.js', task, bench.fresh('generator.log'))];
  const { measurement, seen } = await measure(systems, start);
  if (!seen[0]) throw new Error('the load generator saw nothing');
  return { measurement, seen: seen[0] };
}

/** What the wallet reached at most, at 64 or 256 connections; measured now if it was not. */
export async function highest(bench: Bench): Promise<number> {
  const names = ['wallet, 64 connections', 'wallet, 256 connections'];
  if (!bench.results.has('wallet, 64 connections')) await wallet(bench);
  return Math.max(...names.map((name) => bench.median(name, ({ perSecond }) => perSecond) ?? 0));
}
