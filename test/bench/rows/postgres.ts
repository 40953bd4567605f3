import type { Bench } from '../bench.js';
import { listening, startModule } from '../children.js';
import { postgresPrograms, serverUserMissing, startCluster } from '../systems/postgres-cluster.js';
import { ClosedLoops } from './closed-loops.js';

/** What one would write by hand, on a real PostgreSQL. */
export async function postgres(bench: Bench): Promise<void> {
  const refusal = serverUserMissing();
  const programs = postgresPrograms();
  if (programs === undefined) {
    return bench.leaveOut(
      'postgres-per-callback',
      'PostgreSQL is not on this machine (Debian: apt-get install postgresql)',
    );
  }
  if (refusal !== undefined) return bench.leaveOut('postgres-per-callback', refusal);
  const cluster = await startCluster(programs, bench.postgresFolder(), bench.fresh('postgres.log'));
  try {
    const environment = { NODE_ENV: 'production' };
    const options = { log: bench.fresh('by-hand.log'), environment, args: [cluster.socket] };
    const child = startModule('by-hand', 'test/bench/systems/postgres-main.js', options);
    const loops = new ClosedLoops(bench, [child, cluster.server], [await listening(child)]);
    await loops.warmUp();
    bench.note('postgres64', await loops.run(64));
    bench.about('PostgreSQL', cluster.version);
    await child.stop();
  } finally {
    await cluster.stop();
  }
}
