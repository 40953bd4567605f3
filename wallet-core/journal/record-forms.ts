import type { Named } from '../domain/command.js';
import { KINDS, type Purpose, type Relation } from '../domain/kinds.js';
import type { RefundLineStatus, RefusalReason } from '../domain/reasons.js';
import type { DecidedRefundLine, LedgerRecord } from '../domain/record.js';
import { flag, list, oneOf, orAbsent, text, whole, type Forms } from './forms.js';

/** What a record says, beside its type and what its place in the journal says of it. */
type Said<Type extends LedgerRecord['type']> = Omit<Extract<LedgerRecord, { type: Type }>, 'type' | 'id' | 'timeMs'>;

const purpose = oneOf<Purpose>({ GAME: 1, TIPS: 1, PROMOTION: 1, TOURNAMENT: 1, CASH: 1, ADJUSTMENT: 1 });

const relation = oneOf<Relation>({
  ...{ RETURN: 1, RETURN_CAPPED: 1, SETTLE: 1, MENTION: 1 },
  ...{ REFUND: 1, REFUND_FAILED: 1, REJECT_FAILED: 1 },
});

const reason = oneOf<RefusalReason>({
  ...{ NO_ACCOUNT: 1, FROZEN: 1, INSUFFICIENT_FUNDS: 1, BLOCKED: 1, DEBIT_UNKNOWN: 1, EXCEEDS_OUTSTANDING: 1 },
  ...{ BALANCE_LIMIT: 1, MAINTENANCE: 1, FAILED_BET_DEBITED: 1 },
});

const status = oneOf<RefundLineStatus>({
  ...{ REFUNDED: 1, UNKNOWN: 1, ALREADY_REFUNDED: 1, AMOUNT_DIFFERS: 1, NOT_REFUNDABLE: 1, SETTLED: 1 },
  ...{ OTHER_PLAYER: 1, BALANCE_LIMIT: 1, ABOVE_MAXIMUM: 1 },
});

const names: Forms<Named> = { reference: text, relation, amount: whole };

const lines: Forms<DecidedRefundLine> = { reference: text, amount: orAbsent(whole), player: text, status };

/** The fields of each type of record, in the order of docs/journal.md. */
export const RECORDS: { readonly [Type in LedgerRecord['type']]: Forms<Said<Type>> } = {
  movement: {
    ...{ channel: text, player: text, currency: text, kind: oneOf(KINDS), purpose },
    ...{ amount: whole, balanceBefore: whole, balanceAfter: whole, reason: orAbsent(reason) },
    ...{ reference: text, holdsReference: flag, round: text, providerType: text, withholding: flag },
    ...{ names: list(names), wager: flag },
  },
  refund: {
    ...{ channel: text, reference: text, player: text, currency: text },
    ...{ balanceBefore: whole, balanceAfter: whole, refunded: whole, lines: list(lines) },
  },
  block: { channel: text, reference: text, player: text },
  channel: { channel: text },
  account: { player: text, currency: text },
  freeze: { player: text, reason: text, note: text, frozen: flag },
  password: { player: text, hash: text },
  house: { channel: text, currency: text, purpose, amount: whole, balanceAfter: whole },
  maintenance: { channel: text, note: text, maintenance: flag },
  token: { player: text, hash: text, expiresMs: whole, oneTime: flag },
  'token-use': { player: text, hash: text, channel: text, reference: text },
  session: { player: text, channel: text, reference: text, hash: text },
  'session-end': { player: text, channel: text },
};
