import { Outcome } from '../../proto/gen/wallet/v1/movement.js';
import type { NewMovement, Result } from '../../proto/gen/wallet/v1/posting.js';
import { formatMoney, parseMoney } from '../../wallet-core/money.js';
import { isJsonObject, type Json, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import type { Ask } from '../batches.js';
import * as field from './admission.js';
import { busy, currencyFault, eventFault, fieldFault, signatureFault, textOf } from './admission.js';
import { amountJson, noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { STATUS, statusOf, whyOf } from './status.js';
import { holdsWithholding, isWager, TRANSACTION_TYPES, type TransactionType } from './transaction-types.js';

const FIELDS = field.fieldsOf({
  ...field.SIGNED_CALL,
  money: { type: 'number', required: true },
  type: { type: 'number', required: true },
  detail: { type: 'object', required: false },
});

const DETAIL_FIELDS = field.fieldsOf({
  roundCode: { type: 'string', required: false, form: /^[^\x00-\x1f\x7f]{0,128}$/ },
});

/** Amounts stay below 10^16 (decimal(18,2)), whatever the currency. */
const WHOLE_DIGITS = /^-?\d{1,16}(\.|$)/;

/** increaseCredit: one movement of money. */
export const increaseCredit: Endpoint = { answer, refuse: (body, status) => balances(body, '0', '0', status) };

/** The order of checks is the protocol's. */
async function answer(call: Call): Promise<Answer> {
  const { body, channel, client } = call;
  const unread = fieldFault(body, FIELDS) ?? detailFault(body) ?? (await signatureFault('increaseCredit', call));
  if (unread) return refuseUnread(call, unread);
  const misdirected = eventFault('increaseCredit', body);
  if (misdirected) return refuse(call, misdirected);

  const type = TRANSACTION_TYPES.get(shortestNumber(textOf(body, 'type')) ?? '');
  if (!type) return refuseType(call);
  const foreign = currencyFault(body, channel.currency);
  if (foreign) return refuse(call, foreign);
  const movement = movementOf(body, type, channel);
  if (typeof movement === 'string') return refuse(call, { status: STATUS.WRONG_PARAMETER, why: movement });
  const ask: Ask = {
    channel: channel.name,
    request: call.request,
    body: { $case: 'movements', value: { movements: [movement] } },
  };
  return answerOf(call, await client.post(ask, call.callback));
}

/** What of the detail is a field of the call: `roundCode`, and for some types which debits the money is of. */
function detailFault(body: JsonObject): field.Rejection | undefined {
  const detail = body.get('detail');
  if (isJsonObject(detail)) return fieldFault(detail, DETAIL_FIELDS);
  const type = TRANSACTION_TYPES.get(shortestNumber(textOf(body, 'type')) ?? '');
  const moves = shortestNumber(textOf(body, 'money')) !== '0';
  return type?.needsDetail && moves ? { status: STATUS.WRONG_PARAMETER, why: 'detail is missing' } : undefined;
}

/** What is asked of the ledger, or what is wrong with the request. */
function movementOf(body: JsonObject, type: TransactionType, channel: EbetChannel): NewMovement | string {
  const { currency } = channel;
  const short = shortestNumber(textOf(body, 'money'));
  const money = short !== undefined && WHOLE_DIGITS.test(short) ? parseMoney(short, currency) : undefined;
  if (money === undefined) return `money has too many digits or more decimals than ${currency}`;
  if ((type.sign === 'debit' && money > 0n) || (type.sign === 'credit' && money < 0n))
    return 'money has the wrong sign';

  const detail = body.get('detail');
  const details = isJsonObject(detail) ? detail : new Map<string, Json>();
  const names = type.names?.(details, money, channel) ?? (type.names ? undefined : []);
  if (names === undefined) return 'detail does not say which debits the money is of';
  return {
    playerId: playerOf(textOf(body, 'username')),
    currency,
    kind: type.kind,
    amount: formatMoney(money, currency),
    reference: textOf(body, 'seqNo'),
    round: textOf(details, 'roundCode'),
    roundUnsigned: false,
    providerType: shortestNumber(textOf(body, 'type')) ?? '',
    names,
    withholding: holdsWithholding(type.kind, details),
    wager: isWager(type.kind, details),
  };
}

function answerOf(call: Call, result: Result | undefined): Answer | Promise<Answer> {
  if (!result) return refuseUnread(call, busy(call));
  const status = result.outcome === Outcome.APPLIED ? STATUS.SUCCESS : statusOf(result.reason);
  const [posted] = result.movements;
  if (posted && (result.outcome === Outcome.APPLIED || result.outcome === Outcome.REFUSED)) {
    const answer = balances(call.body, posted.balanceAfter, posted.balanceBefore, status);
    answer.timestamp = Number(result.timeMs);
    return answer;
  }
  const rejection = { status, why: whyOf(result) };
  return result.outcome === Outcome.INVALID ? refuse(call, rejection) : refuseUnread(call, rejection);
}

/** An unknown type: a seqNo that is known makes it a wrong repeat, which comes first. */
async function refuseType(call: Call): Promise<Answer> {
  const known = await call.client.isKnown(call.channel.name, textOf(call.body, 'seqNo'), call.callback);
  if (known === undefined) return refuseUnread(call, busy(call));
  return known
    ? refuse(call, { status: STATUS.WRONG_PARAMETER, why: 'seqNo is known with another type' })
    : refuse(call, { status: STATUS.NOT_AVAILABLE, why: 'type is unknown' });
}

/** Refuses what is rightly signed: with the present balance. */
async function refuse(call: Call, rejection: field.Rejection): Promise<Answer> {
  const player = playerOf(textOf(call.body, 'username'));
  const balance = await call.client.balance(player, call.channel.currency, call.callback);
  if (balance === undefined) return refuseUnread(call, busy(call));
  noteRejection(call, rejection);
  return balances(call.body, balance ?? '0', balance ?? '0', rejection.status);
}

/** Refuses without a balance: to what is not rightly signed none is told, and nobody knows it without wallet-core. */
function refuseUnread(call: Call, rejection: field.Rejection): Answer {
  noteRejection(call, rejection);
  return increaseCredit.refuse(call.body, rejection.status);
}

function balances(body: JsonObject, money: string, moneyBefore: string, status: number): Answer {
  return { username: textOf(body, 'username'), money: amountJson(money), moneyBefore: amountJson(moneyBefore), status };
}
