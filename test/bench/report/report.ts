import type { Bench } from '../bench.js';
import { CLOSED_LOOP_TOOL } from '../load/closed-loop.js';
import { median, type Measurement } from '../measurement.js';
import type { Curves } from '../rows/overload.js';
import type { Machine } from './machine.js';
import { measuresOf, type Measure } from './measures.js';

/** The medians of one case. */
export interface Line {
  readonly name: string;
  readonly rounds: number;
  readonly perSecond: number;
  /** The slowest and the fastest round. */
  readonly range: readonly [number, number];
  /** In all rounds: answered busy, and not answered in time or not sent. */
  readonly busy: number;
  readonly lost: number;
  /** The most by which a call of an open loop left later than it was due. */
  readonly latestMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly generatorCores: number;
}

/** What a run came to: the JSON that it writes, and all that tables and chart are made of. */
export interface Report {
  /** False: the run went on, or ended by an error. */
  readonly complete: boolean;
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly loadGenerator: string;
  readonly options: Bench['options'];
  readonly lines: readonly Line[];
  readonly measures: readonly Measure[];
  readonly leftOut: Readonly<Record<string, string>>;
  readonly curves: Curves | undefined;
}

export function reportOf(bench: Bench, machine: Machine, complete: boolean): Report {
  return {
    complete,
    date: new Date().toISOString().slice(0, 10),
    machine,
    versions: Object.fromEntries(bench.versions),
    loadGenerator: CLOSED_LOOP_TOOL,
    options: bench.options,
    lines: [...bench.results].map(([name, all]) => lineOf(name, all)),
    measures: measuresOf(bench),
    leftOut: Object.fromEntries(bench.leftOut),
    curves: bench.curves,
  };
}

function lineOf(name: string, all: readonly Measurement[]): Line {
  const middle = (of: (one: Measurement) => number) => median(all.map(of)) ?? 0;
  const rates = all.map(({ perSecond }) => perSecond);
  const processes = Object.keys(all[0]?.cpuUs ?? {});
  return {
    name,
    rounds: all.length,
    perSecond: middle((one) => one.perSecond),
    range: [Math.min(...rates), Math.max(...rates)],
    busy: all.reduce((sum, one) => sum + one.busy, 0),
    lost: all.reduce((sum, one) => sum + one.lost, 0),
    latestMs: Math.max(...all.map((one) => one.latestMs)),
    p50Ms: middle((one) => one.p50Ms),
    p99Ms: middle((one) => one.p99Ms),
    p999Ms: middle((one) => one.p999Ms),
    cpuUs: Object.fromEntries(processes.map((process) => [process, middle((one) => one.cpuUs[process] ?? 0)])),
    generatorCores: middle((one) => one.generatorCores),
  };
}
