import type { Tenth } from './load/tally.js';

/** What one run of a load against one system came to. */
export interface Measurement {
  /** Answers that say success, or movements, per second. */
  readonly perSecond: number;
  /** Answers that say "busy, try again". */
  readonly busy: number;
  /** Calls that nobody answered in time, or that could not be sent. */
  readonly lost: number;
  /** The most by which a call of an open loop left later than it was due: more than a little, and it was not that load. */
  readonly latestMs: number;
  /** 0 where nobody waits for single answers. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Of good answers alone, because busy ones are quick, and of busy ones; undefined: there are none, or not known. */
  readonly goodP99Ms: number | undefined;
  readonly busyP99Ms: number | undefined;
  /** CPU time per good answer of each process that is measured, by name, in microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** The most memory that each had in RAM. */
  readonly residentBytes: Readonly<Record<string, number>>;
  /** How busy the load generator was, 1 being a whole core: near 1 it is what is measured. */
  readonly generatorCores: number;
}

/** A measurement, and what was due in a lesser load right behind it, if there was one. */
export interface Watched {
  readonly measurement: Measurement;
  readonly afterwards: readonly Tenth[];
}

/** Less is the turn of another process on the same cores. */
export const BEHIND_MS = 100;

/** Each of the first ÷ the one in the same place of the second, which were measured in the same turn; none without both. */
export function ratiosOf(parts: readonly number[], wholes: readonly number[]): number[] {
  if (parts.length === 0 || wholes.length === 0) return [];
  if (parts.length !== wholes.length) throw new Error(`${parts.length} values cannot be held against ${wholes.length}`);
  return parts.map((part, place) => part / (wholes[place] as number));
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** What this part of the values, from 0 to 1, lies below; between two of them in proportion. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const [lower, upper] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return upper === undefined || lower === undefined ? undefined : lower + (upper - lower) * (place % 1);
}

/** With so many decimals. What binary fractions are off by does not count: 0.58 times 100 would be rounded down to 57. */
export function rounded(value: number, decimals: number, round: (value: number) => number): string {
  const exact = Number((value * 10 ** decimals).toPrecision(12));
  return (round(exact) / 10 ** decimals).toFixed(decimals);
}
