import type { Bench } from '../bench.js';
import type { Contender } from '../contest.js';
import { grpcContender } from './wallet-grpc.js';
import { loopsOn, startOn } from './wallet.js';

/** The product as it stands on a network: TLS on every connection, certificates, tokens, and metrics. */
export async function secured(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.smallLedger(), { secured: true });
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  return { turns: loops.turns('secured'), stop: () => system.stop() };
}

/** wallet-core alone, likewise. */
export async function securedGrpc(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.smallLedger(), { secured: true, gateways: 0 });
  const { core, coreAddress: address, access } = system;
  return grpcContender(bench, 'secured', core, { address, ...(access && { access }) }, () => system.stop());
}
