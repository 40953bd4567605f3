import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { JsonNumber, type Json, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';

/**
 * What eBET signs, per endpoint: these fields in this order, joined without separators (eBET manual, each API's page). Where
 * there are several texts, any of them may be signed.
 */
const signedTexts = {
  registerOrLoginByPassword: [['seqNo', 'event', 'channelId', 'timestamp', 'username', 'password']],
  registerOrLoginByToken: [['seqNo', 'event', 'channelId', 'timestamp', 'username', 'accessToken']],
  // Of an eventType that we do not know.
  registerOrLogin: [
    ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'password'],
    ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'accessToken'],
  ],
  increaseCredit: [['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money']],
  refundSingleWallet: [['username', 'timestamp']],
  queryIncreaseCreditRecord: [['username', 'timestamp']],
  // The manual says username+timestamp, and the call has no username; integrations in use verify channelId+timestamp.
  autoBatchRefund: [['timestamp'], ['channelId', 'timestamp']],
} as const satisfies Record<string, readonly (readonly string[])[]>;

export type SignedEndpoint = keyof typeof signedTexts;

type NumberText = (number: JsonNumber) => string | undefined;

/**
 * Numbers are signed as the text that stands in the JSON. Whoever signs before printing may print `820.00` for a signed
 * `820`, so the shortest form is tried next: the same key signed it, and its value is the same.
 */
const NUMBER_FORMS: readonly NumberText[] = [(number) => number.text, (number) => shortestNumber(number.text)];

/** Whether one of the channel's keys signed the body: MD5withRSA, PKCS#1 v1.5. Malformed is the same as wrong. */
export function verifySignature(endpoint: SignedEndpoint, body: JsonObject, keys: readonly KeyObject[]): boolean {
  const signature = decodeBase64(body.get('signature'));
  if (signature === undefined) return false;
  const tried = new Set<string | undefined>([undefined]);
  for (const form of NUMBER_FORMS) {
    for (const fields of signedTexts[endpoint]) {
      const text = joined(fields, body, form);
      if (text === undefined || tried.has(text)) continue;
      const data = Buffer.from(text, 'utf8');
      if (keys.some((key) => verify('RSA-MD5', data, key, signature))) return true;
      tried.add(text);
    }
  }
  return false;
}

/** Undefined if a field is of a kind that has no text to sign, or a number has no short form. */
function joined(fields: readonly string[], body: JsonObject, form: NumberText): string | undefined {
  let text = '';
  for (const field of fields) {
    const value = body.get(field) ?? '';
    const part = value instanceof JsonNumber ? form(value) : value;
    if (typeof part !== 'string') return undefined;
    text += part;
  }
  return text;
}

/** Node skips what is not base64, so only text that comes out again the same is base64 in the strict sense. */
function decodeBase64(value: Json | undefined): Buffer | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? bytes : undefined;
}

const MISTAKES: readonly { seen: RegExp; fix: string }[] = [
  {
    seen: /PRIVATE KEY-----/,
    fix: 'this is a private key; give the public key eBET handed out, and keep the private one secret',
  },
  {
    seen: /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/,
    fix: 'this is a certificate; take its key with `openssl x509 -pubkey -noout -in certificate.pem`',
  },
  { seen: /\\n/, fix: 'the line breaks are written as \\n; give the PEM with real line breaks' },
  {
    seen: /^[A-Za-z0-9+/\s]+=*\s*$/,
    fix: 'this is bare base64; put it between the lines -----BEGIN PUBLIC KEY----- and -----END PUBLIC KEY-----',
  },
  { seen: /-----BEGIN [\s\S]*-----BEGIN /, fix: 'these are several keys; give each as an entry of its own' },
];

/** Reads an RSA public key in PEM, once at start. Anything else is an Error whose message names the fix, never the key. */
export function parsePublicKey(pem: string): KeyObject {
  const mistake = MISTAKES.find(({ seen }) => seen.test(pem));
  if (mistake) throw new Error(`public key: ${mistake.fix}`);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new Error('public key: not readable as PEM; it begins with -----BEGIN PUBLIC KEY----- and must be complete');
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw new Error(`public key: this is a key for ${key.asymmetricKeyType ?? 'something else'}; eBET signs with RSA`);
  }
  return key;
}
