import type { Bench } from '../bench.js';
import { listening, startModule, type Child } from '../children.js';
import type { Contender, Turn } from '../contest.js';
import type { GrpcTask } from '../load/grpc-task.js';
import { GrpcLoops } from './grpc-loops.js';
import { startOn } from './wallet.js';

/** Calls in flight of each kind. To send unary calls takes more than to answer them: one process would be what is measured. */
const SHAPES = [
  { shape: 'Unary', inFlight: 64, generators: 2 },
  { shape: 'Batches', inFlight: 32, generators: 1, batch: 32 },
] as const;

/** wallet-core alone, as a platform calls it. */
export async function walletGrpc(bench: Bench): Promise<Contender> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  return grpcContender(bench, 'grpc', system.core, { address: system.coreAddress }, () => system.stop());
}

/** The same messages by the same client to a server that decides nothing. */
export async function grpcEcho(bench: Bench): Promise<Contender> {
  const environment = { NODE_ENV: 'production' };
  const options = { log: bench.fresh('grpc-echo.log'), environment };
  const child = startModule('grpc-echo', 'test/bench/systems/grpc-echo-main.js', options);
  return grpcContender(bench, 'grpcEcho', child, { address: await listening(child) }, () => child.stop());
}

/** Unary calls and batches, each from generators of their own. */
export async function grpcContender(
  bench: Bench,
  name: 'grpc' | 'grpcEcho' | 'secured',
  system: Child,
  server: Pick<GrpcTask, 'address' | 'access'>,
  stopSystem: () => Promise<void>,
): Promise<Contender> {
  const turns: Turn[] = [];
  const all: GrpcLoops[] = [];
  for (const { shape, inFlight, generators, ...rest } of SHAPES) {
    const loops = new GrpcLoops(bench, system, { ...server, ...rest }, shape, generators);
    all.push(loops);
    await loops.warmUp(inFlight);
    turns.push({ name: `${name}${shape}`, run: () => loops.closed(inFlight) });
  }
  const stop = async () => {
    await Promise.all(all.map((loops) => loops.stop()));
    await stopSystem();
  };
  return { turns, stop };
}
