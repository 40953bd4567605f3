import type { Bench } from '../bench.js';
import type { GrpcTask } from '../load/grpc-task.js';
import type { Phase } from '../load/schedule.js';
import type { Tenth } from '../load/tally.js';
import type { Measurement } from '../measurement.js';
import { OpenLoops } from './open-loops.js';
import { runGrpc } from './wallet-grpc.js';
import { loopsOn, startOn } from './wallet.js';

/** What became of one load. */
export interface Point {
  /** Connections, or what was sent in parts of the maximum. */
  readonly load: number;
  readonly name: string;
  readonly measured: Measurement;
  /** Good answers, in parts of the most that this round reached. */
  readonly ofMaximum: number;
}

/** What becomes of the product when more is asked of it than it can do: one round. */
export interface Overload {
  /** The whole path in a closed loop, by connections. */
  readonly connections: readonly Point[];
  /** The whole path in an open loop, by calls per second. */
  readonly calls: readonly Point[];
  /** wallet-core alone, called in batches in an open loop, by movements per second. */
  readonly grpc: readonly Point[];
  /** Goodput at twice the connections that reached most, in parts of that. */
  readonly twiceTheConnections: number;
  /** How long after a load of 1.3 times the maximum ended until all answers were good and quick again, if they were. */
  readonly recoverySeconds: number | undefined;
}

export type CurveName = 'connections' | 'calls' | 'grpc';

const CONNECTIONS = [32, 64, 128, 256, 512, 1024];
const MULTIPLES = [0.5, 0.8, 1, 1.3, 2];
/** The load that recovery is watched after. */
const RECOVERED_FROM = 1.3;
/** Part of the maximum that is asked for after the overload. */
const AFTERWARDS = 0.5;
/** An answer that takes no longer is a quick one. */
const QUICK_MS = 200;
/** No warm-up is an overload: it asks for no more than this part of the maximum. */
const WARM_UP_MOST = 0.8;
/** A system that was warm needs no more before the next load. */
const SETTLE_SECONDS_MAX = 2;
const GRPC_BATCH = 32;
const GRPC_IN_FLIGHT = 32;
const GRPC_PER_SECOND_MAX = 100_000;

/** Each curve on a ledger of its own, from the least load to the most. */
export async function overload(bench: Bench): Promise<void> {
  const { best, ...connections } = await byConnections(bench);
  bench.overload.push({ ...connections, ...(await byCalls(bench, best)), grpc: await byMovements(bench) });
}

async function byConnections(
  bench: Bench,
): Promise<Pick<Overload, 'connections' | 'twiceTheConnections'> & { readonly best: number }> {
  const system = await startOn(bench, await bench.smallLedger());
  const loops = loopsOn(bench, system);
  await loops.warmUp();
  const reached: (readonly [connections: number, Measurement])[] = [];
  for (const connections of CONNECTIONS) reached.push([connections, await loops.run(connections)]);
  await system.stop();
  // The best of those of whose connections there is the double, too: the gateway takes 2,048 of one address.
  const [at, { perSecond: best }] = reached
    .slice(0, -1)
    .reduce((most, one) => (one[1].perSecond > most[1].perSecond ? one : most));
  const connections = reached.map(([load, measured]) =>
    pointOf(bench, load, `${load.toLocaleString('en')} connections`, measured, best),
  );
  const twiceTheConnections = connections.find(({ load }) => load === 2 * at)?.ofMaximum ?? 0;
  return { connections, best, twiceTheConnections };
}

async function byCalls(bench: Bench, maximum: number): Promise<Pick<Overload, 'calls' | 'recoverySeconds'>> {
  const system = await startOn(bench, await bench.smallLedger());
  const [address = ''] = system.addresses;
  const loops = new OpenLoops(bench, [system.core, ...system.gateways], address, bench.bets());
  const { seconds } = bench.options;
  const calls: Point[] = [];
  let recoverySeconds: number | undefined;
  for (const [multiple, warmUp] of loadsOf(bench, maximum)) {
    const load = { perSecond: multiple * maximum, seconds };
    const isWatched = multiple === RECOVERED_FROM;
    const lesser = isWatched ? { afterwards: { perSecond: AFTERWARDS * maximum, seconds } } : {};
    const { measurement, afterwards } = await loops.run({ warmUp, load, ...lesser });
    if (isWatched) recoverySeconds = recoveryOf(afterwards);
    calls.push(pointOf(bench, multiple, `open loop, ${multiple} of the maximum`, measurement, maximum));
  }
  await system.stop();
  return { calls, recoverySeconds };
}

async function byMovements(bench: Bench): Promise<readonly Point[]> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  const { seconds, warmUpSeconds } = bench.options;
  const run = (prefix: string, load: GrpcTask['load'], warmUp: number, perSecondMax: number) => {
    const count = Math.ceil(perSecondMax * (warmUp + seconds)) + GRPC_BATCH;
    const times = { warmUpSeconds: warmUp, seconds, count };
    return runGrpc(bench, system.core, { address: system.coreAddress, batch: GRPC_BATCH, prefix, load, ...times });
  };
  const closed = { type: 'closed', inFlight: GRPC_IN_FLIGHT } as const;
  const { perSecond: maximum } = await run('closed', closed, warmUpSeconds, GRPC_PER_SECOND_MAX);
  const points: Point[] = [];
  for (const [multiple, warmUp] of loadsOf(bench, maximum)) {
    const load = { type: 'open', perSecond: multiple * maximum, warmUpPerSecond: warmUp.perSecond } as const;
    const most = Math.max(load.perSecond, warmUp.perSecond);
    const measured = await run(`times-${multiple}`, load, warmUp.seconds, most);
    points.push(pointOf(bench, multiple, `gRPC, ${multiple} of the maximum`, measured, maximum));
  }
  await system.stop();
  return points;
}

/** Multiples of the maximum, each with what comes before it. */
function loadsOf(bench: Bench, maximum: number): (readonly [multiple: number, warmUp: Phase])[] {
  const { warmUpSeconds } = bench.options;
  return MULTIPLES.map((multiple, index) => {
    const seconds = index === 0 ? warmUpSeconds : Math.min(warmUpSeconds, SETTLE_SECONDS_MAX);
    return [multiple, { perSecond: Math.min(multiple, WARM_UP_MOST) * maximum, seconds }];
  });
}

function pointOf(bench: Bench, load: number, name: string, measured: Measurement, maximum: number): Point {
  const { perSecond } = measured;
  const ofMaximum = perSecond / maximum;
  bench.tell(`overload, ${name}: ${Math.round(perSecond)} good answers per second, ${ofMaximum.toFixed(2)}`);
  return { load, name, measured, ofMaximum };
}

/** Until when after the overload a tenth of a second had an answer that was not good or not quick; undefined: to the end. */
export function recoveryOf(afterwards: readonly Tenth[]): number | undefined {
  const last = afterwards.findLastIndex(({ due, good, maxMs }) => good < due || maxMs > QUICK_MS);
  return last === afterwards.length - 1 ? undefined : (last + 1) / 10;
}
