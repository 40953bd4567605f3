import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Report } from './report/report.js';

const MAIN = path.join(import.meta.dirname, 'bench-main.js');
const ROOT = path.join(import.meta.dirname, '../../..');

/** Runs the benchmark as `npm run bench` does. */
async function bench(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  const [code] = (await ended) as [number | null];
  return { code, output };
}

describe('the benchmark', () => {
  let folder: string;

  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-bench-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('measures what it is told to and leaves the documentation alone when it is quick', async () => {
    const page = readFileSync(path.join(ROOT, 'docs/performance.md'), 'utf8');
    const rows = ['echo', 'wallet', 'storage', 'mixed'];
    // The figures of a real run are kept.
    const result = path.join(folder, 'result.json');
    const { code, output } = await bench('--quick', '--result', result, '--rows', ...rows);
    expect(code, output).to.equal(0);
    const { complete, lines, measures, leftOut } = JSON.parse(readFileSync(result, 'utf8')) as Report;
    const measured = [
      ...['echo, 64 connections', 'echo, 256 connections', 'wallet, 64 connections', 'wallet, 256 connections'],
      ...['storage, groups of 1', 'storage, groups of 32', 'storage, groups of 512'],
      ...['echo, mixed at half of the maximum', 'wallet, mixed at half of the maximum'],
    ];
    expect(lines.map(({ name }) => name)).to.have.members(measured);
    expect(complete).to.equal(true);
    expect(leftOut).to.deep.equal({});
    for (const { name, perSecond } of lines) expect(perSecond, name).to.be.above(0);
    const wallet = lines.find(({ name }) => name === 'wallet, 64 connections');
    expect(wallet?.cpuUs).to.have.keys('wallet-core', 'gateway');
    const reached = measures.filter((measure) => measure.reached !== undefined).map(({ measure }) => measure);
    expect(reached).to.include.members([
      '`wallet` ÷ `echo`, throughput, 64 connections',
      'CPU time per callback, gateway',
    ]);
    expect(readFileSync(path.join(ROOT, 'docs/performance.md'), 'utf8')).to.equal(page);
    expect(output).to.contain('The documentation is left as it is: not measured: wallet-grpc, ');
  });
});
