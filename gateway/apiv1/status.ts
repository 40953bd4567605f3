import type { Callback } from '../callback.js';
import { whyUnanswered } from '../unreached.js';
import { Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import type { Result } from '../../proto/gen/wallet/v1/posting.js';

export const STATUS = { SUCCESS: 1, FAILURE: 2 } as const;

/** The provider's page, appendix 2.2. TIME_OUT is no failure: the provider asks transaction-check what became of it. */
export type ErrorCode = 'OUT_OF_BALANCE' | 'TIME_OUT' | 'OTHERS';

/**
 * What the provider is told for each reason; a new reason does not compile until it stands here. He takes OTHERS for final,
 * so what was not decided and could still be, by a copy that is on its way, is TIME_OUT.
 */
const OF_REASON: Record<keyof typeof Reason, ErrorCode> = {
  // A result without a reason is success only where it says that it was applied.
  UNSPECIFIED: 'TIME_OUT',
  NO_ACCOUNT: 'OTHERS',
  FROZEN: 'OTHERS',
  INSUFFICIENT_FUNDS: 'OUT_OF_BALANCE',
  BLOCKED: 'OTHERS',
  DEBIT_UNKNOWN: 'OTHERS',
  EXCEEDS_OUTSTANDING: 'OTHERS',
  BALANCE_LIMIT: 'OTHERS',
  QUEUE_FULL: 'TIME_OUT',
  TOO_LATE: 'TIME_OUT',
  SHUTTING_DOWN: 'TIME_OUT',
  STORE_FULL: 'TIME_OUT',
  FAULT: 'TIME_OUT',
  MALFORMED: 'OTHERS',
  REFERENCE_CONFLICT: 'OTHERS',
  // A fault of ours, the set-up is not finished.
  CHANNEL_UNKNOWN: 'TIME_OUT',
  MAINTENANCE: 'OTHERS',
  FAILED_BET_DEBITED: 'OTHERS',
};

/** Reasons that somebody on our side must mend. */
const OURS: ReadonlySet<Reason> = new Set([Reason.UNSPECIFIED, Reason.FAULT, Reason.CHANNEL_UNKNOWN]);

/** The code for what was not applied. A reason that a newer wallet-core gives is known to us only by its outcome. */
export function errorOf(outcome: Outcome, reason: Reason): ErrorCode {
  const name = Reason[reason] as keyof typeof Reason | undefined;
  if (name !== undefined && reason !== Reason.UNSPECIFIED) return OF_REASON[name];
  return outcome === Outcome.REFUSED ? 'OTHERS' : OF_REASON.UNSPECIFIED;
}

/** Why a call got no answer from the ledger, for the log. */
export function whyOf(result: Result | undefined, { failedWith }: Callback): string {
  if (!result) return whyUnanswered(failedWith);
  return result.message || (Reason[result.reason] ?? `reason ${result.reason}`);
}

export function isOurs(result: Result | undefined): boolean {
  return result !== undefined && OURS.has(result.reason);
}
