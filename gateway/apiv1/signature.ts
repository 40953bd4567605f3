import { createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { JsonNumber, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';

/** What is signed, per call: these fields in this order and then the key, joined without separators (the provider's page, 1). */
const signedTexts = {
  'balance-check': ['member_id', 'timestamp'],
  'balance-update': ['transaction_id', 'member_id', 'action_value', 'action_type', 'timestamp'],
  'transaction-check': ['transaction_id', 'timestamp'],
} as const satisfies Record<string, readonly string[]>;

export type SignedEndpoint = keyof typeof signedTexts;

type NumberText = (number: JsonNumber) => string | undefined;

/**
 * Each value is signed as it stands in the JSON. A sender whose language prints the number 820.00 may have signed 820, so the
 * shortest form is tried next: the same key signed it, and its value is the same.
 */
const NUMBER_FORMS: readonly NumberText[] = [(number) => number.text, (number) => shortestNumber(number.text)];

/** Whether the body is signed with the key: the md5 of its text, in hex of either case. Malformed is the same as wrong. */
export function verifySignature(endpoint: SignedEndpoint, body: JsonObject, key: KeyObject): boolean {
  const sign = body.get('sign');
  if (typeof sign !== 'string' || !/^[0-9a-f]{32}$/i.test(sign)) return false;
  const given = Buffer.from(sign, 'hex');
  return NUMBER_FORMS.some((form) => {
    const text = joined(signedTexts[endpoint], body, form);
    return text !== undefined && timingSafeEqual(digest(text, key), given);
  });
}

function digest(text: string, key: KeyObject): Buffer {
  return createHash('md5').update(text, 'utf8').update(key.export()).digest();
}

/** Undefined if a field has no text to sign. */
function joined(fields: readonly string[], body: JsonObject, form: NumberText): string | undefined {
  let text = '';
  for (const field of fields) {
    const value = body.get(field);
    const part = value instanceof JsonNumber ? form(value) : value;
    if (typeof part !== 'string') return undefined;
    text += part;
  }
  return text;
}
