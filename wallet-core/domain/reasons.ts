/** Why a movement was refused: recorded with it. */
export type RefusalReason =
  | 'NO_ACCOUNT'
  | 'FROZEN'
  | 'INSUFFICIENT_FUNDS'
  | 'BLOCKED'
  | 'DEBIT_UNKNOWN'
  | 'EXCEEDS_OUTSTANDING'
  | 'BALANCE_LIMIT'
  | 'MAINTENANCE'
  | 'FAILED_BET_DEBITED';

/** Why a command was neither decided nor recorded; it may be sent again. */
export type NotAppliedReason = 'QUEUE_FULL' | 'TOO_LATE' | 'SHUTTING_DOWN' | 'STORE_FULL' | 'FAULT';

/** Why a command cannot be decided as it is; sending it again unchanged gives the same. */
export type InvalidReason = 'MALFORMED' | 'REFERENCE_CONFLICT' | 'CHANNEL_UNKNOWN';

/** What became of one line of a refund. */
export type RefundLineStatus =
  | 'REFUNDED'
  | 'UNKNOWN'
  | 'ALREADY_REFUNDED'
  | 'AMOUNT_DIFFERS'
  | 'NOT_REFUNDABLE'
  | 'SETTLED'
  | 'OTHER_PLAYER'
  | 'BALANCE_LIMIT'
  | 'ABOVE_MAXIMUM';

/** Why a player is not logged in; nothing of it is recorded. */
export type LogInRefusal = 'WRONG_PASSWORD' | 'INVALID_TOKEN' | 'NO_ACCOUNT' | 'FROZEN';
