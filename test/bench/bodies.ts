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
import { betOf, payoutOf, syncCreditOf, type Bet, type Fields } from './callbacks.js';

/** Part of the files' names: raised when what is in them changes. */
const FORM = 2;
/** A payout comes so many bets after its own: 2 seconds at 1,000 bets per second. */
const OPEN_BETS = 2_000;
/** A copy comes so many calls after the first. */
const COPY_AFTER = 500;

/** Requests of eBET in files, one a line, made beforehand: whoever sends them has nothing else to do. */
export class Bodies {
  #key: KeyObject | undefined;

  constructor(
    readonly folder: string,
    readonly seed: number,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** The file with the public half of the key that signs them: 512 bits, as eBET's. */
  get publicKey(): string {
    this.#privateKey();
    return path.join(this.folder, 'public.pem');
  }

  /** A file with so many distinct signed bets. */
  bets(count: number, tell: (part: number) => void): string {
    const name = `bets-${FORM}-${this.seed}-${count}.txt`;
    const random = new Random(this.seed, 'bets');
    return this.#file(name, count, tell, (index) =>
      this.#signed(betOf(random, id(`${this.seed}/bet`, index), index).fields),
    );
  }

  /**
   * A file with so many calls of rounds: bets, payouts that name them, balance checks, and copies of what was sent before.
   * Before each stands its path and a tab.
   */
  mixed(count: number, tell: (part: number) => void): string {
    const random = new Random(this.seed, 'mixed');
    const open: Bet[] = [];
    const sent: string[] = [];
    const next = (index: number): string => {
      const choice = random.int(1, 100);
      const copied = sent[sent.length - COPY_AFTER];
      if (choice <= 5 && copied !== undefined) return copied;
      if (choice <= 25) return `/syncCredit\t${JSON.stringify(syncCreditOf(random, id(`${this.seed}/check`, index)))}`;
      const [oldest] = open;
      if (choice <= 60 && oldest && open.length >= OPEN_BETS) {
        open.shift();
        return `/increaseCredit\t${this.#signed(payoutOf(random, id(`${this.seed}/payout`, index), oldest))}`;
      }
      const bet = betOf(random, id(`${this.seed}/mixed`, index), index);
      open.push(bet);
      return `/increaseCredit\t${this.#signed(bet.fields)}`;
    };
    return this.#file(`mixed-${FORM}-${this.seed}-${count}.txt`, count, tell, (index) => {
      const line = next(index);
      sent.push(line);
      if (sent.length > COPY_AFTER) sent.shift();
      return line;
    });
  }

  /** Made when it is first needed, and kept. */
  #privateKey(): KeyObject {
    return (this.#key ??= keyIn(this.folder));
  }

  /** With the signature of an increaseCredit. */
  #signed(fields: Fields): string {
    const { seqNo, event, channelId, timestamp, username, money } = fields;
    const text = [seqNo, event, channelId, timestamp, username, money].join('');
    const signature = sign('RSA-MD5', Buffer.from(text), this.#privateKey()).toString('base64');
    return JSON.stringify({ ...fields, signature });
  }

  /** The same seed and number make the same file, which is kept. */
  #file(name: string, count: number, tell: (part: number) => void, line: (index: number) => string): string {
    const file = path.join(this.folder, name);
    if (existsSync(file)) return file;
    const output = openSync(`${file}.part`, 'w');
    let chunk = '';
    for (let index = 0; index < count; index += 1) {
      chunk += `${line(index)}\n`;
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
function id(what: string, index: number): string {
  return createHash('md5').update(`${what}/${index}`).digest('hex');
}
