import { Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { fieldFault, signatureFault, staleness, textOf } from './admission.js';
import { failure, type Answer, type Call } from './call.js';
import { errorOf, isOurs, STATUS, whyOf, type ErrorCode } from './status.js';

/**
 * transaction-check: what became of a transaction. It goes through the committer, behind every command received before it,
 * and what it reports as failed stays so: an id that nothing holds is closed for debits in the same commit.
 */
export async function transactionCheck(call: Call): Promise<Answer> {
  const { body, request, channel, client, callback } = call;
  const fault =
    fieldFault(body, ['transaction_id', 'timestamp', 'sign'], channel) ??
    (await signatureFault('transaction-check', call));
  if (fault !== undefined) return refuse(call, 'OTHERS', fault);
  const stale = staleness(body, channel);
  // Not OTHERS: that would say that the transaction failed, which nobody has looked up.
  if (stale !== undefined) return refuse(call, 'TIME_OUT', stale);

  const check = { reference: textOf(body, 'transaction_id'), close: channel.checkCloses };
  const ask = { channel: channel.name, request, body: { $case: 'check' as const, value: check } };
  const result = await client.post(ask, callback);
  if (!result?.check) {
    const code = result ? errorOf(result.outcome, result.reason) : 'TIME_OUT';
    const why = whyOf(result, callback);
    if (code !== 'TIME_OUT') return refuse(call, code, why, isOurs(result));
    callback.leaveUndecided(why, isOurs(result));
    return failure(code);
  }
  const { outcome, reason } = result.check;
  if (outcome === Outcome.APPLIED) return { status: STATUS.SUCCESS };
  return failure(outcome === Outcome.REFUSED ? errorOf(outcome, reason) : 'OTHERS');
}

function refuse(call: Call, errorCode: ErrorCode, why: string, ours = false): Answer {
  call.callback.refuse(why, ours);
  return failure(errorCode);
}
