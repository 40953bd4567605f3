import type { Child } from '../children.js';
import type { Measurement } from '../measurement.js';
import { cpuMs } from '../proc.js';

/** What a load generator saw. */
export interface Seen {
  readonly good: number;
  readonly busy: number;
  readonly seconds: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly p999Ms?: number;
  /** The CPU time that the generator took for it, if it tells itself. */
  readonly cpuMs?: number;
}

/** Runs a load generator, of one or more processes, against processes, and accounts for their CPU time. */
export async function measure<S extends Seen>(
  systems: readonly Child[],
  generators: () => readonly { readonly child: Child; readonly seen: Promise<S> }[],
): Promise<{ measurement: Measurement; seen: readonly S[] }> {
  const before = systems.map(({ pid }) => cpuMs(pid));
  const running = generators();
  const watch = watchCpu(running.map(({ child }) => child.pid));
  const seen = await Promise.all(running.map((generator) => generator.seen)).finally(watch.stop);
  const after = systems.map(({ pid }) => cpuMs(pid));
  const good = sum(seen.map((one) => one.good));
  const seconds = Math.max(...seen.map((one) => one.seconds));
  const perGood = (ms: number) => (1000 * ms) / Math.max(good, 1);
  const cpuUs: Record<string, number> = {};
  systems.forEach(({ name }, index) => {
    cpuUs[name] = (cpuUs[name] ?? 0) + perGood((after[index] ?? 0) - (before[index] ?? 0));
  });
  const [first] = seen;
  const measurement = {
    perSecond: sum(seen.map((one) => one.good / one.seconds)),
    good,
    busy: sum(seen.map((one) => one.busy)),
    // Several generators share one load and see the same.
    ...(first?.p50Ms === undefined ? {} : { p50Ms: first.p50Ms }),
    ...(first?.p99Ms === undefined ? {} : { p99Ms: first.p99Ms }),
    ...(first?.p999Ms === undefined ? {} : { p999Ms: first.p999Ms }),
    cpuUs,
    generatorCores:
      (seen.every((one) => one.cpuMs !== undefined) ? sum(seen.map((one) => one.cpuMs ?? 0)) : watch.cpuMs()) /
      1000 /
      seconds,
  };
  return { measurement, seen };
}

/** What is known of a process's CPU time is lost when it ends: looks now and then. */
function watchCpu(pids: readonly number[]) {
  const used = new Map<number, number>();
  const look = () => {
    for (const pid of pids) used.set(pid, Math.max(used.get(pid) ?? 0, cpuMs(pid)));
  };
  const timer = setInterval(look, 50);
  return { stop: () => clearInterval(timer), cpuMs: () => sum([...used.values()]) };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
