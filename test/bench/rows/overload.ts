import type { Bench } from '../bench.js';
import type { Measurement } from '../measurement.js';
import type { GrpcTask } from '../load/grpc-task.js';
import type { Tenth } from '../load/open-task.js';
import type { Phase } from '../load/schedule.js';
import { openLoop } from './mixed.js';
import { runGrpc } from './wallet-grpc.js';
import { loopsOn, startOn } from './wallet.js';

/** What is answered in time with success, per second, at some load. */
export interface Point {
  /** Connections, or calls per second. */
  readonly load: number;
  readonly goodput: number;
  /** How many calls were answered busy. */
  readonly busy: number;
  /** How many were not answered in time, or could not be sent. */
  readonly lost: number;
  /** The most by which a call left later than it was due, in an open loop. */
  readonly latestMs: number;
  /** Of good answers; undefined where the load generator does not tell them from busy ones, which are quick. */
  readonly p99Ms: number | undefined;
  readonly coreMegabytes: number;
}

export interface Curves {
  /** The whole path, by connections in a closed loop. */
  readonly closed: readonly Point[];
  /** The whole path, by calls per second in an open loop. */
  readonly open: readonly Point[];
  /** The most that was reached in the closed loop, and at how many connections; twice as many are measured, too. */
  readonly best: Point;
  /** How long after a load of 1.3 times the maximum ended until all answers were good and quick again, if they were. */
  readonly recoverySeconds: number | undefined;
  /** For how long that was watched. */
  readonly watchedSeconds: number;
  /** wallet-core over gRPC in batches: at its maximum, and at twice that. */
  readonly grpcMaximum: number;
  readonly grpcTwice: number;
}

const CONNECTIONS = [16, 32, 64, 128, 256, 512, 1024];
const MULTIPLES = [0.5, 0.8, 1, 1.15, 1.3, 1.6, 2];
/** An answer that takes no longer is a quick one. */
const QUICK_MS = 200;
/** Part of the maximum that is asked for after the overload. */
const AFTERWARDS = 0.5;
/** No warm-up is an overload: it asks for no more than this part of the maximum. */
const WARM_UP_MOST = 0.8;
const GRPC_BATCH = 32;
const GRPC_PER_SECOND_MAX = 100_000;

/** What becomes of the product when more is asked of it than it can do. */
export async function overload(bench: Bench): Promise<void> {
  const { seconds } = bench.options;
  const closed: Point[] = [];
  for (const connections of CONNECTIONS) closed.push(await closedPoint(bench, connections));
  // The best of those of whose connections there is the double, too: the gateway takes 2,048 of one address.
  const best = bestOf(closed.slice(0, -1));
  const open: Point[] = [];
  for (const multiple of MULTIPLES) {
    const { point } = await openPoint(bench, best.goodput, [{ perSecond: multiple * best.goodput, seconds }]);
    open.push(point);
  }
  const phases = [
    { perSecond: 1.3 * best.goodput, seconds },
    { perSecond: AFTERWARDS * best.goodput, seconds },
  ];
  const { timeline } = await openPoint(bench, best.goodput, phases);
  const recoverySeconds = recoveryOf(timeline, seconds);
  bench.curves = { closed, open, best, recoverySeconds, watchedSeconds: seconds, ...(await overGrpc(bench)) };
}

async function closedPoint(bench: Bench, connections: number): Promise<Point> {
  const system = await startOn(bench, await bench.smallLedger());
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  const measured = await loops.run(connections);
  const p99Ms = measured.busy === 0 ? measured.p99Ms : undefined;
  const point = pointOf(bench, connections, `${connections} connections`, measured, p99Ms);
  await system.stop();
  return point;
}

async function openPoint(
  bench: Bench,
  maximum: number,
  phases: readonly Phase[],
): Promise<{ readonly point: Point; readonly timeline: readonly Tenth[] }> {
  const system = await startOn(bench, await bench.smallLedger());
  const [address = ''] = system.addresses;
  const processes = [system.core, ...system.gateways];
  const perSecond = phases[0]?.perSecond ?? 0;
  const warmUpPerSecond = Math.min(perSecond, WARM_UP_MOST * maximum);
  const load = { address, phases, calls: bench.bets(), warmUpPerSecond };
  const { measurement, seen } = await openLoop(bench, processes, load);
  const point = pointOf(
    bench,
    perSecond,
    `${Math.round(perSecond)} calls per second, open loop`,
    measurement,
    seen.goodP99Ms,
  );
  await system.stop();
  return { point, timeline: seen.timeline };
}

function pointOf(bench: Bench, load: number, name: string, measured: Measurement, p99Ms: number | undefined): Point {
  bench.tell(`overload, ${name}: ${Math.round(measured.perSecond)} good answers per second`);
  return {
    load,
    goodput: measured.perSecond,
    busy: measured.busy,
    lost: measured.lost,
    latestMs: measured.latestMs,
    p99Ms,
    coreMegabytes: (measured.residentBytes['wallet-core'] ?? 0) / 1e6,
  };
}

function bestOf(points: readonly Point[]): Point {
  return points.reduce((best, point) => (point.goodput > best.goodput ? point : best));
}

/** Until when after the overload a tenth of a second had an answer that was not good or not quick; undefined: to the end. */
export function recoveryOf(timeline: readonly Tenth[], overloadSeconds: number): number | undefined {
  const first = overloadSeconds * 10;
  const last = timeline.findLastIndex(({ due, good, maxMs }) => good < due || maxMs > QUICK_MS);
  if (last === timeline.length - 1) return undefined;
  return Math.max(0, last + 1 - first) / 10;
}

/** wallet-core alone, in batches: its maximum in a closed loop, and what it does when twice as much comes. */
async function overGrpc(bench: Bench): Promise<Pick<Curves, 'grpcMaximum' | 'grpcTwice'>> {
  const { seconds, warmUpSeconds } = bench.options;
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  const task = { address: system.coreAddress, batch: GRPC_BATCH };
  const closed = { type: 'closed', inFlight: 32 } as const;
  const run = (load: GrpcTask['load'], perSecond: number) => {
    const count = Math.ceil(perSecond * (warmUpSeconds + seconds)) + GRPC_BATCH;
    return runGrpc(bench, system.core, { ...task, load, prefix: load.type, warmUpSeconds, seconds, count });
  };
  const maximum = (await run(closed, GRPC_PER_SECOND_MAX)).perSecond;
  const twice = (await run({ type: 'open', perSecond: 2 * maximum }, 2 * maximum)).perSecond;
  await system.stop();
  bench.tell(`overload, gRPC: ${Math.round(twice)} of ${Math.round(maximum)} movements per second`);
  return { grpcMaximum: maximum, grpcTwice: twice };
}
