import type { CheckCommand } from './command.js';
import type { Decision, Moment } from './decision.js';
import type { State } from './state.js';

/**
 * What became of a reference (api-v1, transaction-check). Whoever is told that it did not happen takes it for failed for
 * good, so a debit that is still on its way must find it closed. A refused settlement may be sent again, but not as a debit
 * once it was reported so.
 */
export function decideCheck(state: State, command: CheckCommand, { firstId: id }: Moment): Decision {
  const { channel, reference, close } = command;
  const held = state.movement(channel, reference);
  const outcome = { status: 'CHECKED' as const, movement: held ?? state.attempt(channel, reference) };
  const closes = close && !held && !state.isBlocked(channel, reference, '');
  return { outcome, records: closes ? [{ type: 'block', id, channel, reference, player: '' }] : [] };
}
