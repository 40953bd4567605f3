import { Kind, Reason, Relation } from '../../../proto/gen/wallet/v1/movement.js';
import type { NewMovement } from '../../../proto/gen/wallet/v1/posting.js';
import { houseOf } from './house.js';
import { LIMIT } from './money.js';
import * as is from './past.js';
import type { Event, MovementRecord, Past } from './past.js';

/** What payouts do about bets that failed at the provider, before any movement of their command. */
export interface FailedBets {
  readonly refunds: readonly MovementRecord[];
  readonly blocks: readonly Event[];
  readonly reason: Reason;
}

export function failedBetsOf(past: Past, channel: string, asked: readonly NewMovement[], command: number): FailedBets {
  const refunds: MovementRecord[] = [];
  const blocks: Event[] = [];
  let reason = Reason.UNSPECIFIED;
  for (const payout of asked) {
    for (const { reference, relation } of payout.names) {
      if (relation !== Relation.REFUND_FAILED && relation !== Relation.REJECT_FAILED) continue;
      const bet = is.holderOf(past, channel, reference);
      if (!bet) {
        if (!is.isBlocked([...past, ...blocks], channel, reference, payout.playerId)) {
          blocks.push({ what: 'block', channel, reference, player: payout.playerId });
        }
        continue;
      }
      if (!isFailed([...past, ...refunds], bet, payout)) continue;
      if (relation === Relation.REJECT_FAILED) {
        if (reason === Reason.UNSPECIFIED) reason = Reason.FAILED_BET_DEBITED;
        continue;
      }
      const refund = refundOf([...past, ...refunds], bet, payout.reference, command);
      const house = houseOf([...past, ...refunds], channel, bet.currency, bet.kind) - refund.amount;
      if ((refund.after > LIMIT || house < -LIMIT) && reason === Reason.UNSPECIFIED) reason = Reason.BALANCE_LIMIT;
      refunds.push(refund);
    }
  }
  return { refunds, blocks, reason };
}

/** Whether such a bet is still debited: nothing was drawn of it, and no payout settled it. */
function isFailed(past: Past, bet: MovementRecord, payout: NewMovement): boolean {
  return (
    is.isDebit(bet) &&
    bet.kind === Kind.BET &&
    bet.wager &&
    bet.player === payout.playerId &&
    bet.currency === payout.currency &&
    bet.round === payout.round &&
    is.outstandingOf(past, bet) === -bet.amount &&
    !is.isSettled(past, bet)
  );
}

/** A debit given back whole. */
export function refundOf(past: Past, debit: MovementRecord, reference: string, command: number): MovementRecord {
  const { channel, player, currency, round } = debit;
  const amount = -debit.amount;
  const before = is.balanceOf(past, player, currency);
  return {
    ...{
      what: 'movement',
      command,
      channel,
      player,
      currency,
      kind: Kind.REFUND,
      amount,
      before,
      after: before + amount,
    },
    ...{
      reason: Reason.UNSPECIFIED,
      reference,
      holds: false,
      round,
      providerType: '',
      withholding: false,
      wager: false,
    },
    names: [{ reference: debit.reference, relation: Relation.REFUND, amount }],
  };
}
