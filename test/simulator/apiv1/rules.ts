import type { RuleRow } from './rule.js';
import { ACTION_TYPE_RULES } from './rules/action-types.js';
import { FORM_RULES } from './rules/answers.js';
import { balanceCheckRules } from './rules/balance-check.js';
import { FIELD_RULES } from './rules/fields.js';
import { frozenRules } from './rules/frozen.js';
import { GARBAGE_RULES } from './rules/garbage.js';
import { ORDER_RULES } from './rules/order-of-arrival.js';
import { REFUSAL_RULES } from './rules/refusals.js';
import { REPEAT_RULES } from './rules/repeats.js';
import { SAME_MOMENT_RULES } from './rules/same-moment.js';
import { SIGNATURE_RULES } from './rules/signatures.js';
import { CHECK_RULES } from './rules/transaction-check.js';
import { VALUE_RULES } from './rules/values.js';

/** The places on the page, in the order of a check list. */
const PLACES = [
  'balance-check',
  'balance-update',
  'action_type',
  'transaction-check',
  'sign',
  'fields',
  'answers',
  'calls',
];

/** Every rule of the protocol page that can be seen from outside. */
export function rulesFor(members: readonly string[], frozen: string | undefined): readonly RuleRow[] {
  const rows = [
    ...balanceCheckRules(members),
    ...REFUSAL_RULES,
    ...REPEAT_RULES,
    ...ORDER_RULES,
    ...SAME_MOMENT_RULES,
    ...frozenRules(frozen),
    ...ACTION_TYPE_RULES,
    ...CHECK_RULES,
    ...SIGNATURE_RULES,
    ...VALUE_RULES,
    ...FIELD_RULES,
    ...FORM_RULES,
    ...GARBAGE_RULES,
  ];
  const placeOf = ({ rule }: RuleRow) => PLACES.findIndex((place) => rule.startsWith(`${place}:`));
  return rows.sort((one, other) => placeOf(one) - placeOf(other));
}
