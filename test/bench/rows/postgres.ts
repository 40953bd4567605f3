import type { Bench } from '../bench.js';
import { listening, startModule } from '../children.js';
import type { Contender } from '../contest.js';
import { postgresPrograms, serverUserMissing, startCluster } from '../systems/postgres-cluster.js';
import { ClosedLoops } from './closed-loops.js';

/** What one would write by hand, on a real PostgreSQL. */
export async function postgres(bench: Bench): Promise<Contender | undefined> {
  const refusal = serverUserMissing();
  const programs = postgresPrograms();
  if (programs === undefined) {
    bench.leaveOut('postgres-per-callback', 'PostgreSQL is not on this machine (Debian: apt-get install postgresql)');
    return undefined;
  }
  if (refusal !== undefined) {
    bench.leaveOut('postgres-per-callback', refusal);
    return undefined;
  }
  const cluster = await startCluster(programs, bench.postgresFolder(), bench.fresh('postgres.log'));
  bench.about('PostgreSQL', cluster.version);
  const environment = { NODE_ENV: 'production' };
  const options = { log: bench.fresh('by-hand.log'), environment, args: [cluster.socket] };
  const child = startModule('by-hand', 'test/bench/systems/postgres-main.js', options);
  const loops = new ClosedLoops(bench, [child, cluster.server], [await listening(child)]);
  await loops.warmUp();
  const stop = async () => {
    await child.stop();
    await cluster.stop();
  };
  return { turns: [{ name: 'postgres64', run: () => loops.run(64) }], stop };
}
