import type { Bench } from '../bench.js';
import { quiet } from '../children.js';
import { inTurn } from '../contest.js';
import type { Tenth } from '../load/tally.js';
import { median, type Measurement } from '../measurement.js';
import type { Options } from '../options.js';
import type { Wallet } from '../systems/wallet.js';
import { WARM_UP_CONNECTIONS } from './closed-loops.js';
import { GrpcLoops } from './grpc-loops.js';
import { HttpLoops } from './http-loops.js';
import { startOn } from './wallet.js';

/** What becomes of the product when more is asked of it than it can do: in all rounds. */
export interface Overload {
  /** The whole path in closed loops, by connections, in turn. */
  readonly connections: Map<number, Measurement[]>;
  /** The whole path in an open loop, by calls per second: each round. */
  readonly calls: OpenCurve[];
  /** wallet-core alone, called in batches in an open loop, by movements per second. */
  readonly grpc: OpenCurve[];
}

export type OpenCurveName = 'calls' | 'grpc';
export type CurveName = 'connections' | OpenCurveName;

/** Open loops on one ledger. */
interface OpenCurve {
  readonly points: readonly OpenPoint[];
  /** Calls under way in the closed loops: over HTTP as many as connections. */
  readonly inFlight: number;
  /** Calls of the closed loops around these that were answered busy, or not at all: of any, and they reached no maximum. */
  readonly refused: number;
  /** How long after the overload with a goal ended until all answers were good and quick again; undefined: they were not. */
  readonly recoverySeconds: number | undefined;
}

/** What became of one load. */
export interface OpenPoint {
  /** What was sent, in parts of what the closed loop in front of it reached. */
  readonly load: number;
  readonly measured: Measurement;
  /**
   * What a closed loop reached per second in front of it and behind it: a ledger that has grown takes less, and a machine changes.
   * The maximum that goodput is held against is their mean.
   */
  readonly maxima: readonly [before: number, after: number];
}

const CONNECTIONS = [32, 64, 128, 256, 512, 1024];
/** In parts of the maximum. */
export const OPEN_LOADS = [0.5, 0.8, 1, 1.3, 2];
/** The loads with a goal, in parts of the maximum: recovery is watched after them. */
export const OVERLOADS = { calls: 1.3, grpc: 2 } as const;
export const LOOPS = { calls: 'open loop', grpc: 'gRPC' } as const;
/** How long an open loop lasts, in turns: in a lasting overload its first moments are little of what is seen. */
const OPEN_TURNS = 4;
/** How long a closed loop between them lasts, in turns: two open ones are held against it. */
const MAXIMUM_TURNS = 2;
/** What is asked for behind each, in parts of the maximum, and for how many turns: so the closed loop that follows finds no overload. */
export const AFTERWARDS = { load: 0.5, turns: 2 } as const;
/** An answer that takes no longer is a quick one. */
const QUICK_MS = 200;
/** No lead-in is an overload: it asks for no more than this part of the maximum. */
const LEAD_IN_MOST = 0.8;
const GRPC_BATCH = 32;
const GRPC_IN_FLIGHT = 32;

/** How long one ledger is loaded for it at most, counted in seconds at the maximum. */
export function secondsAtMaximum({ turns, leadInSeconds, seconds, warmUpSeconds }: Options): number {
  const closed = leadInSeconds + seconds;
  const byConnections = warmUpSeconds + CONNECTIONS.length * turns * closed;
  const maximum = leadInSeconds + MAXIMUM_TURNS * seconds;
  const open = OPEN_LOADS.map((load) => {
    const atMaximum = (load * OPEN_TURNS + AFTERWARDS.load * AFTERWARDS.turns) * seconds;
    return leadInSeconds + atMaximum + maximum;
  });
  return Math.max(
    byConnections,
    open.reduce((sum, one) => sum + one, 2 * warmUpSeconds + maximum),
  );
}

/** Each curve on a ledger of its own. */
export async function overload(bench: Bench): Promise<void> {
  await byConnections(bench);
  bench.overload.calls.push(await byCalls(bench, bestOf(bench.overload)));
  bench.overload.grpc.push(await byMovements(bench));
}

/** With how many connections most is reached, of those of whose double there is a figure: the gateway takes 2,048 of one address. */
export function bestOf({ connections }: Overload): number {
  const reached = (count: number) => median((connections.get(count) ?? []).map(({ perSecond }) => perSecond)) ?? 0;
  return CONNECTIONS.slice(0, -1).reduce((best, count) => (reached(count) > reached(best) ? count : best));
}

