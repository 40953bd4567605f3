import { JsonNumber } from '../json/value.js';
import { fieldFault, signatureFault, staleness } from './admission.js';
import { balanceJson, failure, playerOf, type Answer, type Call } from './call.js';
import { STATUS, whyOf } from './status.js';

/** balance-check: a balance. */
export async function balanceCheck(call: Call): Promise<Answer> {
  const { body, channel, client, callback } = call;
  const { currency } = channel;
  const fault =
    fieldFault(body, ['member_id', 'timestamp', 'sign'], channel) ??
    (await signatureFault('balance-check', call)) ??
    staleness(body, channel);
  if (fault !== undefined) {
    callback.refuse(fault);
    return failure('OTHERS');
  }
  const balance = await client.balance(playerOf(body), currency, callback);
  if (balance === undefined) {
    callback.leaveUndecided(whyOf(undefined, callback));
    return failure('TIME_OUT');
  }
  if (balance === null) {
    callback.refuse(`the member has no account in ${currency}`);
    return failure('OTHERS', new JsonNumber('0.00'));
  }
  return { status: STATUS.SUCCESS, balance: balanceJson(balance, currency) };
}
