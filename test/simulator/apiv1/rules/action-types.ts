import { ACTION_TYPE_CODES, actionType, type ActionTypeCode } from '../action-types.js';
import type { Caller } from '../caller.js';
import type { RuleRow } from '../rule.js';

const SIGNS = {
  debit: 'may be negative or zero; a positive amount is refused with OTHERS',
  credit: 'may be positive or zero; a negative amount is refused with OTHERS',
  either: 'may be positive, negative or zero: its sign decides',
};

/** One rule for each action type: which signs it takes, and whether a refusal is final. */
export const ACTION_TYPE_RULES: readonly RuleRow[] = ACTION_TYPE_CODES.map((type) => {
  const { meaning, sign, stake } = actionType(type);
  const refusal =
    sign === 'credit'
      ? ''
      : stake
        ? ' Refused for want of money it stays refused, also when there is enough.'
        : ' Refused for want of money it may be sent again, and is decided anew.';
  return {
    name: `type ${type}`,
    rule: `action_type: ${type}, ${meaning}`,
    says: `action_value ${SIGNS[sign]}.${refusal}`,
    play: async (caller: Caller, member: string) => showType(caller, member, type),
  };
});

async function showType(caller: Caller, member: string, type: ActionTypeCode): Promise<void> {
  const { sign } = actionType(type);
  await caller.has(member, 200_00n);
  for (const cents of [-82_50n, 0n, 82_50n]) {
    const { update } = await caller.moves({ member, type, cents });
    // What has the wrong sign is not asked for: the page does not say whether it is remembered.
    const isWrong = (sign === 'debit' && cents > 0n) || (sign === 'credit' && cents < 0n);
    if (!isWrong) await caller.checks(update.transactionId);
  }
  if (sign === 'credit') return;
  const refused = await caller.moves(caller.beyond(member, type));
  await caller.has(member, -refused.update.cents);
  await caller.sends(refused);
}
