import type { RefundedLine, RefundLine } from '../../proto/gen/wallet/v1/posting.js';
import { decimalsOf, formatMoney, parseMoney } from '../../wallet-core/money.js';
import { isJsonObject, JsonNumber, type Json, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import * as field from './admission.js';
import { fieldFault, listCallFault, textOf, type Rejection } from './admission.js';
import { amountJson, noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { postRefund, REFUND_LINES_MAX } from './post-refund.js';
import { STATUS, statusOfRefundLine } from './status.js';

const FIELDS = field.fieldsOf({
  ...field.SIGNED_CALL,
  // Each line names its own.
  username: { type: 'string', required: false },
  refundThreshold: { type: 'number', required: false, form: /^\d/ },
  batchRefundList: { type: 'list', required: true },
});

const LINE_FIELDS = field.fieldsOf({
  seqNo: field.SEQ_NO,
  username: field.USERNAME,
  roundCode: { type: 'string', required: false },
});

/** What a line is listed with: refunded now, or before. */
const LISTED: ReadonlySet<number> = new Set([STATUS.SUCCESS, STATUS.REFUNDED]);

const PLAYER_LENGTH_MAX = 64;

/** A line of the list with what it asks of the ledger; none if it is malformed: then it has failed, and nothing else has. */
interface Line {
  readonly username: string;
  readonly roundCode: string;
  readonly refund: RefundLine | undefined;
}

/** autoBatchRefund: refunds failed bets of many players, each line on its own. */
export const autoBatchRefund: Endpoint = { answer, refuse: (_body, status) => ({ status, refundResultList: [] }) };

async function answer(call: Call): Promise<Answer> {
  const { body, channel } = call;
  const { currency } = channel;
  const fault = await listCallFault('autoBatchRefund', call, FIELDS);
  if (fault) return refuse(call, fault);

  const list = body.get('batchRefundList');
  if (!Array.isArray(list) || list.length < 1 || list.length > REFUND_LINES_MAX) {
    const why = `batchRefundList has not 1 to ${REFUND_LINES_MAX} lines`;
    return refuse(call, { status: STATUS.WRONG_PARAMETER, why });
  }
  const maximum = amountMax(body, currency);
  if (maximum === undefined) {
    return refuse(call, { status: STATUS.WRONG_PARAMETER, why: 'refundThreshold has too many digits' });
  }
  const lines = list.map((line) => readLine(line, maximum, currency));
  const wanted = lines.flatMap(({ refund }) => refund ?? []);
  if (wanted.length === 0) {
    call.callback.refuse('no line of batchRefundList is well formed');
    return answerOf(lines, [], currency);
  }
  const posted = await postRefund(call, wanted, '', maximum);
  if ('why' in posted) return refuse(call, posted);
  return { ...answerOf(lines, posted.refund.lines, currency), timestamp: posted.timestamp };
}

function readLine(line: Json, maximum: string, currency: string): Line {
  const fields = isJsonObject(line) ? line : new Map<string, Json>();
  const names = { username: textIn(fields, 'username'), roundCode: textIn(fields, 'roundCode') };
  const playerId = playerOf(names.username);
  // In lower case a name may be longer, and one that wallet-core does not take would spoil the other lines.
  if (fieldFault(fields, LINE_FIELDS) || playerId.length > PLAYER_LENGTH_MAX) return { ...names, refund: undefined };
  const money = fields.get('refundMoney');
  const minor = money instanceof JsonNumber ? parseMoney(money.text, currency) : undefined;
  // An amount that no debit can have is compared with the threshold all the same: what is above it must not be blocked.
  const odd = money instanceof JsonNumber && minor === undefined;
  if (odd && isAbove(money.text, maximum, currency)) return { ...names, refund: undefined };
  // Anything but a positive amount is empty, which equals no debit.
  const amount = minor !== undefined && minor > 0n ? formatMoney(minor, currency) : '';
  return { ...names, refund: { reference: textOf(fields, 'seqNo'), amount, playerId } };
}

function textIn(fields: JsonObject, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

/**
 * The threshold, cut to the currency's decimals; empty, no limit, if there is none or it is above all amounts. Undefined if
 * it takes too many digits to read: that is not the same as none.
 */
function amountMax(body: JsonObject, currency: string): string | undefined {
  const threshold = textOf(body, 'refundThreshold');
  if (threshold === '') return '';
  const short = shortestNumber(threshold);
  if (short === undefined) return undefined;
  const minor = cut(short, currency);
  return minor === undefined ? '' : formatMoney(minor, currency);
}

/** Whether an amount that cannot be one of the currency is above the threshold, if there is one. */
function isAbove(amount: string, maximum: string, currency: string): boolean {
  const threshold = parseMoney(maximum, currency);
  if (threshold === undefined || amount.startsWith('-')) return false;
  const short = shortestNumber(amount);
  // It has more decimals than the currency, so that it is above what it is cut to.
  const minor = short === undefined ? undefined : cut(short, currency);
  return minor === undefined || minor >= threshold;
}

/** Minor units of a number cut to the currency's decimals; undefined if it is above all amounts. */
function cut(short: string, currency: string): bigint | undefined {
  const [whole = '', fraction = ''] = short.split('.');
  return parseMoney(`${whole}.${fraction.slice(0, decimalsOf(currency))}0`, currency);
}

/** One group for each player and round, in the order of the list; failed lines are left out of theirs. */
function answerOf(lines: readonly Line[], refunded: readonly RefundedLine[], currency: string): Answer {
  const groups = new Map<string, { username: string; roundCode: string; listed: RefundedLine[] }>();
  const results = refunded.values();
  for (const { username, roundCode, refund } of lines) {
    const key = JSON.stringify([username, roundCode]);
    const group = groups.get(key) ?? { username, roundCode, listed: [] };
    groups.set(key, group);
    const result = refund && results.next().value;
    if (result && LISTED.has(statusOfRefundLine(result.status))) group.listed.push(result);
  }
  const refundResultList = [...groups.values()].map(({ username, roundCode, listed }) => ({
    username,
    roundCode,
    refundTotalMoney: amountJson(formatMoney(sumOf(listed, currency), currency)),
    // The manual's table says `refundSeqNo`, its sample `seqNo`.
    sucRefundSeqNoList: listed.map(({ reference, status }) => ({
      seqNo: reference,
      refundSeqNo: reference,
      status: statusOfRefundLine(status),
    })),
  }));
  return { status: STATUS.SUCCESS, refundResultList };
}

/** Of what the debits gave back: the list's own amounts are not signed. */
function sumOf(lines: readonly RefundedLine[], currency: string): bigint {
  return lines.reduce((sum, { amount }) => sum + (parseMoney(amount, currency) ?? 0n), 0n);
}

function refuse(call: Call, rejection: Rejection): Answer {
  noteRejection(call, rejection);
  return autoBatchRefund.refuse(call.body, rejection.status);
}
