import * as field from './admission.js';
import { BUSY, currencyFault, eventFault, fieldFault, textOf } from './admission.js';
import { amountJson, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { STATUS } from './status.js';
import type { JsonObject } from '../json/value.js';

const FIELDS: Readonly<Record<string, field.Field>> = {
  username: field.USERNAME,
  event: field.EVENT,
  currency: field.CURRENCY,
};

/** syncCredit: a balance. It is not signed, and moves nothing. */
export const syncCredit: Endpoint = {
  rate: 'queries',
  // It is not signed, so it gets less room.
  bodyBytesMax: 2 ** 16,
  answer,
  refuse: (body, status) => balanceAnswer(body, status, '0'),
};

async function answer({ body, channel, client, callback }: Call): Promise<Answer> {
  const { currency } = channel;
  const refuse = (status: number) => ({ ...balanceAnswer(body, status, '0'), currency });
  const fault = fieldFault(body, FIELDS) ?? eventFault('syncCredit', body) ?? currencyFault(body, currency);
  if (fault) {
    callback.refuse(fault.why);
    return refuse(fault.status);
  }
  const session = body.get('sessionToken');
  const sessionToken = typeof session === 'string' ? session : '';
  const found = await client.balanceFor(sessionToken, playerOf(textOf(body, 'username')), currency, callback);
  if (found === undefined) {
    callback.refuse(BUSY.why);
    return refuse(BUSY.status);
  }
  if (found === null) return refuse(STATUS.NO_USER);
  if (found.sessionEnded) return refuse(STATUS.INVALID_TOKEN);
  return { ...balanceAnswer(body, STATUS.SUCCESS, found.balance), currency };
}

function balanceAnswer(body: JsonObject, status: number, money: string): Answer {
  const username = textOf(body, 'username');
  // The manual's table says `username`, its sample `userName`.
  return { status, username, userName: username, money: amountJson(money) };
}
