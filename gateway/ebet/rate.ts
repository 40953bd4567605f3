import type { Rate, Rates } from '../rates.js';
import { textOf } from './admission.js';
import { noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import { STATUS } from './status.js';

/** What is refused so was not signed, or not well-formed, and asked nothing of wallet-core. */
const UNCOUNTED: ReadonlySet<number> = new Set([STATUS.WRONG_PARAMETER, STATUS.WRONG_SIGNATURE, STATUS.WRONG_TYPE]);

/**
 * Answers a call, unless it is over its endpoint's rate. One that turns out to be unsigned is not counted, or anybody could
 * use up the logins of a player.
 */
export function answerWithinRate(endpoint: Endpoint, call: Call, rates: Rates): Promise<Answer> {
  const { rate } = endpoint;
  return rate ? answerCounted(endpoint, rate, call, rates) : endpoint.answer(call);
}

async function answerCounted(endpoint: Endpoint, rate: Rate, call: Call, rates: Rates): Promise<Answer> {
  // Who logs in by token alone is known by it.
  const player = playerOf(textOf(call.body, 'username')) || textOf(call.body, 'accessToken');
  if (!(await rates.take(call.channel, rate, player))) {
    noteRejection(call, {
      status: STATUS.TOO_MANY_REQUESTS,
      why: `more ${rate} than the channel takes in a minute`,
    });
    return endpoint.refuse(call.body, STATUS.TOO_MANY_REQUESTS);
  }
  const answer = await endpoint.answer(call);
  if (UNCOUNTED.has(answer.status)) await rates.giveBack(call.channel, rate, player);
  return answer;
}
