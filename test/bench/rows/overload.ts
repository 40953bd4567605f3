import type { Bench } from '../bench.js';
import type { GrpcTask } from '../load/grpc-task.js';
import type { Phase } from '../load/schedule.js';
import type { Tenth } from '../load/tally.js';
import type { Measurement, Watched } from '../measurement.js';
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

/**
 * What a closed loop reached on the ledger of an open one, in front of it and behind it: a ledger that has grown takes less. The
 * maximum that goodput is held against is their mean.
 */
export type Maxima = readonly [before: number, after: number];

/** Open loops on one ledger. */
interface OpenCurve {
  readonly points: readonly Point[];
  readonly maxima: Maxima;
  /** How long after its overload ended until all answers were good and quick again; undefined: they were not. */
  readonly recoverySeconds: number | undefined;
}

/** What becomes of the product when more is asked of it than it can do: one round. */
export interface Overload {
  /** The whole path in a closed loop, by connections. */
  readonly connections: readonly Point[];
  /** The whole path in an open loop, by calls per second. */
  readonly calls: readonly Point[];
  /** wallet-core alone, called in batches in an open loop, by movements per second. */
  readonly grpc: readonly Point[];
  readonly maxima: Readonly<Record<OpenCurveName, Maxima>>;
  /** Goodput at twice the connections that reached most, in parts of that. */
  readonly twiceTheConnections: number;
  /** How long after the overload with a goal ended until all answers were good and quick again, if they were. */
  readonly recoverySeconds: Readonly<Record<OpenCurveName, number | undefined>>;
}

export type OpenCurveName = 'calls' | 'grpc';
export type CurveName = 'connections' | OpenCurveName;

const CONNECTIONS = [32, 64, 128, 256, 512, 1024];
const MULTIPLES = [0.5, 0.8, 1, 1.3, 2];
/** The loads with a goal, in parts of the maximum: recovery is watched after them. */
export const OVERLOADS = { calls: 1.3, grpc: 2 } as const;
/** Part of the maximum that is asked for after them. */
const AFTERWARDS = 0.5;
/** An answer that takes no longer is a quick one. */
const QUICK_MS = 200;
/** No warm-up is an overload: it asks for no more than this part of the maximum. */
const WARM_UP_MOST = 0.8;
const GRPC_BATCH = 32;
const GRPC_IN_FLIGHT = 32;
const GRPC_PER_SECOND_MAX = 100_000;

/** Each curve on a ledger of its own, from the least load to the most. */
export async function overload(bench: Bench): Promise<void> {
  const { best, ...connections } = await byConnections(bench);
  const calls = await byCalls(bench, best);
  const grpc = await byMovements(bench);
  bench.overload.push({
    ...connections,
    calls: calls.points,
    grpc: grpc.points,
    maxima: { calls: calls.maxima, grpc: grpc.maxima },
    recoverySeconds: { calls: calls.recoverySeconds, grpc: grpc.recoverySeconds },
  });
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
  const [best, { perSecond: maximum }] = reached
    .slice(0, -1)
    .reduce((most, one) => (one[1].perSecond > most[1].perSecond ? one : most));
  const connections = reached.map(([load, measured]) =>
    pointOf(bench, load, `${load.toLocaleString('en')} connections`, measured, maximum),
  );
  const twiceTheConnections = connections.find(({ load }) => load === 2 * best)?.ofMaximum ?? 0;
  return { connections, best, twiceTheConnections };
}

/** `best`: the connections of the closed loop. */
async function byCalls(bench: Bench, best: number): Promise<OpenCurve> {
  const system = await startOn(bench, await bench.smallLedger());
  const [address = ''] = system.addresses;
  const closed = loopsOn(bench, system);
  await closed.warmUp();
  const { perSecond: before } = await closed.run(best);
  const loops = new OpenLoops(bench, [system.core, ...system.gateways], address, bench.bets(), closed.offset);
  const { seconds } = bench.options;
  const measured: [multiple: number, Watched][] = [];
  for (const [multiple, warmUp] of loadsOf(bench, before)) {
    const load = { perSecond: multiple * before, seconds };
    const lesser = multiple === OVERLOADS.calls ? { afterwards: { perSecond: AFTERWARDS * before, seconds } } : {};
    measured.push([multiple, await loops.run({ warmUp, load, ...lesser })]);
  }
  const { perSecond: after } = await loopsOn(bench, system, loops.offset).run(best);
  await system.stop();
  return curveOf(bench, 'calls', measured, [before, after]);
}

async function byMovements(bench: Bench): Promise<OpenCurve> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  const { seconds, warmUpSeconds } = bench.options;
  const run = (prefix: string, load: GrpcTask['load'], warmUp: number, perSecondMax: number) => {
    const { afterwardsPerSecond = 0 } = load.type === 'open' ? load : {};
    const count = Math.ceil(perSecondMax * (warmUp + seconds) + afterwardsPerSecond * seconds) + GRPC_BATCH;
    const times = { warmUpSeconds: warmUp, seconds, count };
    return runGrpc(bench, system.core, { address: system.coreAddress, batch: GRPC_BATCH, prefix, load, ...times });
  };
  const closed = { type: 'closed', inFlight: GRPC_IN_FLIGHT } as const;
  const reached = async (prefix: string) =>
    (await run(prefix, closed, warmUpSeconds, GRPC_PER_SECOND_MAX)).measurement.perSecond;
  const before = await reached('before');
  const measured: [multiple: number, Watched][] = [];
  for (const [multiple, warmUp] of loadsOf(bench, before)) {
    const rates = { perSecond: multiple * before, warmUpPerSecond: warmUp.perSecond };
    const lesser = multiple === OVERLOADS.grpc ? { afterwardsPerSecond: AFTERWARDS * before } : {};
    const most = Math.max(rates.perSecond, rates.warmUpPerSecond);
    measured.push([
      multiple,
      await run(`times-${multiple}`, { type: 'open', ...rates, ...lesser }, warmUp.seconds, most),
    ]);
  }
  const after = await reached('after');
  await system.stop();
  return curveOf(bench, 'grpc', measured, [before, after]);
}

/** Multiples of the maximum, each with what comes before it: each load has a generator of its own, which has to get warm. */
function loadsOf(bench: Bench, maximum: number): (readonly [multiple: number, warmUp: Phase])[] {
  const { warmUpSeconds: seconds } = bench.options;
  return MULTIPLES.map((multiple) => [multiple, { perSecond: Math.min(multiple, WARM_UP_MOST) * maximum, seconds }]);
}

function curveOf(
  bench: Bench,
  curve: OpenCurveName,
  measured: readonly (readonly [multiple: number, Watched])[],
  maxima: Maxima,
): OpenCurve {
  const [before, after] = maxima;
  const loop = curve === 'calls' ? 'open loop' : 'gRPC';
  bench.tell(
    `overload, ${loop}: ${Math.round(before)} and ${Math.round(after)} per second in the closed loops around it`,
  );
  const points = measured.map(([multiple, { measurement }]) =>
    pointOf(bench, multiple, `${loop}, ${multiple} of the maximum`, measurement, (before + after) / 2),
  );
  const watched = measured.find(([multiple]) => multiple === OVERLOADS[curve]);
  return { points, maxima, recoverySeconds: watched && recoveryOf(watched[1].afterwards) };
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
