import { Outcome, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import type { Place, ToldCheck, ToldResult } from './act.js';
import { textOf } from './money.js';
import type { MovementRecord, Past, RefundRecord } from './past.js';

const NOTHING = { reason: Reason.UNSPECIFIED, movements: [], refund: undefined, check: undefined };

export function invalid(reason: Reason): ToldResult {
  return { ...NOTHING, outcome: Outcome.INVALID, reason };
}

/** What the recorded movements of one command tell, now and for ever. */
export function ofMovements(past: Past, places: readonly Place[]): ToldResult {
  const records = places.map((place) => past[place]).filter((event) => event?.what === 'movement');
  const reason = records[0]?.reason ?? Reason.UNSPECIFIED;
  const movements = records.map(({ before, after, currency }, n) => ({
    place: places[n] ?? -1,
    before: textOf(before, currency),
    after: textOf(after, currency),
  }));
  return { ...NOTHING, outcome: outcomeOf(reason), reason, movements };
}

/** What a recorded refund tells, now and for ever. */
export function ofRefund(record: RefundRecord, place: Place): ToldResult {
  const { player, currency, lines } = record;
  const text = (amount: bigint) => (player === '' ? '' : textOf(amount, currency));
  const [before, after, refunded] = [text(record.before), text(record.after), textOf(record.refunded, currency)];
  return { ...NOTHING, outcome: Outcome.APPLIED, refund: { place, before, after, refunded, lines } };
}

export function ofCheck(found: MovementRecord | undefined, place: Place | undefined): ToldResult {
  const reason = found?.reason ?? Reason.UNSPECIFIED;
  const check: ToldCheck = { outcome: found ? outcomeOf(reason) : Outcome.UNSPECIFIED, reason, place };
  return { ...NOTHING, outcome: Outcome.APPLIED, check };
}

function outcomeOf(reason: Reason): Outcome {
  return reason === Reason.UNSPECIFIED ? Outcome.APPLIED : Outcome.REFUSED;
}
