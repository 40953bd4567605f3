import type { Bench } from '../bench.js';
import { copyLedger } from '../ledgers.js';
import { startWallet } from '../systems/wallet.js';
import { ClosedLoops } from './closed-loop.js';

/** The product, all of it, in its production configuration. */
export async function wallet(bench: Bench): Promise<void> {
  const folder = bench.fresh('wallet');
  const data = copyLedger(bench.emptyLedger, `${folder}/data`);
  const system = await startWallet({ folder, data, publicKey: bench.bodies.publicKey });
  const loops = new ClosedLoops(bench, [system.core, ...system.gateways], system.addresses);
  await loops.warmUp();
  bench.note('wallet 64', await loops.run(64));
  bench.note('wallet 256', await loops.run(256));
  await system.stop();
}
