import type { RefundRecord } from './record.js';

/** Why a movement was refused: recorded with it. */
export type RefusalReason =
  | 'NO_ACCOUNT'
  | 'FROZEN'
  | 'INSUFFICIENT_FUNDS'
  | 'BLOCKED'
  | 'DEBIT_UNKNOWN'
  | 'EXCEEDS_OUTSTANDING'
  | 'BALANCE_LIMIT';

/** Why a command was neither decided nor recorded; it may be sent again. */
export type NotAppliedReason = 'QUEUE_FULL' | 'TOO_LATE' | 'SHUTTING_DOWN' | 'FAULT';

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
  | 'BALANCE_LIMIT';

/** What the caller is told about one movement; balances in minor units. */
export interface Posted {
  readonly id: bigint;
  readonly currency: string;
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
}

/** What became of a command: rejections are values, exceptions are bugs. */
export type Outcome =
  | { readonly status: 'APPLIED'; readonly timeMs: bigint; readonly movements: readonly Posted[] }
  | {
      readonly status: 'REFUSED';
      readonly reason: RefusalReason;
      readonly timeMs: bigint;
      readonly movements: readonly Posted[];
    }
  | { readonly status: 'REFUND_DECIDED'; readonly refund: RefundRecord }
  /** An act that is not about money: it holds now; `changed` is false if it did before. */
  | { readonly status: 'DONE'; readonly changed: boolean }
  | { readonly status: 'NO_PLAYER' }
  | { readonly status: 'NOT_APPLIED'; readonly reason: NotAppliedReason }
  | { readonly status: 'INVALID'; readonly reason: InvalidReason; readonly message: string };

export function invalid(reason: InvalidReason, message: string): Outcome {
  return { status: 'INVALID', reason, message };
}
