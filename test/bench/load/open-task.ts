import type { Seen } from './load.js';
import type { Phase } from './schedule.js';

/** What the generator of calls in an open loop is to do. */
export interface OpenTask {
  /** host:port */
  readonly address: string;
  /** The same calls before, of which nothing counts: system and generator are warm then. */
  readonly warmUp: Phase;
  readonly load: Phase;
  /** A lesser load right behind it, to see how soon all is well again; nothing else of it counts. */
  readonly afterwards?: Phase;
  /** A file of prepared calls, one a line, and from which byte on. */
  readonly calls: string;
  readonly offset: number;
}

export interface OpenSeen extends Seen {
  /** Where the next run goes on. */
  readonly offset: number;
}
