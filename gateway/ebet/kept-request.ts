import { parseMoney } from '../../wallet-core/money.js';
import { differences, onlyOne, type Caused, type CausedRecord, type Fault } from '../caused.js';
import { shortestNumber } from '../json/shortest-number.js';
import type { JsonObject } from '../json/value.js';
import { textOf } from './admission.js';
import { playerOf } from './call.js';
import { TOLERANCE_MINUTES_MAX, type EbetChannel } from './channel.js';
import { verifySignature, type SignedEndpoint } from './signature.js';

/** What each of eBET's calls must have caused; the others leave no request behind. */
const ENDPOINTS = {
  increaseCredit: movementFaults,
  refundSingleWallet: (body, channel, caused) =>
    refundFaults(playerOf(textOf(body, 'username')), body, channel, caused),
  autoBatchRefund: (body, channel, caused) => refundFaults('', body, channel, caused),
} as const satisfies Partial<
  Record<SignedEndpoint, (body: JsonObject, channel: EbetChannel, caused: Caused) => Fault[]>
>;

/** Whether eBET signed a kept request, and what it signed is what was recorded. */
export function ebetFaults(body: JsonObject, channel: EbetChannel, caused: Caused): Fault[] {
  const event = textOf(body, 'event');
  if (!isKept(event)) return [{ subject: 'event', expected: Object.keys(ENDPOINTS).join(' or '), seen: event }];
  const signed = verifySignature(event, body, channel.publicKeys);
  return [
    ...differences({ signature: ["one of the channel's keys", signed ? "one of the channel's keys" : 'none of them'] }),
    ...differences({ channelId: [String(channel.channelId), shortestNumber(textOf(body, 'channelId')) ?? 'none'] }),
    ...ENDPOINTS[event](body, channel, caused),
  ];
}

function isKept(event: string): event is keyof typeof ENDPOINTS {
  return Object.hasOwn(ENDPOINTS, event);
}

/** `type` is not signed: that it fits shows that only one of both was not changed. */
function movementFaults(body: JsonObject, { currency }: EbetChannel, { records }: Caused): Fault[] {
  const movement = onlyOne(records, ({ type, kind }) => type === 'movement' && kind !== 'REFUND');
  if (!movement) return [{ subject: 'movement', expected: 'one', seen: 'none, or several' }];
  const money = parseMoney(shortestNumber(textOf(body, 'money')) ?? '', currency);
  return differences({
    seqNo: [textOf(body, 'seqNo'), movement.reference],
    username: [playerOf(textOf(body, 'username')), movement.player],
    money: [String(money), String(movement.amount)],
    currency: [currency, movement.currency],
    type: [shortestNumber(textOf(body, 'type')) ?? '', movement.providerType],
  });
}

/** The list is not signed, and decides no amount: each refund is bound to the debit that it gives back. */
function refundFaults(player: string, body: JsonObject, { currency }: EbetChannel, caused: Caused): Fault[] {
  const isRefund = ({ type }: CausedRecord) => type === 'refund';
  const refund = onlyOne(caused.records, isRefund);
  if (!refund) return [{ subject: 'refund', expected: 'one', seen: 'none, or several' }];
  return [
    ...differences({
      seqNo: [textOf(body, 'seqNo'), refund.reference],
      username: [player, refund.player],
      currency: [currency, refund.currency],
    }),
    ...staleness(body, caused),
  ];
}

/** One signature would serve for any list, at any time, so it serves for as long as any channel can allow. */
function staleness(body: JsonObject, { timeMs }: Caused): Fault[] {
  const timestamp = textOf(body, 'timestamp');
  if (Math.abs(Number(timestamp) - Number(timeMs)) <= TOLERANCE_MINUTES_MAX * 60_000) return [];
  return [{ subject: 'timestamp', expected: `${timestamp}, and a day at most`, seen: String(timeMs) }];
}
