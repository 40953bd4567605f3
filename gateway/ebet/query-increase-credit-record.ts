import { Kind, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { JsonNumber } from '../json/value.js';
import type { Unnamed } from '../wallet-client.js';
import * as field from './admission.js';
import { busy, listCallFault, textOf, type Rejection } from './admission.js';
import { amountJson, noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { STATUS, statusOf } from './status.js';

const FIELDS = field.fieldsOf({
  ...field.SIGNED_CALL,
  querySeqNo: { type: 'string', required: false },
  roundCode: { type: 'string', required: false },
});

const SEQ_NOS_MAX = 1_000;

/** queryIncreaseCreditRecord: what we recorded for given seqNos, or in a round. */
export const queryIncreaseCreditRecord: Endpoint = {
  rate: 'queries',
  answer,
  refuse: (body, status) => ({ username: textOf(body, 'username'), status, creditRecord: [] }),
};

async function answer(call: Call): Promise<Answer> {
  const { body, channel, client, callback } = call;
  const fault = await listCallFault('queryIncreaseCreditRecord', call, FIELDS);
  if (fault) return refuse(call, fault);

  const username = textOf(body, 'username');
  const player = playerOf(username);
  const round = textOf(body, 'roundCode');
  // What cannot be a seqNo is none of ours.
  const asked = textOf(body, 'querySeqNo').split(',');
  const seqNos = [...new Set(asked)].filter((seqNo) => field.SEQ_NO.form?.test(seqNo));
  if (seqNos.length > SEQ_NOS_MAX) {
    return refuse(call, { status: STATUS.WRONG_PARAMETER, why: `querySeqNo has more than ${SEQ_NOS_MAX}` });
  }
  if (textOf(body, 'querySeqNo') === '' && round === '') {
    return refuse(call, { status: STATUS.WRONG_PARAMETER, why: 'querySeqNo and roundCode are missing' });
  }
  const found =
    textOf(body, 'querySeqNo') === ''
      ? await client.movementsOfRound(channel.name, player, round, callback)
      : await client.movements(channel.name, player, seqNos, callback);
  if (!found) return refuse(call, busy(call));
  const creditRecord = newestOfEach(found).map((movement) => lineOf(movement, username));
  return { username, status: STATUS.SUCCESS, creditRecord };
}

/** A seqNo may have several refused attempts before it is held: the newest tells what became of it. */
function newestOfEach(movements: readonly Unnamed[]): Unnamed[] {
  const asked = movements.filter(({ kind }) => kind !== Kind.REFUND);
  const newest = new Map(asked.map((movement) => [movement.reference, movement]));
  return asked.filter((movement) => newest.get(movement.reference) === movement);
}

function lineOf(movement: Unnamed, username: string) {
  const { outcome, reason, refunded, reference, round, providerType, timeMs } = movement;
  const { amount, balanceBefore, balanceAfter } = movement;
  const accepted = refunded ? STATUS.REFUNDED : STATUS.SUCCESS;
  return {
    querySeqNo: reference,
    // What another caller posted on this channel may have a type that is no number of JSON, such as "007".
    type: new JsonNumber(/^(0|[1-9]\d*)$/.test(providerType) ? providerType : '0'),
    username,
    roundCode: round,
    status: outcome === Outcome.APPLIED ? accepted : statusOf(reason),
    creditTime: Number(timeMs),
    moneyBefore: amountJson(balanceBefore),
    moneyAfter: amountJson(balanceAfter),
    money: amountJson(amount),
  };
}

function refuse(call: Call, rejection: Rejection): Answer {
  noteRejection(call, rejection);
  return queryIncreaseCreditRecord.refuse(call.body, rejection.status);
}
