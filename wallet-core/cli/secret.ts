import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** A line that nobody sees: typed at a terminal without an echo, or the first of standard input. */
export async function readSecret(prompt: string): Promise<string> {
  const stdin = process.stdin;
  const stderr = process.stderr;
  const silent = new Writable({ write: (_part, _encoding, done) => done() });
  if (stdin.isTTY) stderr.write(prompt);
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    throw new Error('standard input has no line with it');
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
