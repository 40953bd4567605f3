import type { Bench } from '../bench.js';
import { listening, startModule } from '../children.js';
import { ClosedLoops } from './closed-loops.js';

/** The limit of the HTTP side. */
export async function echo(bench: Bench): Promise<void> {
  const child = startEcho(bench);
  const loops = new ClosedLoops(bench, [child], [await listening(child)], { again: true });
  await loops.warmUp();
  await loops.note('echo');
  await child.stop();
}

export function startEcho(bench: Bench) {
  const options = { log: bench.fresh('echo.log'), environment: { NODE_ENV: 'production' } };
  return startModule('echo', 'test/bench/systems/echo-main.js', options);
}
