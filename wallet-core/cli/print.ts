import { writeSync } from 'node:fs';

/** Prints what a command came to, for machines or for a person. All of it is out before the process ends, also into a pipe. */
export function print(json: boolean, report: object, text: () => string): void {
  const output = json ? JSON.stringify(report, asNumber, 2) : text();
  try {
    writeSync(process.stdout.fd, `${output}\n`);
  } catch (error) {
    // What was done is done, also if nobody reads it.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

function asNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
