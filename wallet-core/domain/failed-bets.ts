import type { Named, NewMovement } from './command.js';
import type { Moment } from './decision.js';
import type { RefusalReason } from './reasons.js';
import type { BlockRecord, MovementRecord } from './record.js';
import { refundFits, refundOf } from './refund.js';
import type { State } from './state.js';

/** Whether a payout names a bet as failed. */
export function saysFailed({ relation }: Named): boolean {
  return relation === 'REFUND_FAILED' || relation === 'REJECT_FAILED';
}

/** What comes of the bets that payouts name as failed, before the payouts themselves are judged. */
export interface FailedBets {
  readonly refunds: readonly MovementRecord[];
  /** Of bets that are not known: whatever becomes of the payouts, a debit that arrives later must be refused. */
  readonly blocks: readonly Omit<BlockRecord, 'id'>[];
  readonly refused: RefusalReason | undefined;
}

/**
 * Judges failed bets one by one, never by round (eBET manual, increaseCredit type 2, `betMoney` 0). The list is not signed:
 * what is given back is what the ledger recorded. Applies what it decides to the view.
 */
export function settleFailedBets(
  view: State,
  channel: string,
  movements: readonly NewMovement[],
  moment: Moment,
): FailedBets {
  const refunds: MovementRecord[] = [];
  const blocks: Omit<BlockRecord, 'id'>[] = [];
  let refused: RefusalReason | undefined;
  for (const payout of movements) {
    for (const { reference, relation } of payout.names.filter(saysFailed)) {
      const bet = view.movement(channel, reference);
      if (!bet) {
        if (view.isBlocked(channel, reference, payout.player)) continue;
        const block = { type: 'block' as const, channel, reference, player: payout.player };
        view.apply({ ...block, id: moment.firstId });
        blocks.push(block);
      } else if (isDebited(view, bet, payout)) {
        if (relation === 'REJECT_FAILED') refused ??= 'FAILED_BET_DEBITED';
        else if (!refundFits(view, bet)) refused ??= 'BALANCE_LIMIT';
        else {
          const id = moment.firstId + BigInt(refunds.length);
          const refund = refundOf(view, bet, payout.reference, id, moment.timeMs);
          view.apply(refund);
          refunds.push(refund);
        }
      }
    }
  }
  return { refunds, blocks, refused };
}

/**
 * Whether the payout's word concerns this bet, and its money is still with the house, whole. A bet that an accepted payout
 * settled has not failed: the list is not signed, and a refund of such a bet is refused for the same reason.
 */
function isDebited(view: State, bet: MovementRecord, payout: NewMovement): boolean {
  const { returned, refunded } = view.drawnOf(bet.channel, bet.reference);
  return (
    bet.kind === 'BET' &&
    bet.wager &&
    bet.reason === null &&
    bet.amount < 0n &&
    bet.player === payout.player &&
    bet.currency === payout.currency &&
    bet.round === payout.round &&
    !refunded &&
    returned === 0n &&
    !view.isSettled(bet)
  );
}
