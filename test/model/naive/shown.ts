import { Kind, Outcome, Reason, Relation } from '../../../proto/gen/wallet/v1/movement.js';
import { KIND_RULES } from './kinds.js';
import { textOf } from './money.js';
import { isRefunded, outstandingOf, type MovementRecord, type Past } from './past.js';

/** What QueryService must tell of a recorded movement, but its id and time. */
export function shownOf(past: Past, record: MovementRecord): Record<string, unknown> {
  const { currency, reason, kind } = record;
  const applied = reason === Reason.UNSPECIFIED;
  const drawable = applied && KIND_RULES[kind]?.stake;
  const outstanding = record.amount < 0n ? outstandingOf(past, record) : 0n;
  return {
    channel: record.channel,
    playerId: record.player,
    currency,
    kind: Kind[kind],
    amount: textOf(record.amount, currency),
    balanceBefore: textOf(record.before, currency),
    balanceAfter: textOf(record.after, currency),
    outcome: Outcome[applied ? Outcome.APPLIED : Outcome.REFUSED],
    reason: Reason[reason],
    reference: record.reference,
    round: record.round,
    providerType: record.providerType,
    names: record.names.map(({ reference, relation, amount }) => {
      return `${Relation[relation]} ${reference} ${textOf(amount, currency)}`;
    }),
    withholding: record.withholding,
    wager: record.wager,
    outstanding: drawable ? textOf(outstanding, currency) : '',
    refunded: Boolean(drawable && isRefunded(past, record)),
  };
}
