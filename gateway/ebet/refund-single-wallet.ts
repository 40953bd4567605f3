import type { RefundLine, RefundResult } from '../../proto/gen/wallet/v1/posting.js';
import { formatMoney, parseMoney } from '../../wallet-core/money.js';
import { isJsonObject, JsonNumber, type Json } from '../json/value.js';
import * as field from './admission.js';
import { fieldFault, listCallFault, textOf, type Rejection } from './admission.js';
import { amountJson, noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { postRefund, REFUND_LINES_MAX } from './post-refund.js';
import { STATUS, statusOfRefundLine } from './status.js';

const FIELDS = field.fieldsOf({
  ...field.SIGNED_CALL,
  refundList: { type: 'list', required: true },
});

const LINE_FIELDS = field.fieldsOf({
  refundSeqNo: field.SEQ_NO,
  username: { ...field.USERNAME, required: false },
});

/** refundSingleWallet: refunds failed bets of one player, each line with an answer of its own. */
export const refundSingleWallet: Endpoint = {
  answer,
  refuse: (body, status) => ({ status, username: textOf(body, 'username') }),
};

async function answer(call: Call): Promise<Answer> {
  const { body, channel } = call;
  const fault = await listCallFault('refundSingleWallet', call, FIELDS);
  if (fault) return refuse(call, fault);

  const player = playerOf(textOf(body, 'username'));
  const lines = readLines(body.get('refundList'), player, channel.currency);
  if (!Array.isArray(lines)) return refuse(call, lines);
  const posted = await postRefund(call, lines, player, '');
  if ('why' in posted) return refuse(call, posted);
  return { ...answerOf(call, posted.refund), timestamp: posted.timestamp };
}

function readLines(list: Json | undefined, player: string, currency: string): RefundLine[] | Rejection {
  if (!Array.isArray(list) || list.length < 1 || list.length > REFUND_LINES_MAX) {
    return { status: STATUS.WRONG_PARAMETER, why: `refundList has not 1 to ${REFUND_LINES_MAX} lines` };
  }
  const lines: RefundLine[] = [];
  for (const [index, line] of list.entries()) {
    if (!isJsonObject(line)) return { status: STATUS.WRONG_TYPE, why: `refundList[${index}] is not an object` };
    const fault = fieldFault(line, LINE_FIELDS);
    if (fault) return { ...fault, why: `refundList[${index}]: ${fault.why}` };
    const named = playerOf(textOf(line, 'username'));
    // Empty stands for the player of the command: a list of a thousand lines need not repeat him.
    const playerId = named === player ? '' : named;
    lines.push({
      reference: textOf(line, 'refundSeqNo'),
      amount: amountOf(line.get('refundMoney'), currency),
      playerId,
    });
  }
  return lines;
}

/** eBET sends what it wants back as a negative number; anything else is empty, which equals no debit (207). */
function amountOf(money: Json | undefined, currency: string): string {
  const minor = money instanceof JsonNumber ? parseMoney(money.text, currency) : undefined;
  return minor !== undefined && minor < 0n ? formatMoney(-minor, currency) : '';
}

function answerOf({ body }: Call, { balanceBefore, balanceAfter, refunded, lines }: RefundResult): Answer {
  return {
    status: STATUS.SUCCESS,
    username: textOf(body, 'username'),
    moneyBefore: amountJson(balanceBefore),
    moneyAfter: amountJson(balanceAfter),
    refundMoney: amountJson(refunded),
    resultList: lines.map(({ reference, status }) => ({ refundSeqNo: reference, status: statusOfRefundLine(status) })),
  };
}

function refuse(call: Call, rejection: Rejection): Answer {
  noteRejection(call, rejection);
  return refundSingleWallet.refuse(call.body, rejection.status);
}