async function byConnections(bench: Bench): Promise<void> {
  const system = await startOn(bench, await bench.smallLedger());
  const loops = httpLoops(bench, system);
  await loops.warmUp(WARM_UP_CONNECTIONS);
  const { connections: all } = bench.overload;
  await inTurn(bench.tell, bench.options.turns, CONNECTIONS, async (connections) => {
    const measured = await loops.closed(connections);
    bench.tell(`overload, ${connections} connections: ${Math.round(measured.perSecond)} good answers per second`);
    all.set(connections, [...(all.get(connections) ?? []), measured]);
  });
  await loops.stop();
  await system.stop();
}

/** `best`: the connections of the closed loops. */
async function byCalls(bench: Bench, best: number): Promise<OpenCurve> {
  const system = await startOn(bench, await bench.smallLedger());
  const loops = httpLoops(bench, system);
  const curve = await curveOf(bench, 'calls', best, loops);
  await loops.stop();
  await system.stop();
  return curve;
}

/** One generator for all of it: what another takes of the machine would be taken for the product's. */
function httpLoops(bench: Bench, system: Wallet): HttpLoops {
  const [address = ''] = system.addresses;
  return new HttpLoops(bench, [system.core, ...system.gateways], address, bench.bets());
}

async function byMovements(bench: Bench): Promise<OpenCurve> {
  const system = await startOn(bench, await bench.smallLedger(), { gateways: 0 });
  const task = { address: system.coreAddress, batch: GRPC_BATCH };
  const loops = new GrpcLoops(bench, system.core, task, 'overload');
  const curve = await curveOf(bench, 'grpc', GRPC_IN_FLIGHT, loops);
  await loops.stop();
  await system.stop();
  return curve;
}

/** Loads from the least to the most, and what a closed loop of the same generator reaches between them. */
async function curveOf(
  bench: Bench,
  name: OpenCurveName,
  inFlight: number,
  loops: HttpLoops | GrpcLoops,
): Promise<OpenCurve> {
  const { seconds, leadInSeconds, warmUpSeconds } = bench.options;
  const points: OpenPoint[] = [];
  let recoverySeconds: number | undefined;
  let refused = 0;
  const maximum = async () => {
    const { perSecond, busy, lost } = await loops.closed(inFlight, { leadInSeconds, seconds: MAXIMUM_TURNS * seconds });
    refused += busy + lost;
    return perSecond;
  };
  await loops.warmUp(inFlight);
  let before = await maximum();
  // What open loops alone need has to get warm as well.
  const warm = { perSecond: LEAD_IN_MOST * before, seconds: warmUpSeconds };
  if (warmUpSeconds > 0) await loops.open({ leadIn: { ...warm, seconds: 0 }, load: warm });
  for (const load of OPEN_LOADS) {
    const perSecond = load * before;
    const leadIn = { perSecond: Math.min(load, LEAD_IN_MOST) * before, seconds: leadInSeconds };
    const phases = {
      leadIn,
      load: { perSecond, seconds: OPEN_TURNS * seconds },
      afterwards: { perSecond: AFTERWARDS.load * before, seconds: AFTERWARDS.turns * seconds },
    };
    await quiet(bench.tell);
    const { measurement: measured, afterwards } = await loops.open(phases);
    if (load === OVERLOADS[name]) recoverySeconds = recoveryOf(afterwards);
    await quiet(bench.tell);
    const after = await maximum();
    points.push({ load, measured, maxima: [before, after] });
    const [good, ...around] = [measured.perSecond, before, after].map((rate) => Math.round(rate));
    const maxima = `${around.join(' and ')} in the closed loops around it`;
    bench.tell(`overload, ${LOOPS[name]}, ${load} of the maximum: ${good} good answers per second, ${maxima}`);
    before = after;
  }
  return { points, inFlight, refused, recoverySeconds };
}

/** Until when after the overload a tenth of a second had an answer that was not good or not quick; undefined: to the end. */
export function recoveryOf(afterwards: readonly Tenth[]): number | undefined {
  const last = afterwards.findLastIndex(({ due, good, maxMs }) => good < due || maxMs > QUICK_MS);
  return last === afterwards.length - 1 ? undefined : (last + 1) / 10;
}
