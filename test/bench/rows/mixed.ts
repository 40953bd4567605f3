import type { Bench } from '../bench.js';
import { listening, type Child } from '../children.js';
import type { Contender } from '../contest.js';
import { startEcho } from './echo.js';
import { HttpLoops } from './http-loops.js';
import { startOn } from './wallet.js';

/** It is measured for longer than a closed loop, so that one answer in a thousand is still some. */
const TIMES_AS_LONG = 2;

/**
 * Rounds of bets, payouts, balance checks and copies at half of the most that the wallet reached in this run, in an open
 * loop.
 */
export async function mixedWallet(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.smallLedger());
  const [address = ''] = system.addresses;
  return mixed(bench, 'walletMixed', [system.core, ...system.gateways], address, () => system.stop());
}

/** The same calls at the same rate. */
export async function mixedEcho(bench: Bench): Promise<Contender> {
  const echo = startEcho(bench);
  return mixed(bench, 'echoMixed', [echo], await listening(echo), () => echo.stop());
}

async function mixed(
  bench: Bench,
  name: 'echoMixed' | 'walletMixed',
  systems: readonly Child[],
  address: string,
  stopSystem: () => Promise<void>,
): Promise<Contender> {
  const { seconds, leadInSeconds, warmUpSeconds, turns } = bench.options;
  const perSecond = Math.floor(highest(bench) / 2);
  const count = perSecond * (warmUpSeconds + turns * (leadInSeconds + TIMES_AS_LONG * seconds));
  const loops = new HttpLoops(bench, systems, address, bench.mixed(Math.ceil(count / 10_000) * 10_000));
  const phases = (leadIn: number, load: number) => ({
    leadIn: { perSecond, seconds: leadIn },
    load: { perSecond, seconds: load },
  });
  if (warmUpSeconds > 0) await loops.open(phases(0, warmUpSeconds));
  const run = async () => (await loops.open(phases(leadInSeconds, TIMES_AS_LONG * seconds))).measurement;
  const stop = async () => {
    await loops.stop();
    await stopSystem();
  };
  return { turns: [{ name, run }], stop };
}

/** What the wallet reached at most, at 64 or 256 connections. */
function highest(bench: Bench): number {
  const reached = (['wallet64', 'wallet256'] as const).map((name) => bench.median(name, ({ perSecond }) => perSecond));
  return Math.max(...reached.map((perSecond) => perSecond ?? 0));
}
