import { writeSync } from 'node:fs';

/** Prints what a command came to, for machines or for a person. All of it is out before the process ends, also into a pipe. */
export function print(json: boolean, report: object, text: () => string): void {
  const output = json ? JSON.stringify(report, asNumber, 2) : text();
  let rest = Buffer.from(`${output}\n`);
  while (rest.length > 0) rest = rest.subarray(written(rest));
}

const FULL_PIPE_MS = 5;
const never = new Int32Array(new SharedArrayBuffer(4));

/** How many of the bytes are out: a pipe takes 64 KB at once, and more when somebody has read them. */
function written(bytes: Buffer): number {
  try {
    return writeSync(process.stdout.fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What was done is done, also if nobody reads it.
    if (code === 'EPIPE') return bytes.length;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(never, 0, 0, FULL_PIPE_MS);
    return 0;
  }
}

function asNumber(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
