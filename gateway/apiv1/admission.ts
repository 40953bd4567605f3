import { JsonNumber, type JsonObject } from '../json/value.js';
import type { Call } from './call.js';
import type { Apiv1Channel } from './channel.js';
import { verifySignature, type SignedEndpoint } from './signature.js';

interface Field {
  /** What it must look like as a string. */
  readonly text: RegExp;
  /** What the source text of a number must look like; absent: it cannot be a number. */
  readonly number?: RegExp;
  /** Absent, null and empty are the same: missing. */
  readonly optional?: true;
}

/** Decimal(18,2). Also what narrows the signature, which has no separators: one value has few spellings. */
const AMOUNT = /^-?(0|[1-9]\d{0,15})(\.\d{1,2})?$/;
const TWO_DECIMALS = /\.\d{2}$/;
const TYPE = /^([1-9]|1[0-2])$/;
const SECONDS = /^\d{10}$/;

/** The grammar of the fields, which is looked at before the signature. Lengths count characters, not UTF-16 units. */
const GRAMMAR = {
  transaction_id: { text: /^[\x20-\x7e]{1,32}$/ },
  // The provider's page calls it an int, and shows a text.
  member_id: { text: /^[^\x00-\x1f\x7f]{1,50}$/u, number: /^(0|[1-9]\d{0,49})$/ },
  action_value: { text: AMOUNT, number: AMOUNT },
  action_type: { text: TYPE, number: TYPE },
  timestamp: { text: SECONDS, number: SECONDS },
  sign: { text: /^[0-9a-f]{32}$/i },
  // Neither is signed: beside their length nothing about them is looked at.
  order_id: { text: /^[^]{0,50}$/u, number: /^.{1,50}$/, optional: true },
  remarks: { text: /^[^]{0,100}$/u, number: /^.{1,100}$/, optional: true },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof GRAMMAR;

/** What is wrong with the fields of a call, for the log. */
export function fieldFault(body: JsonObject, names: readonly FieldName[], channel: Apiv1Channel): string | undefined {
  for (const name of names) {
    const field: Field = GRAMMAR[name];
    const value = body.get(name);
    if (value === undefined || value === null || value === '') {
      if (field.optional) continue;
      return `${name} is missing`;
    }
    const form = value instanceof JsonNumber ? field.number : field.text;
    const text = value instanceof JsonNumber ? value.text : value;
    if (typeof text !== 'string' || form === undefined) return `${name} is of another type`;
    if (!form.test(text) || !channelForm(name, channel).test(text)) return `${name} is malformed`;
  }
  return undefined;
}

const ANYTHING = /^/;

/** What the channel demands of a field beyond the grammar. */
function channelForm(name: FieldName, channel: Apiv1Channel): RegExp {
  switch (name) {
    case 'member_id':
      return channel.memberIdPattern ?? ANYTHING;
    case 'transaction_id':
      return channel.transactionIdPattern ?? ANYTHING;
    case 'action_value':
      return channel.exactDecimals === undefined ? ANYTHING : TWO_DECIMALS;
    case 'action_type':
    case 'order_id':
    case 'remarks':
    case 'sign':
    case 'timestamp':
      return ANYTHING;
  }
}

/** Whether the channel's key signed the call. */
export async function signatureFault(
  endpoint: SignedEndpoint,
  { body, channel, callback }: Call,
): Promise<string | undefined> {
  if (await callback.isSignedBy(() => verifySignature(endpoint, body, channel.key))) return undefined;
  return 'the sign is not by the key of the channel';
}

/** A captured call serves for as long as the channel's tolerance, if it has one. */
export function staleness(body: JsonObject, { timestampToleranceMs }: Apiv1Channel): string | undefined {
  if (timestampToleranceMs === undefined) return undefined;
  if (Math.abs(Date.now() - Number(textOf(body, 'timestamp')) * 1000) <= timestampToleranceMs) return undefined;
  return `timestamp is more than ${timestampToleranceMs} ms away`;
}

/** The text of a field; a number's source text; empty if it is neither. */
export function textOf(body: JsonObject, name: FieldName): string {
  const value = body.get(name);
  if (typeof value === 'string') return value;
  return value instanceof JsonNumber ? value.text : '';
}
