import { Reason } from '../../../proto/gen/wallet/v1/movement.js';
import { RefundLineStatus, type RefundCommand, type RefundLine } from '../../../proto/gen/wallet/v1/posting.js';
import { invalid, ofRefund } from './answers.js';
import { refundOf } from './failed-bets.js';
import { houseOf } from './house.js';
import { LIMIT, minorOf, textOf } from './money.js';
import type { Decided } from './movements.js';
import * as is from './past.js';
import type { MovementRecord, Past, RefundRecord } from './past.js';

/** Refunds line by line; a repeat gets the first answer. */
export function postRefund(past: Past, channel: string, command: RefundCommand): Decided {
  const { reference, playerId: player, currency } = command;
  const asked = JSON.stringify([player, currency, command.lines.map((line) => lineAsked(line, command))]);
  const place = past.findIndex((e) => e.what === 'refund' && e.channel === channel && e.reference === reference);
  const known = past[place];
  if (known?.what === 'refund') {
    return [past, known.asked === asked ? ofRefund(known, place) : invalid(Reason.REFERENCE_CONFLICT)];
  }
  // The request comes first among the records; it is known whole when its lines have been decided.
  const request = { what: 'refund', channel, reference, player, currency, asked } as const;
  const before = is.balanceOf(past, player, currency);
  const empty: RefundRecord = { ...request, before, after: before, refunded: 0n, lines: [] };
  let now: Past = [...past, empty];
  const lines = command.lines.map((line) => {
    const whose = line.playerId === '' ? player : line.playerId;
    const status = statusOf(now, channel, command, line, whose);
    const debit = is.holderOf(now, channel, line.reference);
    if (status === RefundLineStatus.REFUNDED && debit)
      now = [...now, refundOf(now, debit, reference, is.movementsOf(now).length)];
    if (status === RefundLineStatus.UNKNOWN && !is.isBlocked(now, channel, line.reference, whose)) {
      now = [...now, { what: 'block', channel, reference: line.reference, player: whose }];
    }
    const gaveBack = status === RefundLineStatus.REFUNDED || status === RefundLineStatus.ALREADY_REFUNDED;
    const amount = textOf(gaveBack && debit ? -debit.amount : 0n, currency);
    return { reference: line.reference, status, amount };
  });
  const refunded = now
    .slice(past.length)
    .reduce((sum, event) => (event.what === 'movement' ? sum + event.amount : sum), 0n);
  const record: RefundRecord = { ...empty, after: is.balanceOf(now, player, currency), refunded, lines };
  return [now.with(past.length, record), ofRefund(record, past.length)];
}

/** A line as it is compared: all text that is no amount is alike. */
function lineAsked(
  { reference, amount, playerId }: RefundLine,
  { playerId: player, currency }: RefundCommand,
): string[] {
  return [reference, String(positive(amount, currency)), playerId === '' ? player : playerId];
}

function positive(text: string, currency: string): bigint | undefined {
  const amount = minorOf(text, currency);
  return amount !== undefined && amount > 0n ? amount : undefined;
}

function statusOf(
  now: Past,
  channel: string,
  command: RefundCommand,
  line: RefundLine,
  whose: string,
): RefundLineStatus {
  const { playerId, currency, amountMax } = command;
  const amount = positive(line.amount, currency);
  const maximum = minorOf(amountMax, currency);
  if (maximum !== undefined && amount !== undefined && amount > maximum) return RefundLineStatus.ABOVE_MAXIMUM;
  if (playerId !== '' && whose !== playerId) return RefundLineStatus.OTHER_PLAYER;
  const debit = is.holderOf(now, channel, line.reference);
  if (!debit) return RefundLineStatus.UNKNOWN;
  if (debit.player !== whose) return RefundLineStatus.OTHER_PLAYER;
  if (debit.reason === Reason.BLOCKED) return RefundLineStatus.UNKNOWN;
  if (!is.isDebit(debit)) return RefundLineStatus.NOT_REFUNDABLE;
  return statusOfDebit(now, command, debit, amount);
}

function statusOfDebit(
  now: Past,
  { currency, refuseSettled }: RefundCommand,
  debit: MovementRecord,
  amount: bigint | undefined,
): RefundLineStatus {
  if (is.isRefunded(now, debit)) return RefundLineStatus.ALREADY_REFUNDED;
  if (debit.currency !== currency) return RefundLineStatus.AMOUNT_DIFFERS;
  if (refuseSettled && is.isSettled(now, debit)) return RefundLineStatus.SETTLED;
  const untouched = is.outstandingOf(now, debit) === -debit.amount;
  if (amount !== -debit.amount || !untouched) return RefundLineStatus.AMOUNT_DIFFERS;
  const house = houseOf(now, debit.channel, currency, debit.kind) + debit.amount;
  const over = is.balanceOf(now, debit.player, currency) - debit.amount > LIMIT || house < -LIMIT;
  return over ? RefundLineStatus.BALANCE_LIMIT : RefundLineStatus.REFUNDED;
}
