import type { Bench } from '../bench.js';
import { listening, startModule, type Child } from '../children.js';
import type { Contender } from '../contest.js';
import { ClosedLoops } from './closed-loops.js';

/** The limit of the HTTP side. */
export async function echo(bench: Bench): Promise<Contender> {
  const child = startEcho(bench);
  const loops = new ClosedLoops(bench, [child], [await listening(child)], { again: true });
  await loops.warmUp();
  return { turns: loops.turns('echo'), stop: () => child.stop() };
}

export function startEcho(bench: Bench): Child {
  const options = { log: bench.fresh('echo.log'), environment: { NODE_ENV: 'production' } };
  return startModule('echo', 'test/bench/systems/echo-main.js', options);
}
