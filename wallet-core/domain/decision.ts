import type { Command } from './command.js';
import type { Outcome } from './outcome.js';
import type { CommandRecord } from './record.js';
import type { State } from './state.js';

/** When a command is decided and where its records will stand: arguments, because the rules know no clock. */
export interface Moment {
  readonly timeMs: bigint;
  /** The id of the command's first record; those after it follow by one. */
  readonly firstId: bigint;
}

/** What a command comes to: the answer, and the records that make it true once they are on disk. */
export interface Decision {
  readonly outcome: Outcome;
  readonly records: readonly CommandRecord[];
}

export type Decide = (state: State, command: Command, moment: Moment) => Decision;
