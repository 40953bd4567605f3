import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { NumberText, type Body, type Members } from '../exact-json.js';
import { SetupError } from '../setup-error.js';

/** What eBET signs, joined without separators. */
export const SIGNED = {
  increaseCredit: ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money'],
  refundSingleWallet: ['username', 'timestamp'],
  autoBatchRefund: ['channelId', 'timestamp'],
  queryIncreaseCreditRecord: ['username', 'timestamp'],
  registerOrLogin: ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'password', 'accessToken'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type SignedEndpoint = keyof typeof SIGNED;

/** The text that is signed: numbers as they stand in the JSON, absent and null members as nothing. */
export function signedText(fields: readonly string[], body: Members): string {
  return fields.map((name) => textOf(body[name])).join('');
}

export function signText(text: string, key: KeyObject): string {
  return sign('RSA-MD5', Buffer.from(text), key).toString('base64');
}

function textOf(value: Body | undefined): string {
  if (value instanceof NumberText) return value.text;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A private key from a PEM file, or from the PEM itself. */
export function readPrivateKey(key: string): KeyObject {
  if (!key.includes('-----BEGIN') && !existsSync(key)) {
    throw new SetupError(
      `--key ${key}: there is no such file; expected the PEM file with eBET's private key of this channel.\n` +
        `The development set-up writes data/dev/ebet-private.pem at its first start: npm start`,
    );
  }
  try {
    return createPrivateKey(key.includes('-----BEGIN') ? key : readFileSync(key));
  } catch {
    throw new SetupError(
      `--key ${key.includes('\n') ? '' : key}: is not a private key; expected a PEM file that starts with -----BEGIN PRIVATE KEY-----`,
    );
  }
}
