import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Process } from '../system.js';

/** Stops a process as a debugger or a machine that has no time for it does, and waits until all its threads stand still. */
export async function freeze({ child }: Process): Promise<void> {
  child.kill('SIGSTOP');
  while (statesOf(child.pid ?? 0).some((state) => state !== 'T')) await delay(1);
}

export function unfreeze({ child }: Process): void {
  child.kill('SIGCONT');
}

/** The states of its threads, as Linux tells them: "T" is stopped. */
function statesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const stat = statOf(`/proc/${pid}/task/${thread}`);
    return stat === undefined ? [] : [stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)];
  });
}

/** Undefined of a thread that has ended meanwhile: one that verifies comes and goes. */
function statOf(thread: string): string | undefined {
  try {
    return readFileSync(path.join(thread, 'stat'), 'utf8');
  } catch (error) {
    if (existsSync(thread)) throw error;
    return undefined;
  }
}
