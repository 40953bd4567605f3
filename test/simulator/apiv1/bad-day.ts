import { actionType } from './action-types.js';
import type { Caller, Move } from './caller.js';
import type { Sent } from './desk.js';
import type { Fault } from './faults.js';
import { drawForm } from './forms.js';

/** How often each happens to a call, or to an order. */
const CHANCE = 0.12;

/** Plays a movement with whatever the wire does to it. */
export async function movesOnAnyDay(caller: Caller, move: Move): Promise<void> {
  const { random, desk } = caller;
  const happens = (fault: Fault) => desk.connection.faults.has(fault) && random.chance(CHANCE);
  const sent = caller.prepares(move, drawForm(move, random));
  if (happens('lost-answers') && isDecidedOnce(caller, sent)) {
    for (let lost = random.int(1, 3); lost > 0; lost--) {
      await desk.lose(sent.request, random.pick(['when sent', 'when answered']));
    }
    await caller.in('answer lost').sends(renewed(caller, sent));
  } else if (happens('duplicates')) {
    await caller.in('copies at once').sendsAtOnce(Array.from({ length: random.int(2, 5) }, () => sent));
  } else {
    await caller.sends(sent);
  }
  const earlier = desk.earlier(move.member);
  if (happens('duplicates') && earlier.length > 0) {
    await caller.in('copy much later').sends(renewed(caller, random.pick(earlier)));
  }
  if (happens('checks')) {
    await checksAfter(caller, sent);
    if (earlier.length > 0) await checksAfter(caller, random.pick(earlier));
  }
}

/** Each answer in the case of the rule that it shows. */
async function checksAfter(caller: Caller, { update: { transactionId } }: Sent): Promise<void> {
  const { book } = caller.desk;
  const isRefused = book.check(transactionId)[0]?.error !== undefined;
  const refusal = book.isFinal(transactionId) ? 'check refused stake' : 'check refused settlement';
  await caller.in(isRefused ? refusal : 'check applied').checks(transactionId);
}

/**
 * A refused settlement is decided anew each time it comes: a copy whose answer was lost may be on its way still, and
 * nobody could say what the next one finds.
 */
function isDecidedOnce({ desk }: Caller, { update }: Sent): boolean {
  return actionType(update.type).stake || desk.book.update(update).every(({ error }) => error === undefined);
}

/** The same request in other words: another timestamp, other forms of the same values. */
export function renewed(caller: Caller, { update }: Pick<Sent, 'update'>): Sent {
  return caller.prepares(update, drawForm(update, caller.random));
}
