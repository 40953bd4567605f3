import { median, type Measurement } from '../measurement.js';

/** The medians of one case. */
export interface Line {
  readonly name: string;
  /** How often it was measured. */
  readonly times: number;
  readonly perSecond: number;
  /** The slowest and the fastest time. */
  readonly range: readonly [number, number];
  /** In all: answered busy, and not answered in time or not sent. */
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

export function lineOf(name: string, all: readonly Measurement[]): Line {
  const middle = (of: (one: Measurement) => number) => median(all.map(of)) ?? 0;
  const rates = all.map(({ perSecond }) => perSecond);
  const processes = Object.keys(all[0]?.cpuUs ?? {});
  return {
    name,
    times: all.length,
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
