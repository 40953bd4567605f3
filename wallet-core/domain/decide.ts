import { freeze, openAccount, openChannel, setMaintenance, setPassword } from './acts.js';
import { decideCheck } from './check.js';
import { decideMovements } from './movements.js';
import type { Decide, Decision } from './decision.js';
import { endSessions, issueToken, logIn } from './log-in.js';
import { invalid } from './outcome.js';
import { decideRefund } from './refund.js';
import { witnessed } from './witnessed.js';

/**
 * All rules of money and players: pure, synchronous, the same for every store. `state` holds everything that
 * `needsOf(command)` names and is not changed; a command is valid in the sense of `faultOf`.
 */
export const decide: Decide = (state, command, moment) => witnessed(command, moment, decided(state, command, moment));

const decided: Decide = (state, command, moment) => {
  switch (command.type) {
    case 'movements':
      return state.channels.has(command.channel)
        ? decideMovements(state, command, moment)
        : unknownChannel(command.channel);
    case 'refund':
      return state.channels.has(command.channel)
        ? decideRefund(state, command, moment)
        : unknownChannel(command.channel);
    case 'check':
      return state.channels.has(command.channel)
        ? decideCheck(state, command, moment)
        : unknownChannel(command.channel);
    case 'open-channel':
      return openChannel(state, command, moment);
    case 'maintenance':
      return setMaintenance(state, command, moment);
    case 'open-account':
      return openAccount(state, command, moment);
    case 'freeze':
      return freeze(state, command, moment);
    case 'set-password':
      return setPassword(state, command, moment);
    case 'issue-token':
      return issueToken(state, command, moment);
    case 'log-in':
      return state.channels.has(command.channel) ? logIn(state, command, moment) : unknownChannel(command.channel);
    case 'end-sessions':
      return endSessions(state, command, moment);
    case 'act':
      return { outcome: { status: 'DONE', changed: true }, records: [] };
  }
};

function unknownChannel(channel: string): Decision {
  const message = `channel ${channel}: not open in this ledger; open it once with AccountService.OpenChannel`;
  return { outcome: invalid('CHANNEL_UNKNOWN', message), records: [] };
}
