import type { InvalidReason, LogInRefusal, NotAppliedReason, RefusalReason } from './reasons.js';
import type { MovementRecord, RefundRecord } from './record.js';

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
  | {
      readonly status: 'REFUND_DECIDED';
      readonly refund: RefundRecord;
      /** For each line what its debit gave back, by this refund or before, in minor units >= 0. */
      readonly givenBack: readonly bigint[];
    }
  /** What is known of a reference. */
  | { readonly status: 'CHECKED'; readonly movement: MovementRecord | undefined }
  /** An act that is not about money: it holds now; `changed` is false if it did before. */
  | { readonly status: 'DONE'; readonly changed: boolean }
  | { readonly status: 'NO_PLAYER' }
  | { readonly status: 'NO_CHANNEL' }
  | { readonly status: 'TOKEN_ISSUED'; readonly expiresMs: bigint }
  | { readonly status: 'LOGGED_IN' }
  | { readonly status: 'NOT_LOGGED_IN'; readonly reason: LogInRefusal }
  | { readonly status: 'SESSIONS_ENDED'; readonly count: number }
  | { readonly status: 'NOT_APPLIED'; readonly reason: NotAppliedReason }
  | { readonly status: 'INVALID'; readonly reason: InvalidReason; readonly message: string };

export function invalid(reason: InvalidReason, message: string): Outcome {
  return { status: 'INVALID', reason, message };
}

export function notApplied(reason: NotAppliedReason): Outcome {
  return { status: 'NOT_APPLIED', reason };
}
