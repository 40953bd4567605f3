import { median } from '../measurement.js';
import type { CurveName, Maxima, Overload, Point } from '../rows/overload.js';
import { lineOf, type Line } from './line.js';

/** The medians of one load. */
export interface CurveLine extends Line {
  /** Connections, or what was sent in parts of the maximum. */
  readonly load: number;
  /** Good answers in parts of the maximum, each round's by its own. */
  readonly ofMaximum: number;
  readonly ofMaximumRange: readonly [number, number];
  /** Of good answers, and of busy ones; undefined: there are none, or the load generator does not tell them apart. */
  readonly goodP99Ms: number | undefined;
  readonly busyP99Ms: number | undefined;
  /** The most that wallet-core had in any round. */
  readonly coreMegabytes: number;
}

export interface Curves extends Readonly<Record<CurveName, readonly CurveLine[]>> {
  /** Medians. */
  readonly maxima: Overload['maxima'];
}

export function curvesOf(rounds: readonly Overload[]): Curves {
  const lines = (curve: CurveName) =>
    (rounds[0]?.[curve] ?? []).map((_, index) => curveLineOf(rounds.flatMap((round) => round[curve][index] ?? [])));
  const middle = (of: (round: Overload) => number) => median(rounds.map(of)) ?? 0;
  const maximaOf = (loop: keyof Overload['maxima']): Maxima => [
    middle(({ maxima }) => maxima[loop][0]),
    middle(({ maxima }) => maxima[loop][1]),
  ];
  const maxima = { calls: maximaOf('calls'), grpc: maximaOf('grpc') };
  return { connections: lines('connections'), calls: lines('calls'), grpc: lines('grpc'), maxima };
}

/** Of the same load in each round. */
function curveLineOf(points: readonly Point[]): CurveLine {
  const measured = points.map((point) => point.measured);
  const parts = points.map(({ ofMaximum }) => ofMaximum);
  const p99s = measured.flatMap(({ goodP99Ms }) => goodP99Ms ?? []);
  return {
    ...lineOf(points[0]?.name ?? '', measured),
    load: points[0]?.load ?? 0,
    ofMaximum: median(parts) ?? 0,
    ofMaximumRange: [Math.min(...parts), Math.max(...parts)],
    goodP99Ms: p99s.length === points.length ? median(p99s) : undefined,
    busyP99Ms: median(measured.flatMap(({ busyP99Ms }) => busyP99Ms ?? [])),
    coreMegabytes: Math.max(...measured.map(({ residentBytes }) => residentBytes['wallet-core'] ?? 0)) / 1e6,
  };
}
