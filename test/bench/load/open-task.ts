import type { Seen } from './load.js';
import type { Phases } from './schedule.js';

/** What all loads of a generator of calls in an open loop have in common. */
export interface OpenTask {
  /** host:port */
  readonly address: string;
  /** A file of prepared calls, one a line. */
  readonly calls: string;
}

export interface OpenLoad extends Phases {
  /** From which byte of the calls on. */
  readonly offset: number;
}

export interface OpenSeen extends Seen {
  /** Where the next load goes on. */
  readonly offset: number;
}
