import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const MAIN = path.join(import.meta.dirname, 'log-main.js');

/** More than a pipe takes. */
const LINES = 5_000;

/** A process that has given all its lines to its log, and whose output nobody reads yet. */
async function writer(lines = LINES): Promise<ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> }> {
  const child = spawn(process.execPath, [MAIN, String(lines)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => expect.fail(`ended with ${code}`))]);
  return child as Awaited<ReturnType<typeof writer>>;
}

/** Tells it to end; its exit code. */
async function end(child: ChildProcess, how: 'fatal' | 'exit'): Promise<unknown> {
  const ended = once(child, 'exit');
  child.send(how);
  return (await ended)[0];
}

/** The numbers of its lines, each of which is one of JSON. */
function numbers(output: string): unknown[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { n?: number }).n);
}

describe('the log', () => {
  const all = Array.from({ length: LINES }, (_, index) => index + 1);

  it('waits for nobody who does not read it, and loses nothing when he goes on', async () => {
    const child = await writer();
    const output = text(child.stdout);
    const code = end(child, 'exit');
    expect(numbers(await output)).to.deep.equal(all);
    expect(await code).to.equal(3);
  });

  it('keeps 8 MB for a reader who stands still, and says how many lines it has left out then', async () => {
    const lines = 50_000;
    const child = await writer(lines);
    const told: { n?: number; lines?: number }[] = [];
    for await (const line of createInterface(child.stdout)) {
      const read = JSON.parse(line) as (typeof told)[number];
      told.push(read);
      if (read.lines !== undefined) child.send('exit');
    }
    const kept = told.flatMap(({ n }) => n ?? []);
    expect(kept, 'in order').to.deep.equal(kept.toSorted((a, b) => a - b));
    expect(kept.length).to.be.above(LINES).and.below(lines);
    expect(told).to.have.lengthOf(kept.length + 1);
    expect(told.at(-1)).to.include({ level: 40, lines: lines - kept.length });
  });

  it('does not keep a process from its end, which nobody reads', async () => {
    expect(await end(await writer(), 'exit')).to.equal(3);
  });

  it('does not keep a process from its end, fatal or not, when its reader is dead', async () => {
    for (const how of ['fatal', 'exit'] as const) {
      const child = await writer();
      child.stdout.destroy();
      expect(await end(child, how)).to.equal(3);
    }
  });

  it('has the fatal line behind which a process ends', async () => {
    const child = await writer(0);
    const output = text(child.stdout);
    expect(await end(child, 'fatal')).to.equal(3);
    expect(await output).to.match(/"level":60.*"msg":"the last line"\}\n$/);
  });
});
