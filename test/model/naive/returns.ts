import { Kind, Reason, Relation, type Named } from '../../../proto/gen/wallet/v1/movement.js';
import type { NewMovement } from '../../../proto/gen/wallet/v1/posting.js';
import { minorOf } from './money.js';
import { holderOf, outstandingOf, type MovementRecord, type NameRecord, type Past } from './past.js';
import { drawOf } from './well-formed.js';

/** The debit that a return may draw on: of the same channel, player and currency, with a withholding in it. */
function debitOf(now: Past, channel: string, asked: NewMovement, { reference }: Named): MovementRecord | undefined {
  const holder = holderOf(now, channel, reference);
  if (!holder || holder.reason !== Reason.UNSPECIFIED || !holder.withholding) return undefined;
  return holder.player === asked.playerId && holder.currency === asked.currency ? holder : undefined;
}

/** Why a return is refused. A movement or a part of nothing is recorded without looking at what it names. */
export function refusalOfReturns(now: Past, channel: string, asked: NewMovement): Reason {
  if (asked.kind !== Kind.WITHHOLDING_RETURN || minorOf(asked.amount, asked.currency) === 0n) return Reason.UNSPECIFIED;
  const parts = asked.names.filter((name) => name.relation === Relation.RETURN && drawOf(name, asked.currency) > 0n);
  const drawn = new Map<MovementRecord, bigint>();
  for (const part of parts) {
    const debit = debitOf(now, channel, asked, part);
    if (!debit) return Reason.DEBIT_UNKNOWN;
    drawn.set(debit, (drawn.get(debit) ?? 0n) + drawOf(part, asked.currency));
    if ((drawn.get(debit) ?? 0n) > outstandingOf(now, debit)) return Reason.EXCEEDS_OUTSTANDING;
  }
  return Reason.UNSPECIFIED;
}

/** What a movement names, with what it really draws: all of a return, of a capped one what is there. */
export function namesToRecord(now: Past, channel: string, asked: NewMovement, moves: boolean): NameRecord[] {
  const drawn = new Map<MovementRecord, bigint>();
  let left = minorOf(asked.amount, asked.currency) ?? 0n;
  return asked.names.map((name) => {
    const { reference, relation } = name;
    const wanted = drawOf(name, asked.currency);
    if (!moves || wanted === 0n) return { reference, relation, amount: 0n };
    if (relation === Relation.RETURN) return { reference, relation, amount: wanted };
    const debit = debitOf(now, channel, asked, name);
    const there = debit ? outstandingOf(now, debit) - (drawn.get(debit) ?? 0n) : 0n;
    const amount = least(wanted, there, left);
    left -= amount;
    if (debit) drawn.set(debit, (drawn.get(debit) ?? 0n) + amount);
    return { reference, relation, amount };
  });
}

const least = (...amounts: readonly bigint[]) => amounts.reduce((a, b) => (b < a ? b : a));
