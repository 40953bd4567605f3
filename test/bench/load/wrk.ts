import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Child } from '../children.js';
import { type ClosedLoop, type ClosedLoopSeen, urlOf } from './closed-loop.js';
import type { Running } from './load.js';
import { GIVEN_UP_MS } from './tally.js';

const SCRIPT = path.join(import.meta.dirname, '../../../../test/bench/load/wrk.lua');

export function wrkIsThere(): boolean {
  return spawnSync('wrk', ['--version']).error === undefined;
}

/** wrk with one thread. */
export function wrk(
  { address, connections, leadInSeconds, seconds, bodies, offset, again }: ClosedLoop,
  log: string,
): Running<ClosedLoopSeen> {
  const loop = [
    '-t1',
    `-c${connections}`,
    `-d${leadInSeconds + seconds}s`,
    '--timeout',
    `${GIVEN_UP_MS / 1000}s`,
    '-s',
    SCRIPT,
    urlOf(address),
  ];
  const args = [...loop, '--', bodies, String(offset), again ? 'again' : 'once', String(leadInSeconds)];
  const child = new Child('generator', 'wrk', args, { log });
  const seen = child.ended.then(() => readResult(readFileSync(log, 'utf8')));
  // wrk does not tell when.
  return { child, begun: setTimeout(1000 * leadInSeconds), over: child.ended, seen };
}

function readResult(output: string): ClosedLoopSeen {
  const line = /^result (.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk gave no result:\n${output}`);
  const [
    good = 0,
    busy = 0,
    bad = 0,
    us = 0,
    p50 = 0,
    p99 = 0,
    p999 = 0,
    late = 0,
    errors = 0,
    offset = 0,
    ranOut = 0,
    made = 0,
    refused = 0,
  ] = line.split(' ').map(Number);
  if (ranOut)
    throw new Error('there are too few prepared bodies for so fast a system: raise PER_SECOND_MAX in bench.ts');
  if (bad > 0) {
    throw new Error(`${bad} answers are neither success nor busy:\n${output.slice(output.indexOf('bad answer'))}`);
  }
  if (errors > 0) throw new Error(`${errors} connections failed:\n${output}`);
  // What came after eBET gave up is no success. wrk counts it when it comes, so none in a lead-in, which is shorter than that.
  const inTime = Math.max(0, good - late);
  const latencies = { p50Ms: p50 / 1000, p99Ms: p99 / 1000, p999Ms: p999 / 1000 };
  const goodP99Ms = refused === 0 ? latencies.p99Ms : undefined;
  return { good: inTime, busy, lost: Math.min(good, late), seconds: us / 1e6, ...latencies, goodP99Ms, offset, made };
}
