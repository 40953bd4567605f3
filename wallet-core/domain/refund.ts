import type { RefundCommand, RefundLine } from './command.js';
import { rule } from './kinds.js';
import { withinLimit } from '../money.js';
import { invalid, type Outcome } from './outcome.js';
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
      ? decided(state, first)
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
      const debit = view.movement(channel, line.reference);
      if (!debit) throw new Error(`refund of ${line.reference}, which was judged to exist`);
      const movement = refundOf(view, debit, reference, id, moment.timeMs);
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
  return { outcome: decided(view, refund), records: [refund, ...caused] };
}

/** The same for a repeat as at first: a refunded debit was given back whole, and it never changes. */
function decided(state: State, refund: RefundRecord): Outcome {
  const givenBack = refund.lines.map(({ reference, status }) => {
    const refunded = status === 'REFUNDED' || status === 'ALREADY_REFUNDED';
    const debit = refunded ? state.movement(refund.channel, reference) : undefined;
    return debit ? -debit.amount : 0n;
  });
  return { status: 'REFUND_DECIDED', refund, givenBack };
}

function judgeLine(state: State, command: RefundCommand, line: RefundLine): RefundLineStatus {
  const { channel, player, currency, amountMax } = command;
  if (amountMax !== null && line.amount !== null && line.amount > amountMax) return 'ABOVE_MAXIMUM';
  if (player !== '' && line.player !== player) return 'OTHER_PLAYER';
  const debit = state.movement(channel, line.reference);
  // A debit that came after its refund was refused for that: to the refund it is as unknown as before.
  if (debit === undefined || (debit.reason === 'BLOCKED' && debit.player === line.player)) return 'UNKNOWN';
  if (debit.player !== line.player) return 'OTHER_PLAYER';
  if (debit.reason !== null || !rule(debit.kind).stake || debit.amount >= 0n) return 'NOT_REFUNDABLE';
  const drawn = state.drawnOf(channel, line.reference);
  if (drawn.refunded) return 'ALREADY_REFUNDED';
  // First, for only settlements in the command's currency are loaded.
  if (debit.currency !== currency) return 'AMOUNT_DIFFERS';
  if (command.refuseSettled && state.isSettled(debit)) return 'SETTLED';
  if (drawn.returned > 0n || line.amount !== -debit.amount) return 'AMOUNT_DIFFERS';
  return refundFits(state, debit) ? 'REFUNDED' : 'BALANCE_LIMIT';
}

/** Whether both sides of a debit's refund stay within the limit of balances. */
export function refundFits(state: State, { channel, player, currency, purpose, amount }: MovementRecord): boolean {
  const { balance } = state.account(player, currency);
  return withinLimit(balance - amount) && withinLimit(state.houseBalance(channel, currency, purpose) + amount);
}

/** Gives a debit back whole; `reference` is that of the request which asked for it. */
export function refundOf(
  state: State,
  debit: MovementRecord,
  reference: string,
  id: bigint,
  timeMs: bigint,
): MovementRecord {
  const { balance } = state.account(debit.player, debit.currency);
  return {
    type: 'movement',
    id,
    channel: debit.channel,
    player: debit.player,
    currency: debit.currency,
    kind: 'REFUND',
    purpose: debit.purpose,
    amount: -debit.amount,
    balanceBefore: balance,
    balanceAfter: balance - debit.amount,
    reason: null,
    reference,
    holdsReference: false,
    round: debit.round,
    providerType: '',
    names: [{ reference: debit.reference, relation: 'REFUND', amount: -debit.amount }],
    withholding: false,
    wager: false,
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
