import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { LoadGenerator } from './generator.js';
import type { Running, Seen } from './load.js';
import type { Times } from './schedule.js';
import { wrk, wrkIsThere } from './wrk.js';

/** A closed loop: each connection sends its next bet when it has the answer to its last. */
export interface ClosedLoop extends Times {
  /** host:port, with https:// before it for TLS. */
  readonly address: string;
  readonly connections: number;
  /** A file of bodies, one a line, and from which byte on. */
  readonly bodies: string;
  readonly offset: number;
  /** Whether bodies may be sent twice if there are not enough. */
  readonly again: boolean;
}

export interface ClosedLoopSeen extends Seen {
  /** Where the next run goes on. */
  readonly offset: number;
  /** Good answers, with those before the time that counts. */
  readonly made: number;
}

export function urlOf(address: string): string {
  return address.includes('://') ? address : `http://${address}`;
}

/** wrk, which leaves the systems most of the machine; autocannon where it is not installed. */
export const CLOSED_LOOP_TOOL = wrkIsThere() ? 'wrk' : 'autocannon';

/** Starts the load generator; `log` is for its output. */
export function closedLoop(load: ClosedLoop, log: string): Running<ClosedLoopSeen> {
  if (CLOSED_LOOP_TOOL === 'wrk') return wrk(load, log);
  const one = new LoadGenerator<ClosedLoop, ClosedLoopSeen>('load/autocannon-main.js', {}, log);
  const { seen, ...running } = one.run(load);
  return { ...running, seen: seen.finally(() => one.stop()) };
}

const LINE_BYTES_MAX = 2 ** 14;

/** Where so many generators begin that share a file of bodies. */
export function startsIn(bodies: string, count: number): number[] {
  const { size } = statSync(bodies);
  const file = openSync(bodies, 'r');
  try {
    return Array.from({ length: count }, (_, index) => {
      if (index === 0) return 0;
      const position = Math.floor((size * index) / count);
      const part = Buffer.alloc(LINE_BYTES_MAX);
      readSync(file, part, 0, LINE_BYTES_MAX, position);
      return position + part.indexOf('\n') + 1;
    });
  } finally {
    closeSync(file);
  }
}
