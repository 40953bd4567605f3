import type { Bench } from '../bench.js';
import { listening } from '../children.js';
import { startEcho } from './echo.js';
import { OpenLoops } from './open-loops.js';
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
  const warmUp = { perSecond, seconds: warmUpSeconds };
  const phases = { warmUp, load: { perSecond, seconds: TIMES_AS_LONG * seconds } };
  const echo = startEcho(bench);
  const ofEcho = await new OpenLoops(bench, [echo], await listening(echo), calls).run(phases);
  bench.note('echoMixed', ofEcho.measurement);
  await echo.stop();
  const system = await startOn(bench, await bench.smallLedger());
  const [address = ''] = system.addresses;
  const ofWallet = await new OpenLoops(bench, [system.core, ...system.gateways], address, calls).run(phases);
  bench.note('walletMixed', ofWallet.measurement);
  await system.stop();
}

/** What the wallet reached at most, at 64 or 256 connections; measured now if it was not. */
async function highest(bench: Bench): Promise<number> {
  if (!bench.results.has('wallet64')) await wallet(bench);
  const reached = (['wallet64', 'wallet256'] as const).map((name) => bench.median(name, ({ perSecond }) => perSecond));
  return Math.max(...reached.map((perSecond) => perSecond ?? 0));
}
