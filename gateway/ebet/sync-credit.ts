import * as field from './admission.js';
import { eventFault, fieldFault, textOf } from './admission.js';
import { amountJson, playerOf, type Answer, type Call } from './call.js';
import { STATUS } from './status.js';

const FIELDS: Readonly<Record<string, field.Field>> = {
  username: field.USERNAME,
  event: field.EVENT,
  currency: field.CURRENCY,
};

/** syncCredit: a balance. It is not signed, and moves nothing. */
export async function syncCredit({ body, channel, client }: Call): Promise<Answer> {
  const username = textOf(body, 'username');
  const { currency } = channel;
  const answer = (status: number, money: string): Answer => ({
    status,
    username,
    // The manual's table says `username`, its sample `userName`.
    userName: username,
    money: amountJson(money),
    currency,
  });
  const fault = fieldFault(body, FIELDS) ?? eventFault('syncCredit', body);
  if (fault) return answer(fault.status, '0');
  const claimed = textOf(body, 'currency');
  if (claimed !== '' && claimed !== currency) return answer(STATUS.WRONG_PARAMETER, '0');
  const balance = await client.balance(playerOf(username), currency);
  if (balance === undefined) return answer(STATUS.BUSY, '0');
  return balance === null ? answer(STATUS.NO_USER, '0') : answer(STATUS.SUCCESS, balance);
}
