import { parseMoney } from '../../wallet-core/money.js';
import { differences, onlyOne, type Caused, type Fault } from '../caused.js';
import type { JsonObject } from '../json/value.js';
import { textOf } from './admission.js';
import { playerOf } from './call.js';
import type { Apiv1Channel } from './channel.js';
import { verifySignature } from './signature.js';

/** Whether the provider signed a kept request, and what it signed is what was recorded. */
export function apiv1Faults(body: JsonObject, channel: Apiv1Channel, { records }: Caused): Fault[] {
  // The call is not named in its body. An update that came too late is a question too, and closes what it asks for.
  const endpoint = textOf(body, 'action_value') === '' ? 'transaction-check' : 'balance-update';
  const signed = verifySignature(endpoint, body, channel.key);
  const signature = differences({
    sign: ["with the channel's key", signed ? "with the channel's key" : 'not with it'],
  });
  const block = onlyOne(records, ({ type }) => type === 'block');
  if (block && records.length === 1) {
    return [...signature, ...differences({ transaction_id: [textOf(body, 'transaction_id'), block.reference] })];
  }
  const movement = records.length === 1 ? onlyOne(records, ({ type }) => type === 'movement') : null;
  if (!movement || endpoint !== 'balance-update') {
    return [...signature, { subject: 'what it asked for', expected: endpoint, seen: 'other records' }];
  }
  return [
    ...signature,
    ...differences({
      transaction_id: [textOf(body, 'transaction_id'), movement.reference],
      member_id: [playerOf(body), movement.player],
      action_value: [String(parseMoney(textOf(body, 'action_value'), channel.currency)), String(movement.amount)],
      action_type: [textOf(body, 'action_type'), movement.providerType],
      currency: [channel.currency, movement.currency],
    }),
  ];
}
