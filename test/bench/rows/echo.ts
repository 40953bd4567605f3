import type { Bench } from '../bench.js';
import { listening, startModule } from '../children.js';
import { ClosedLoops } from './closed-loop.js';

/** The limit of the HTTP side. */
export async function echo(bench: Bench): Promise<void> {
  const environment = { NODE_ENV: 'production' };
  const child = startModule('echo', 'test/bench/systems/echo-main.js', { log: bench.fresh('echo.log'), environment });
  const loops = new ClosedLoops(bench, [child], [await listening(child)], true);
  await loops.warmUp();
  bench.note('echo 64', await loops.run(64));
  bench.note('echo 256', await loops.run(256));
  await child.stop();
}
