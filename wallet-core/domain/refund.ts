import type { RefundCommand, RefundLine } from './command.js';
import { rule } from './kinds.js';
import { withinLimit } from '../money.js';
import { invalid } from './outcome.js';
import type { RefundLineStatus } from './reasons.js';
import type { CommandRecord, DecidedRefundLine, MovementRecord, RefundRecord } from './record.js';
import type { State } from './state.js';
import type { Decision, Moment } from './decision.js';

/**
 * Decides a refund request line by line (eBET manual, refundSingleWallet). What is refunded is what the ledger recorded;
 * the line only has to agree with it, for the lists are not signed.
 */
export function decideRefund(state: State, command: RefundCommand, moment: Moment): Decision {
  const { channel, reference, player, currency } = command;
  const first = state.refund(channel, reference);
  if (first) {
    const outcome = sameRequest(first, command)
      ? { status: 'REFUND_DECIDED' as const, refund: first }
      : invalid('REFERENCE_CONFLICT', `reference ${reference}: known on this channel with a different refund`);
    return { outcome, records: [] };
  }

  const view = state.overlay();
  // The request's own record comes first, so what it caused follows it in the journal.
  const caused: CommandRecord[] = [];
  const lines: DecidedRefundLine[] = [];
  let refunded = 0n;
  for (const line of command.lines) {
    const id = moment.firstId + 1n + BigInt(caused.length);
    const status = judgeLine(view, command, line);
    if (status === 'REFUNDED') {
      const movement = refundOf(view, command, line, id, moment.timeMs);
      view.apply(movement);
      caused.push(movement);
      refunded += movement.amount;
    } else if (status === 'UNKNOWN' && !view.isBlocked(channel, line.reference, line.player)) {
      const block = { type: 'block' as const, id, channel, reference: line.reference, player: line.player };
      view.apply(block);
      caused.push(block);
    }
    lines.push({ ...line, status });
  }
  const refund: RefundRecord = {
    type: 'refund',
    id: moment.firstId,
    channel,
    reference,
    player,
    currency,
    lines,
    balanceBefore: state.account(player, currency).balance,
    balanceAfter: view.account(player, currency).balance,
    refunded,
    timeMs: moment.timeMs,
  };
  return { outcome: { status: 'REFUND_DECIDED', refund }, records: [refund, ...caused] };
}

function judgeLine(state: State, command: RefundCommand, line: RefundLine): RefundLineStatus {
  const { channel, player, currency } = command;
  if (player !== '' && line.player !== player) return 'OTHER_PLAYER';
  const debit = state.movement(channel, line.reference);
  // A debit that came after its refund was refused for that: to the refund it is as unknown as before.
  if (debit === undefined || (debit.reason === 'BLOCKED' && debit.player === line.player)) return 'UNKNOWN';
  if (debit.player !== line.player) return 'OTHER_PLAYER';
  if (debit.reason !== null || !rule(debit.kind).stake || debit.amount >= 0n) return 'NOT_REFUNDABLE';
  const drawn = state.drawnOf(channel, line.reference);
  if (drawn.refunded) return 'ALREADY_REFUNDED';
  if (command.refuseSettled && state.isSettled(debit)) return 'SETTLED';
  if (drawn.returned > 0n || line.amount !== -debit.amount || debit.currency !== currency) return 'AMOUNT_DIFFERS';
  const house = state.houseBalance(channel, currency, debit.purpose);
  const { balance } = state.account(line.player, currency);
  return withinLimit(balance - debit.amount) && withinLimit(house + debit.amount) ? 'REFUNDED' : 'BALANCE_LIMIT';
}

function refundOf(state: State, command: RefundCommand, line: RefundLine, id: bigint, timeMs: bigint): MovementRecord {
  const debit = state.movement(command.channel, line.reference);
  if (!debit) throw new Error(`refund of ${line.reference}, which was judged to exist`);
  const { balance } = state.account(debit.player, debit.currency);
  return {
    type: 'movement',
    id,
    channel: command.channel,
    player: debit.player,
    currency: debit.currency,
    kind: 'REFUND',
    purpose: debit.purpose,
    amount: -debit.amount,
    balanceBefore: balance,
    balanceAfter: balance - debit.amount,
    reason: null,
    reference: command.reference,
    holdsReference: false,
    round: debit.round,
    providerType: '',
    names: [{ reference: debit.reference, relation: 'REFUND', amount: -debit.amount }],
    withholding: false,
    timeMs,
  };
}

function sameRequest(first: RefundRecord, command: RefundCommand): boolean {
  return (
    first.player === command.player &&
    first.currency === command.currency &&
    first.lines.length === command.lines.length &&
    first.lines.every((line, index) => {
      const other = command.lines[index];
      return line.reference === other?.reference && line.amount === other.amount && line.player === other.player;
    })
  );
}
