import { Reason } from '../../../proto/gen/wallet/v1/movement.js';
import type { CheckCommand, Command } from '../../../proto/gen/wallet/v1/posting.js';
import type { Act, Answer } from './act.js';
import { invalid, ofCheck } from './answers.js';
import { postMovements, type Decided } from './movements.js';
import * as is from './past.js';
import type { Event, Past } from './past.js';
import { postRefund } from './refunds.js';
import { isWellFormed } from './well-formed.js';

/**
 * The model: what the system may answer to an act after a past, each with the past afterwards; nearly always there is one.
 * It is written from the pages of the protocols and the comments of wallet.v1, as plainly as can be, and shares no code
 * with what it is held against.
 */
export function perform(past: Past, act: Act): (readonly [past: Past, answer: Answer])[] {
  return act.act === 'post' ? post(past, act.command) : [tell(past, act)];
}

function tell(past: Past, act: Exclude<Act, { act: 'post' }>): readonly [Past, Answer] {
  switch (act.act) {
    case 'open channel': {
      const { channel } = act;
      return record(past, !is.isChannelOpen(past, channel), { what: 'channel', channel });
    }
    case 'open account': {
      const { player, currency } = act;
      return record(past, !is.currenciesOf(past, player).includes(currency), { what: 'account', player, currency });
    }
    case 'freeze':
    case 'unfreeze': {
      const { player, reason } = act;
      if (is.currenciesOf(past, player).length === 0) return [past, 'NOT_FOUND'];
      const on = act.act === 'freeze';
      const changes = is.freezesOf(past, player).includes(reason) !== on;
      return record(past, changes, { what: 'freeze', player, reason, on });
    }
    case 'maintenance': {
      const { channel, on } = act;
      if (!is.isChannelOpen(past, channel)) return [past, 'NOT_FOUND'];
      return record(past, is.isUnderMaintenance(past, channel) !== on, { what: 'maintenance', channel, on });
    }
    case 'balance': {
      const { player, currency } = act;
      if (!is.currenciesOf(past, player).includes(currency)) return [past, 'NOT_FOUND'];
      return [past, `balance ${is.balanceText(past, player, currency)}`];
    }
  }
}

function record(past: Past, changes: boolean, event: Event): readonly [Past, Answer] {
  return changes ? [[...past, event], 'changed'] : [past, 'as it was'];
}

function post(past: Past, command: Command): Decided[] {
  const { channel, body } = command;
  if (!isWellFormed(command) || !body) return [[past, invalid(Reason.MALFORMED)]];
  if (!is.isChannelOpen(past, channel)) return [[past, invalid(Reason.CHANNEL_UNKNOWN)]];
  switch (body.$case) {
    case 'movements':
      return postMovements(past, channel, body.value.movements);
    case 'refund':
      return [postRefund(past, channel, body.value)];
    case 'check':
      return [check(past, channel, body.value)];
  }
}

/** What holds the reference, else the newest refused attempt. */
function check(past: Past, channel: string, { reference, close }: CheckCommand): Decided {
  const found = is.knownOf(past, channel, reference);
  const answer = ofCheck(found, found && past.indexOf(found));
  if (!close || found?.holds || is.isBlocked(past, channel, reference, '')) return [past, answer];
  return [[...past, { what: 'block', channel, reference, player: '' }], answer];
}
