import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Json, JsonObject } from '../json/value.js';
import { signedTextsOf } from '../signed-text.js';

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

/** Whether one of the channel's keys signed the body: MD5withRSA, PKCS#1 v1.5. Malformed is the same as wrong. */
export function verifySignature(endpoint: SignedEndpoint, body: JsonObject, keys: readonly KeyObject[]): boolean {
  const signature = decodeBase64(body.get('signature'));
  if (signature === undefined) return false;
  for (const text of signedTextsOf(body, signedTexts[endpoint])) {
    const data = Buffer.from(text, 'utf8');
    if (keys.some((key) => verify('RSA-MD5', data, key, signature))) return true;
  }
  return false;
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
