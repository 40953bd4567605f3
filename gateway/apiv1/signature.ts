import { createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../json/value.js';
import { signedTextsOf } from '../signed-text.js';

/** What is signed, per call: these fields in this order and then the key, joined without separators (the provider's page, 1). */
const signedTexts = {
  'balance-check': ['member_id', 'timestamp'],
  'balance-update': ['transaction_id', 'member_id', 'action_value', 'action_type', 'timestamp'],
  'transaction-check': ['transaction_id', 'timestamp'],
} as const satisfies Record<string, readonly string[]>;

export type SignedEndpoint = keyof typeof signedTexts;

/** Whether the body is signed with the key: the md5 of its text, in hex of either case. Malformed is the same as wrong. */
export function verifySignature(endpoint: SignedEndpoint, body: JsonObject, key: KeyObject): boolean {
  const sign = body.get('sign');
  if (typeof sign !== 'string' || !/^[0-9a-f]{32}$/i.test(sign)) return false;
  const given = Buffer.from(sign, 'hex');
  for (const text of signedTextsOf(body, [signedTexts[endpoint]])) {
    if (timingSafeEqual(digest(text, key), given)) return true;
  }
  return false;
}

function digest(text: string, key: KeyObject): Buffer {
  return createHash('md5').update(text, 'utf8').update(key.export()).digest();
}
