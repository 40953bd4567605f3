import type { ExpectedAnswer } from '../comparison.js';
import { amount, integer, milliseconds, type Expected } from '../expectation.js';
import type { Members } from '../exact-json.js';
import { refusal } from './answers.js';
import type { Caller } from './caller.js';
import type { Entry, Model } from './model.js';

/** queryIncreaseCreditRecord; no seqNos: all of the round. */
export function queryBody(caller: Caller, username: string, seqNos: readonly string[], roundCode = ''): Members {
  const frame = caller.frame('queryIncreaseCreditRecord', 'query');
  return { username, querySeqNo: seqNos.join(','), roundCode, sessionToken: caller.sessionToken, ...frame };
}

/** A line for each known seqNo of the player, in the order asked, each once. */
export function queryAnswer(model: Model, body: Members, username: string, seqNos: readonly string[]): ExpectedAnswer {
  const creditRecord = [...new Set(seqNos)].flatMap((seqNo): Expected[] => {
    const entry = model.entries.get(seqNo);
    return entry?.movement.username.toLowerCase() === username.toLowerCase() ? [record(entry)] : [];
  });
  return refusal(body, [200], { creditRecord });
}

export function record({ movement, outcome, refunded }: Entry): Expected {
  const { seqNo, type, roundCode, money } = movement;
  const shared = { querySeqNo: seqNo, type: integer(type), creditTime: milliseconds };
  const round = roundCode === undefined ? {} : { roundCode };
  // What a refused one shows beside its status is not written down.
  if (outcome.status !== 200) return { ...shared, ...round, status: integer(outcome.status) };
  return {
    ...shared,
    ...round,
    status: integer(refunded ? 209 : 200),
    money: amount(money),
    moneyBefore: amount(outcome.moneyBefore),
    moneyAfter: amount(outcome.money),
  };
}
