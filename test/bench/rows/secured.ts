import type { Bench } from '../bench.js';
import { closedLoops } from './wallet-grpc.js';
import { loopsOn, startOn } from './wallet.js';

/** The product as it stands on a network: TLS on every connection, certificates, tokens, and metrics. */
export async function secured(bench: Bench): Promise<void> {
  const system = await startOn(bench, await bench.smallLedger(), { secured: true });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  await loops.note('secured');
  await system.stop();
  const alone = await startOn(bench, await bench.smallLedger(), { secured: true, gateways: 0 });
  await closedLoops(bench, 'secured', alone.core, alone.coreAddress, false, alone.access);
  await alone.stop();
}
