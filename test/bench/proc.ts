import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** CPU time that a process and its threads have used, in milliseconds; 0 if it has ended. */
export function cpuMs(pid: number): number {
  const fields = statOf(pid);
  return fields ? (Number(fields[11]) + Number(fields[12])) * TICK_MS : 0;
}

/** The same of each of these with all that it has started, such as PostgreSQL's servers of its sessions, ended ones included. */
export function treesCpuMs(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = Number(statOf(Number(name))?.[1]);
    if (parent > 0) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const sumOf = (pid: number): number => {
    const fields = statOf(pid) ?? [];
    // Its own, and that of children that have ended.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
    return (children.get(pid) ?? []).reduce((sum, child) => sum + sumOf(child), ticks * TICK_MS);
  };
  return roots.map(sumOf);
}

/** Bytes of its memory that are in RAM now; 0 if it has ended. */
export function residentBytes(pid: number): number {
  return memoryOf(pid, 'VmRSS');
}

/** The fields of /proc/<pid>/stat from `state` on. */
function statOf(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function memoryOf(pid: number, field: string): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
