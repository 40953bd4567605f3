import * as field from './admission.js';
import { busy, currencyFault, eventFault, fieldFault, textOf } from './admission.js';
import { amountJson, noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { STATUS } from './status.js';
import type { JsonObject } from '../json/value.js';

const FIELDS = field.fieldsOf({
  username: field.USERNAME,
  event: field.EVENT,
  currency: field.CURRENCY,
});

/** syncCredit: a balance. It is not signed, and moves nothing. */
export const syncCredit: Endpoint = {
  rate: 'balances',
  // It is not signed, so it gets less room.
  bodyBytesMax: 2 ** 16,
  answer,
  refuse: (body, status) => balanceAnswer(body, status, '0'),
};

async function answer(call: Call): Promise<Answer> {
  const { body, channel, client, callback } = call;
  const { currency } = channel;
  const refuse = (rejection: field.Rejection) => {
    noteRejection(call, rejection);
    return { ...balanceAnswer(body, rejection.status, '0'), currency };
  };
  const fault = fieldFault(body, FIELDS) ?? eventFault('syncCredit', body) ?? currencyFault(body, currency);
  if (fault) return refuse(fault);
  const session = body.get('sessionToken');
  const sessionToken = typeof session === 'string' ? session : '';
  const found = await client.balanceFor(sessionToken, playerOf(textOf(body, 'username')), currency, callback);
  if (found === undefined) return refuse(busy(call));
  if (found === null) return refuse({ status: STATUS.NO_USER, why: `the player has no account in ${currency}` });
  if (found.sessionEnded) return refuse({ status: STATUS.INVALID_TOKEN, why: 'the session was ended' });
  return { ...balanceAnswer(body, STATUS.SUCCESS, found.balance), currency };
}

function balanceAnswer(body: JsonObject, status: number, money: string): Answer {
  const username = textOf(body, 'username');
  // The manual's table says `username`, its sample `userName`.
  return { status, username, userName: username, money: amountJson(money) };
}
