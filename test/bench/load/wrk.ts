import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Child } from '../children.js';
import type { Seen } from './load.js';

const SCRIPT = path.join(import.meta.dirname, '../../../../test/bench/load/wrk.lua');

/** A closed loop: each connection sends its next call when it has the answer to its last. */
export interface ClosedLoop {
  /** host:port */
  readonly address: string;
  readonly connections: number;
  readonly seconds: number;
  /** A file of bodies, one a line, and from which byte on. */
  readonly bodies: string;
  readonly offset: number;
  /** Whether bodies may be sent twice if there are not enough. */
  readonly again: boolean;
  /** Whether answers other than success and busy are no reason to give up. */
  readonly log: string;
}

export interface ClosedLoopSeen extends Seen {
  /** Where the next run goes on. */
  readonly offset: number;
  readonly late: number;
}

export function wrkIsThere(): boolean {
  // Without arguments it says how it is used.
  return spawnSync('wrk', ['--version']).error === undefined;
}

/** wrk with one thread: of all generators it leaves the systems most of the machine. */
export function wrk({ address, connections, seconds, bodies, offset, again, log }: ClosedLoop) {
  rmSync(log, { force: true });
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '2s', '-s', SCRIPT, `http://${address}`];
  const child = new Child('generator', 'wrk', [...args, '--', bodies, String(offset), again ? 'again' : 'once'], {
    log,
  });
  return { child, seen: child.ended.then(() => readResult(readFileSync(log, 'utf8'))) };
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
  ] = line.split(' ').map(Number);
  if (ranOut) throw new Error('there are too few prepared bodies for so fast a system; lower --seconds');
  if (bad > 0)
    throw new Error(`${bad} answers are neither success nor busy:\n${output.slice(output.indexOf('bad answer'))}`);
  if (errors > 0) throw new Error(`${errors} connections failed:\n${output}`);
  return { good, busy, seconds: us / 1e6, p50Ms: p50 / 1000, p99Ms: p99 / 1000, p999Ms: p999 / 1000, late, offset };
}
