import type { Bench } from '../bench.js';
import { listening, startModule, type Child } from '../children.js';
import { generator } from '../load/generator.js';
import type { GrpcAccess, GrpcTask } from '../load/grpc-task.js';
import { measure } from '../load/load.js';
import type { Watched } from '../measurement.js';
import { startOn } from './wallet.js';

/** Calls in flight of each kind, and more movements per second than any machine of today makes of them. */
const SHAPES = [
  { shape: 'Unary', inFlight: 64, perSecondMax: 20_000 },
  { shape: 'Batches', batch: 32, inFlight: 32, perSecondMax: 100_000 },
] as const;

/** wallet-core alone, as a platform calls it. */
export async function walletGrpc(bench: Bench): Promise<void> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  await closedLoops(bench, 'grpc', system.core, system.coreAddress);
  await system.stop();
}

/** The same messages by the same client to a server that decides nothing. */
export async function grpcEcho(bench: Bench): Promise<void> {
  const environment = { NODE_ENV: 'production' };
  const options = { log: bench.fresh('grpc-echo.log'), environment };
  const child = startModule('grpc-echo', 'test/bench/systems/grpc-echo-main.js', options);
  await closedLoops(bench, 'grpcEcho', child, await listening(child), true);
  await child.stop();
}

export async function closedLoops(
  bench: Bench,
  name: 'grpc' | 'grpcEcho' | 'secured',
  system: Child,
  address: string,
  again = false,
  access?: GrpcAccess,
): Promise<void> {
  const { warmUpSeconds, seconds } = bench.options;
  for (const { shape, perSecondMax, inFlight, ...rest } of SHAPES) {
    const load = { type: 'closed', inFlight } as const;
    const count = perSecondMax * (warmUpSeconds + seconds);
    const shared = { ...rest, address, ...(access && { access }) };
    const task = { ...shared, load, warmUpSeconds, seconds, count, prefix: shape, again };
    bench.note(`${name}${shape}`, (await runGrpc(bench, system, task)).measurement);
  }
}

/** One run of the generator of gRPC calls against a process. */
export async function runGrpc(bench: Bench, system: Child, task: GrpcTask): Promise<Watched> {
  const start = () => [generator('grpc-main.js', task, bench.fresh('generator.log'))];
  const { measurement, seen } = await measure([system], start);
  return { measurement, afterwards: seen[0]?.afterwards ?? [] };
}
