import type { Bench } from '../bench.js';
import type { Contender } from '../contest.js';
import { ledgerBytes } from '../ledgers.js';
import { startWallet, type Wallet, type WalletOptions } from '../systems/wallet.js';
import { ClosedLoops, type Cursor } from './closed-loops.js';

/** The product, all of it, in its production configuration. */
export async function wallet(bench: Bench): Promise<Contender> {
  const data = await bench.smallLedger();
  const before = ledgerBytes(data);
  const system = await startOn(bench, data);
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  const stop = async () => {
    await system.stop();
    // What was under way when a load ended is in the ledger, too: at most one for each connection.
    bench.figure('bytesWithRequest', (ledgerBytes(data) - before) / loops.made);
  };
  return { turns: loops.turns('wallet'), stop };
}

/** The product on a ledger. */
export function startOn(bench: Bench, data: string, more: Partial<WalletOptions> = {}): Promise<Wallet> {
  return startWallet({ folder: bench.fresh('wallet'), data, publicKey: bench.bodies.publicKey, ...more });
}

export function loopsOn(bench: Bench, system: Wallet, cursor?: Cursor): ClosedLoops {
  const options = cursor ? { cursor } : {};
  return new ClosedLoops(bench, [system.core, ...system.gateways], system.addresses, options);
}
