import { ANSWER_FORMS, type AnswerForm } from '../answer.js';
import type { RuleRow } from '../rule.js';

const PLACES: Readonly<Record<AnswerForm, string>> = {
  'answer balance': 'answers: balance',
  'answer error code': 'answers: error_code',
  'answer transaction id': 'answers: transaction_id',
};

/** How answers are written. Every answer of a run counts for these; here are some of each kind. */
export const FORM_RULES: readonly RuleRow[] = (Object.keys(ANSWER_FORMS) as AnswerForm[]).map((name) => ({
  name,
  rule: PLACES[name],
  says: ANSWER_FORMS[name],
  play: async (caller, member) => {
    // What the answers say counts for other rules; how they are written counts for these, wherever they come from.
    const [credit, check, balance] = [
      caller.in('type 3'),
      caller.in('check applied'),
      caller.in('balance of a member'),
    ];
    // To a balance without cents, one of ten cents, one with both.
    for (const cents of [100n - (caller.balance(member) % 100n), 10n, 1n]) {
      const { update } = await credit.moves({ member, type: 3, cents });
      await balance.checksBalance(member);
      await check.checks(update.transactionId);
    }
    const refusal = caller.in('stake beyond the balance');
    await refusal.moves(refusal.beyond(member, 1));
  },
}));
