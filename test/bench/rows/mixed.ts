import type { Bench } from '../bench.js';
import { listening, type Child } from '../children.js';
import { contest, type Contender } from '../contest.js';
import { startEcho } from './echo.js';
import { OpenLoops, TIMES_AS_LONG } from './open-loops.js';
import { startOn, wallet } from './wallet.js';

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
  const { seconds, warmUpSeconds, turns } = bench.options;
  const longSeconds = TIMES_AS_LONG * seconds;
  const perSecond = Math.floor((await highest(bench)) / 2);
  const count = perSecond * (1 + warmUpSeconds + turns * (seconds + longSeconds));
  const loops = new OpenLoops(bench, systems, address, bench.mixed(Math.ceil(count / 10_000) * 10_000));
  const phase = (time: number) => ({ perSecond, seconds: time });
  if (warmUpSeconds > 0) await loops.run({ warmUp: phase(warmUpSeconds), load: phase(1) });
  const run = async () => (await loops.run({ warmUp: phase(seconds), load: phase(longSeconds) })).measurement;
  const stop = async () => {
    await loops.stop();
    await stopSystem();
  };
  return { turns: [{ name, run }], stop };
}

/** What the wallet reached at most, at 64 or 256 connections; measured now if it was not. */
async function highest(bench: Bench): Promise<number> {
  if (!bench.results.has('wallet64')) await contest(bench, [wallet]);
  const reached = (['wallet64', 'wallet256'] as const).map((name) => bench.median(name, ({ perSecond }) => perSecond));
  return Math.max(...reached.map((perSecond) => perSecond ?? 0));
}
