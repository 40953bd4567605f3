import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { Random } from '../simulator/random.js';

export const PLAYERS = 10_000;
export const CURRENCY = 'CNY';
export const CHANNEL_ID = 1;

/** Part of the files' names: others are made when it changes. */
const FORM = 1;
/** When the first of them is said to have been made; eBET's bets may come late. */
const FIRST_MS = 1_760_000_000_000;

/** Requests of eBET in files, one a line, so that whoever sends them has nothing else to do. */
export class Bodies {
  readonly #key: KeyObject;

  constructor(
    readonly folder: string,
    readonly seed: number,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#key = keyIn(folder);
  }

  /** The file with the public half of the key that signs them: 512 bits, as eBET's. */
  get publicKey(): string {
    return path.join(this.folder, 'public.pem');
  }

  /** A file with so many distinct signed bets. */
  bets(count: number, tell: (part: number) => void): string {
    return this.#file(`bets-${FORM}-${this.seed}-${count}.txt`, count, tell, (random, index) =>
      this.bet(random, index),
    );
  }

  /** About 1.1 KB. */
  bet(random: Random, index: number): string {
    const seqNo = hex(`${this.seed}/bet/${index}`);
    const stakes = Array.from({ length: 6 }, () => random.int(1, 20));
    const total = stakes.reduce((sum, stake) => sum + stake, 0);
    const round = roundOf(index);
    const timestamp = FIRST_MS + index;
    const fields = {
      username: playerOf(random),
      channelId: CHANNEL_ID,
      money: -total,
      type: 1,
      platform: random.int(1, 4),
      currency: CURRENCY,
      seqNo,
      detail: {
        tableCode: `BP${random.int(1, 20)}`,
        tableType: 1,
        tableSubType: 0,
        dealerName: random.pick(['Vina', 'Mika', 'Lara', 'Joyce', 'Ronja']),
        bootsCardId: String(random.int(1, 400)),
        gameName: 'baccarat',
        betList: stakes.map((betMoney, place) => ({
          betType: 60 + 3 * place,
          betMoney,
          odds: random.int(50, 1100) / 100,
          betId: `${seqNo}-${60 + 3 * place}`,
        })),
        roundCode: round,
        betTime: timestamp - random.int(20, 400),
        totalBet: total,
        validBet: total,
      },
      event: 'increaseCredit',
      timestamp,
      sessionToken: hex(`${this.seed}/session/${index}`),
    };
    return this.#signed(fields);
  }

  /** Signs an increaseCredit. */
  #signed(fields: Readonly<Record<string, unknown>>): string {
    const { seqNo, event, channelId, timestamp, username, money } = fields;
    const text = [seqNo, event, channelId, timestamp, username, money].join('');
    const signature = sign('RSA-MD5', Buffer.from(text), this.#key).toString('base64');
    return JSON.stringify({ ...fields, signature });
  }

  /** The same seed and number make the same file, which is kept. */
  #file(
    name: string,
    count: number,
    tell: (part: number) => void,
    make: (random: Random, index: number) => string,
  ): string {
    const file = path.join(this.folder, name);
    if (existsSync(file)) return file;
    const random = new Random(this.seed, name);
    const output = openSync(`${file}.part`, 'w');
    let chunk = '';
    for (let index = 0; index < count; index += 1) {
      chunk += `${make(random, index)}\n`;
      if (chunk.length < 2 ** 20 && index < count - 1) continue;
      writeSync(output, chunk);
      chunk = '';
      tell((index + 1) / count);
    }
    closeSync(output);
    renameSync(`${file}.part`, file);
    return file;
  }
}

function keyIn(folder: string): KeyObject {
  const file = path.join(folder, 'private.pem');
  if (existsSync(file)) return createPrivateKey(readFileSync(file));
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  writeFileSync(path.join(folder, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}

/** 32 digits, as eBET's own. */
function hex(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function playerOf(random: Random): string {
  return `player-${random.int(1, PLAYERS)}`;
}

/** Some players bet in the same round. */
function roundOf(index: number): string {
  return `BP1-${230_615_000_000 + Math.floor(index / 5)}`;
}
