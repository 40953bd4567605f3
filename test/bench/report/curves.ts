import { median, ratiosOf, type Measurement } from '../measurement.js';
import {
  bestOf,
  LOOPS,
  OPEN_LOADS,
  type CurveName,
  type OpenCurveName,
  type OpenPoint,
  type Overload,
} from '../rows/overload.js';
import { lineOf, type Line } from './line.js';

/** The medians of one load. */
export interface CurveLine extends Line {
  /** Connections, or what was sent in parts of the maximum. */
  readonly load: number;
  /** Good answers in parts of the maximum of the same moments. */
  readonly ofMaximum: number;
  readonly ofMaximumRange: readonly [number, number];
  /** What that maximum was, per second: the median of the times. */
  readonly maximum: number;
  /** Of an open loop: what the closed ones in front of it and behind it reached, per second, each time. */
  readonly around: readonly OpenPoint['maxima'][];
  /** Of good answers, and of busy ones; undefined: there are none, or the load generator does not tell them apart. */
  readonly goodP99Ms: number | undefined;
  readonly busyP99Ms: number | undefined;
  /** The most memory that each process of the product had in any round. */
  readonly megabytes: Readonly<Record<string, number>>;
}

export interface Curves extends Readonly<Record<CurveName, readonly CurveLine[]>> {
  /** Of the closed loops around the open ones, per second. */
  readonly maxima: Readonly<Record<OpenCurveName, number>>;
  /** Calls that were refused or lost in these: of any, and the maximum is too low. */
  readonly refused: Readonly<Record<OpenCurveName, number>>;
  /** The connections of these over HTTP, in each round. */
  readonly best: readonly number[];
}

/** Undefined: it was not measured. */
export function curvesOf(overload: Overload): Curves | undefined {
  if (overload.connections.size === 0) return undefined;
  const open = (curve: OpenCurveName) =>
    OPEN_LOADS.map((load) => {
      const points = pointsOf(overload, curve, load);
      const measured = points.map((point) => point.measured);
      const name = `${LOOPS[curve]}, ${load} of the maximum`;
      const line = curveLineOf(name, load, measured, maximaOf(overload, curve, load));
      return { ...line, around: points.map(({ maxima }) => maxima) };
    });
  const connections = [...overload.connections].map(([load, measured]) =>
    curveLineOf(`${load.toLocaleString('en')} connections`, load, measured, maximaOf(overload, 'connections', load)),
  );
  const maximum = (curve: OpenCurveName) =>
    median(OPEN_LOADS.flatMap((load) => pointsOf(overload, curve, load).flatMap(({ maxima }) => maxima))) ?? 0;
  const maxima = { calls: maximum('calls'), grpc: maximum('grpc') };
  const refused = { calls: refusedAround(overload, 'calls'), grpc: refusedAround(overload, 'grpc') };
  const best = overload.calls.map(({ inFlight }) => inFlight);
  return { connections, calls: open('calls'), grpc: open('grpc'), maxima, refused, best };
}

/** Calls that were refused or lost in the closed loops around the open ones: then these are no maxima. */
export function refusedAround(overload: Overload, curve: OpenCurveName): number {
  return overload[curve].reduce((sum, { refused }) => sum + refused, 0);
}

/** Good answers under one load in parts of the maximum: each time that it was measured. */
export function goodputs(overload: Overload, curve: CurveName, load: number): number[] {
  const reached =
    curve === 'connections'
      ? (overload.connections.get(load) ?? [])
      : pointsOf(overload, curve, load).map(({ measured }) => measured);
  return ratiosOf(
    reached.map(({ perSecond }) => perSecond),
    maximaOf(overload, curve, load),
  );
}

/** What goodput under one load is held against, per second: each time that it was measured. */
function maximaOf(overload: Overload, curve: CurveName, load: number): number[] {
  if (curve === 'connections') {
    return (overload.connections.get(bestOf(overload)) ?? []).map(({ perSecond }) => perSecond);
  }
  return pointsOf(overload, curve, load).map(({ maxima: [before, after] }) => (before + after) / 2);
}

/** The same with twice the connections that reach most. */
export function twiceTheConnections(overload: Overload): number[] {
  return goodputs(overload, 'connections', 2 * bestOf(overload));
}

/** The same load in each round. */
function pointsOf(overload: Overload, curve: OpenCurveName, load: number): OpenPoint[] {
  return overload[curve].flatMap(({ points }) => points.find((point) => point.load === load) ?? []);
}

function curveLineOf(
  name: string,
  load: number,
  measured: readonly Measurement[],
  maxima: readonly number[],
): CurveLine {
  const parts = ratiosOf(
    measured.map(({ perSecond }) => perSecond),
    maxima,
  );
  const p99s = measured.flatMap(({ goodP99Ms }) => goodP99Ms ?? []);
  const processes = Object.keys(measured[0]?.residentBytes ?? {});
  const most = (process: string) => Math.max(...measured.map(({ residentBytes }) => residentBytes[process] ?? 0));
  return {
    ...lineOf(name, measured),
    load,
    ofMaximum: median(parts) ?? 0,
    ofMaximumRange: [Math.min(...parts), Math.max(...parts)],
    maximum: median(maxima) ?? 0,
    around: [],
    goodP99Ms: p99s.length === measured.length ? median(p99s) : undefined,
    busyP99Ms: median(measured.flatMap(({ busyP99Ms }) => busyP99Ms ?? [])),
    megabytes: Object.fromEntries(processes.map((process) => [process, most(process) / 1e6])),
  };
}
