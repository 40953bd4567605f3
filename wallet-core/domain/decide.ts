import { freeze, openAccount, openChannel, setPassword } from './acts.js';
import type { Command } from './command.js';
import { decideMovements } from './movements.js';
import { invalid, type Outcome } from './outcome.js';
import type { CommandRecord } from './record.js';
import { decideRefund } from './refund.js';
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

/**
 * All rules of money and players: pure, synchronous, the same for every store. `state` holds everything that
 * `needsOf(command)` names and is not changed; a command is valid in the sense of `faultOf`.
 */
export const decide: Decide = (state, command, moment) => {
  switch (command.type) {
    case 'movements':
      return state.channels.has(command.channel)
        ? decideMovements(state, command, moment)
        : unknownChannel(command.channel);
    case 'refund':
      return state.channels.has(command.channel)
        ? decideRefund(state, command, moment)
        : unknownChannel(command.channel);
    case 'open-channel':
      return openChannel(state, command, moment);
    case 'open-account':
      return openAccount(state, command, moment);
    case 'freeze':
      return freeze(state, command, moment);
    case 'set-password':
      return setPassword(state, command, moment);
  }
};

function unknownChannel(channel: string): Decision {
  const message = `channel ${channel}: not open in this ledger; open it once with AccountService.OpenChannel`;
  return { outcome: invalid('CHANNEL_UNKNOWN', message), records: [] };
}
