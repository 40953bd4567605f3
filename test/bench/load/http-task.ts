import type { Seen } from './load.js';
import type { ClosedLoad, OpenLoad } from './loops.js';

/** What all loads of a generator of HTTP calls have in common. */
export interface HttpTask {
  /** host:port */
  readonly address: string;
  /** A file of prepared calls, one a line. */
  readonly calls: string;
}

export interface HttpLoad {
  /** From which byte of the calls on. */
  readonly offset: number;
  readonly load: ClosedLoad | OpenLoad;
}

export interface HttpSeen extends Seen {
  /** Where the next load goes on. */
  readonly offset: number;
}
