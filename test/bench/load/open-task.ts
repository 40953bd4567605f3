import type { Seen } from './load.js';
import type { Phase } from './schedule.js';

/** What the generator of calls in an open loop is to do. */
export interface OpenTask {
  /** host:port */
  readonly address: string;
  /** The same calls before, of which nothing counts: system and generator are warm then. */
  readonly warmUp: Phase;
  readonly phases: readonly Phase[];
  /** A file of prepared calls, one a line. */
  readonly calls: string;
}

/** What was due within a tenth of a second. */
export interface Tenth {
  readonly due: number;
  readonly good: number;
  /** The longest that a good answer took. */
  readonly maxMs: number;
}

export interface OpenSeen extends Seen {
  /** Calls for which there was no connection, whose connection broke, or that were answered too late. */
  readonly lost: number;
  readonly latestMs: number;
  /** Of good answers alone: a busy one is quick. */
  readonly goodP99Ms: number;
  readonly timeline: readonly Tenth[];
}
