import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, messageOf } from '../config.js';

const CHANNEL_ID = 1;
const CURRENCY = 'CNY';
/** As good a prime as the usual 65537, and used by nobody else: it marks our keys wherever they are copied. */
const DEVELOPMENT_EXPONENT = 65539;

/** The key of the api-v1 channel: in every README, so it protects nothing. */
const DEVELOPMENT_SECRET = 'development-key';

const privateKeyFile = (data: string) => path.join(data, 'dev', 'ebet-private.pem');
const publicKeyFile = (data: string) => path.join(data, 'dev', 'ebet-public.pem');
const secretFile = (data: string) => path.join(data, 'dev', 'apiv1.key');

/** The channels of the development set-up, as they would stand in a configuration file. Makes their keys once. */
export function developmentChannels(data: string) {
  try {
    ensureKeys(data);
    ensureSecret(secretFile(data));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([
      `${path.join(data, 'dev')}: cannot hold the development keys; expected a data folder that this process may write, ` +
        `set by SINGLE_WALLET_DATA (${messageOf(error)})`,
    ]);
  }
  return [
    { provider: 'ebet', channelId: CHANNEL_ID, currency: CURRENCY, publicKeys: [publicKeyFile(data)] },
    { provider: 'apiv1', merchant: 'development', currency: CURRENCY, keyFile: secretFile(data) },
  ];
}

function ensureKeys(data: string): void {
  const [privateFile, publicFile] = [privateKeyFile(data), publicKeyFile(data)];
  if (existsSync(privateFile) && existsSync(publicFile)) {
    if (publicHalf(privateFile).equals(createPublicKey(readFileSync(publicFile)))) return;
    throw new ConfigError([`${publicFile}: is not the other half of ${privateFile}; remove both for a new pair`]);
  }
  mkdirSync(path.dirname(privateFile), { recursive: true, mode: 0o700 });
  // A start that was cut short may have left one half. Without it no two halves of different pairs can ever meet.
  for (const file of [privateFile, publicFile]) rmSync(file, { force: true });
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: DEVELOPMENT_EXPONENT });
  writeWhole(privateFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  writeWhole(publicFile, pair.publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
}

function ensureSecret(file: string): void {
  if (!existsSync(file)) writeWhole(file, `${DEVELOPMENT_SECRET}\n`, 0o600);
}

function publicHalf(privateFile: string): KeyObject {
  return createPublicKey(createPrivateKey(readFileSync(privateFile)));
}

function writeWhole(file: string, content: string | Buffer, mode: number): void {
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, content, { mode });
  renameSync(partial, file);
}

/** Whether a key was made by a development set-up: its private half lies about where anybody may have read it. */
export function isDevelopmentKey(key: KeyObject): boolean {
  return key.asymmetricKeyDetails?.publicExponent === BigInt(DEVELOPMENT_EXPONENT);
}

/** Whether this is the key that the api-v1 channel of every development set-up has. */
export function isDevelopmentSecret(text: string): boolean {
  return text === DEVELOPMENT_SECRET;
}

/** A signed question for the balance of the player "demo", as an api-v1 provider would send it to /api-v1/balance-check. */
export function balanceCheck(nowMs: number): string {
  const asked = { member_id: 'demo', timestamp: String(Math.floor(nowMs / 1000)) };
  const signed = `${asked.member_id}${asked.timestamp}${DEVELOPMENT_SECRET}`;
  return JSON.stringify({ ...asked, sign: createHash('md5').update(signed).digest('hex') });
}

/** A signed bet of 80 by the player "demo", as eBET would send it to /increaseCredit; `nowMs` makes its seqNo unique. */
export function firstBet(data: string, nowMs: number): string {
  const bet = { seqNo: `first-bet-${nowMs}`, event: 'increaseCredit', username: 'demo', money: -80 };
  const signed = `${bet.seqNo}${bet.event}${CHANNEL_ID}${nowMs}${bet.username}${bet.money}`;
  const signature = sign('RSA-MD5', Buffer.from(signed), readFileSync(privateKeyFile(data), 'utf8')).toString('base64');
  const betList = [{ betMoney: 80, betType: 60, betId: `${bet.seqNo}-60` }];
  const table = { tableCode: 'D1', tableType: 1, tableSubType: 1, gameName: 'baccarat' };
  const detail = { roundCode: `round-${nowMs}`, ...table, betList, betTime: nowMs, validBet: 80, totalBet: 80 };
  return JSON.stringify({
    ...bet,
    type: 1,
    channelId: CHANNEL_ID,
    currency: CURRENCY,
    detail,
    timestamp: nowMs,
    signature,
  });
}
