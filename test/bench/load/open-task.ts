import type { Seen } from './load.js';
import type { Phase } from './schedule.js';

/** What all loads of a generator of calls in an open loop have in common. */
export interface OpenTask {
  /** host:port */
  readonly address: string;
  /** A file of prepared calls, one a line. */
  readonly calls: string;
}

export interface OpenLoad {
  /** From which byte of the calls on. */
  readonly offset: number;
  /** The same calls before, of which nothing counts: each connection has had one then. */
  readonly warmUp: Phase;
  readonly load: Phase;
  /** A lesser load right behind it, to see how soon all is well again; nothing else of it counts. */
  readonly afterwards?: Phase;
}

export interface OpenSeen extends Seen {
  /** Where the next load goes on. */
  readonly offset: number;
}
