import type { Child } from '../children.js';
import type { Measurement } from '../measurement.js';
import { cpuMs, residentBytes, treesCpuMs } from '../proc.js';
import type { Tenth } from './tally.js';

/** What a load generator saw. */
export interface Seen {
  readonly good: number;
  /** Good answers that came in its time, also to what was sent before it. Absent: those are `good`. */
  readonly arrived?: number;
  readonly busy: number;
  /** Calls that nobody answered in time, or that could not be sent. */
  readonly lost?: number;
  /** In an open loop: the most by which a call left later than it was due. */
  readonly latestMs?: number;
  readonly seconds: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
  /** Of good answers alone, and of busy ones. Absent: there are none, or the generator does not tell them apart. */
  readonly goodP99Ms?: number | undefined;
  readonly busyP99Ms?: number | undefined;
  /** What was due in a lesser load behind it, if there was one. */
  readonly afterwards?: readonly Tenth[];
  /** The CPU time that the generator took for it, if it tells itself. */
  readonly cpuMs?: number;
}

/** A load generator at work. */
export interface Running<S extends Seen> {
  readonly child: Child;
  /** When the time that is measured begins: after its warm-up, if it has one. */
  readonly begun: Promise<unknown>;
  /** When it is over: before a lesser load behind it, if there is one. */
  readonly over: Promise<unknown>;
  readonly seen: Promise<S>;
}

/** Runs a load generator, of one or more processes, against processes, and accounts for their CPU time and memory. */
export async function measure<S extends Seen>(
  systems: readonly Child[],
  generators: () => readonly Running<S>[],
): Promise<{ measurement: Measurement; seen: readonly S[] }> {
  const running = generators();
  const watch = watchProcesses(
    systems,
    running.map(({ child }) => child),
  );
  const used = async (since: readonly Promise<unknown>[]) => {
    await Promise.all(since);
    return treesCpuMs(systems.map(({ pid }) => pid));
  };
  const [before, generatorsBefore, after, seen] = await Promise.all([
    used(running.map(({ begun }) => begun)),
    Promise.all(running.map(({ child, begun }) => begun.then(() => cpuMs(child.pid)))),
    used(running.map(({ over }) => over)),
    Promise.all(running.map((generator) => generator.seen)),
  ]).finally(watch.stop);
  const good = sum(seen.map(({ good, arrived = good }) => arrived));
  const cpuUs: Record<string, number> = {};
  systems.forEach(({ name }, index) => {
    const usedMs = (after[index] ?? 0) - (before[index] ?? 0);
    cpuUs[name] = (cpuUs[name] ?? 0) + (1000 * usedMs) / Math.max(good, 1);
  });
  const told = seen.every((one) => one.cpuMs !== undefined);
  const generatorMs = told ? sum(seen.map((one) => one.cpuMs ?? 0)) : watch.generatorMs() - sum(generatorsBefore);
  const seconds = Math.max(...seen.map((one) => one.seconds));
  return {
    measurement: {
      perSecond: sum(seen.map(({ good, arrived = good, seconds }) => arrived / seconds)),
      busy: sum(seen.map((one) => one.busy)),
      lost: sum(seen.map((one) => one.lost ?? 0)),
      latestMs: Math.max(...seen.map((one) => one.latestMs ?? 0)),
      ...slowestOf(seen),
      goodP99Ms: seen.length === 1 ? seen[0]?.goodP99Ms : undefined,
      busyP99Ms: seen.length === 1 ? seen[0]?.busyP99Ms : undefined,
      cpuUs,
      residentBytes: watch.residentBytes(),
      generatorCores: generatorMs / 1000 / seconds,
    },
    seen,
  };
}

/** Several generators share a load: of each percentile the slowest counts. */
function slowestOf(seen: readonly Seen[]): Pick<Measurement, 'p50Ms' | 'p99Ms' | 'p999Ms'> {
  const slowest = (of: (one: Seen) => number | undefined) => Math.max(...seen.map((one) => of(one) ?? 0));
  return {
    p50Ms: slowest((one) => one.p50Ms),
    p99Ms: slowest((one) => one.p99Ms),
    p999Ms: slowest((one) => one.p999Ms),
  };
}

/** What is known of a process is lost when it ends, and a peak passes: looks now and then. */
function watchProcesses(systems: readonly Child[], generators: readonly Child[]) {
  const used = new Map<number, number>();
  const resident: Record<string, number> = {};
  const look = () => {
    for (const { pid } of generators) used.set(pid, Math.max(used.get(pid) ?? 0, cpuMs(pid)));
    for (const { name, pid } of systems) resident[name] = Math.max(resident[name] ?? 0, residentBytes(pid));
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => clearInterval(timer),
    generatorMs: () => sum([...used.values()]),
    residentBytes: () => resident,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
