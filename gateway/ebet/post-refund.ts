import type { RefundCommand, RefundLine, RefundResult } from '../../proto/gen/wallet/v1/posting.js';
import { busy, textOf, type Rejection } from './admission.js';
import type { Call } from './call.js';
import { statusOf, whyOf } from './status.js';

/** How many lines wallet-core takes at once. */
export const REFUND_LINES_MAX = 1_000;

/** What a refund came to, with the time of the first answer in milliseconds. */
export interface PostedRefund {
  readonly refund: RefundResult;
  readonly timestamp: number;
}

/**
 * Refunds lines, each on its own. `playerId`: whose all of them are, or empty; `amountMax`: lines of more are left alone,
 * decimal text, empty without a limit.
 */
export async function postRefund(
  { body, request, channel, client, callback }: Call,
  lines: RefundLine[],
  playerId: string,
  amountMax: string,
): Promise<PostedRefund | Rejection> {
  const { name, currency, refundSettledBets } = channel;
  const value: RefundCommand = {
    reference: textOf(body, 'seqNo'),
    playerId,
    currency,
    lines,
    refuseSettled: !refundSettledBets,
    amountMax,
  };
  const result = await client.post({ channel: name, request, body: { $case: 'refund', value } }, callback);
  if (!result) return busy({ callback });
  if (!result.refund) return { status: statusOf(result.reason), why: whyOf(result) };
  return { refund: result.refund, timestamp: Number(result.timeMs) };
}
