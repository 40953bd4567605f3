import { readdirSync, readFileSync } from 'node:fs';
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
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  });
}
