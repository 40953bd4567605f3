import { LogInOutcome } from '../../proto/gen/wallet/v1/account.js';
import { Reason } from '../../proto/gen/wallet/v1/movement.js';
import { RefundLineStatus, type Result } from '../../proto/gen/wallet/v1/posting.js';

/** eBET's status codes, as far as we give them (eBET manual, status codes). */
export const STATUS = {
  SUCCESS: 200,
  NO_CHANNEL: 202,
  UNKNOWN_SEQ_NO: 206,
  REFUND_DIFFERS: 207,
  NO_RECORD: 208,
  REFUNDED: 209,
  WRONG_PASSWORD: 401,
  INVALID_TOKEN: 410,
  SYSTEM_ERROR: 500,
  MAINTENANCE: 505,
  INSUFFICIENT_FUNDS: 1003,
  BUSY: 4003,
  WRONG_PARAMETER: 4025,
  WRONG_SIGNATURE: 4026,
  ADDRESS_NOT_ALLOWED: 4027,
  NOT_AVAILABLE: 4029,
  WRONG_TYPE: 4030,
  NO_USER: 4037,
  TOO_MANY_REQUESTS: 4038,
} as const;

/** What eBET is told for each reason; a new reason does not compile until it stands here. */
const OF_REASON: Record<keyof typeof Reason, number> = {
  // A result without a reason is success only where it says that it was applied.
  UNSPECIFIED: STATUS.SYSTEM_ERROR,
  NO_ACCOUNT: STATUS.NO_USER,
  FROZEN: STATUS.NOT_AVAILABLE,
  INSUFFICIENT_FUNDS: STATUS.INSUFFICIENT_FUNDS,
  BLOCKED: STATUS.REFUNDED,
  DEBIT_UNKNOWN: STATUS.UNKNOWN_SEQ_NO,
  EXCEEDS_OUTSTANDING: STATUS.REFUND_DIFFERS,
  BALANCE_LIMIT: STATUS.WRONG_PARAMETER,
  QUEUE_FULL: STATUS.BUSY,
  TOO_LATE: STATUS.BUSY,
  SHUTTING_DOWN: STATUS.BUSY,
  STORE_FULL: STATUS.BUSY,
  FAULT: STATUS.SYSTEM_ERROR,
  MALFORMED: STATUS.WRONG_PARAMETER,
  REFERENCE_CONFLICT: STATUS.WRONG_PARAMETER,
  // A fault of ours, the set-up is not finished; eBET must not take the bet for failed.
  CHANNEL_UNKNOWN: STATUS.SYSTEM_ERROR,
  MAINTENANCE: STATUS.MAINTENANCE,
  FAILED_BET_DEBITED: STATUS.WRONG_PARAMETER,
};

const OF_REFUND_LINE: Record<keyof typeof RefundLineStatus, number> = {
  UNSPECIFIED: STATUS.SYSTEM_ERROR,
  REFUNDED: STATUS.SUCCESS,
  UNKNOWN: STATUS.UNKNOWN_SEQ_NO,
  ALREADY_REFUNDED: STATUS.REFUNDED,
  AMOUNT_DIFFERS: STATUS.REFUND_DIFFERS,
  NOT_REFUNDABLE: STATUS.NO_RECORD,
  SETTLED: STATUS.NO_RECORD,
  OTHER_PLAYER: STATUS.NO_USER,
  BALANCE_LIMIT: STATUS.WRONG_PARAMETER,
  // Never sent: such a line is left out of the answer.
  ABOVE_MAXIMUM: STATUS.SYSTEM_ERROR,
};

const OF_LOG_IN: Record<keyof typeof LogInOutcome, number> = {
  UNSPECIFIED: STATUS.SYSTEM_ERROR,
  LOGGED_IN: STATUS.SUCCESS,
  WRONG_PASSWORD: STATUS.WRONG_PASSWORD,
  INVALID_TOKEN: STATUS.INVALID_TOKEN,
  FROZEN: STATUS.NOT_AVAILABLE,
  NO_ACCOUNT: STATUS.NO_USER,
  // A fault of ours, the set-up is not finished.
  CHANNEL_UNKNOWN: STATUS.SYSTEM_ERROR,
};

/** Why a result is none, for the log. */
export function whyOf({ message, reason }: Result): string {
  return message || (Reason[reason] ?? `reason ${reason}`);
}

/** The status for a reason. One that a newer wallet-core sends and we do not know decides nothing: system error. */
export function statusOf(reason: Reason): number {
  const name = Reason[reason] as keyof typeof Reason | undefined;
  return name === undefined ? STATUS.SYSTEM_ERROR : OF_REASON[name];
}

export function statusOfRefundLine(line: RefundLineStatus): number {
  const name = RefundLineStatus[line] as keyof typeof RefundLineStatus | undefined;
  return name === undefined ? STATUS.SYSTEM_ERROR : OF_REFUND_LINE[name];
}

export function statusOfLogIn(outcome: LogInOutcome): number {
  const name = LogInOutcome[outcome] as keyof typeof LogInOutcome | undefined;
  return name === undefined ? STATUS.SYSTEM_ERROR : OF_LOG_IN[name];
}
