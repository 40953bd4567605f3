import { Ebet, print, type Endpoint } from '../gateway/ebet.js';
import { Apiv1 } from '../gateway/apiv1.js';
import { Random } from '../simulator/random.js';
import { dial } from '../secured.js';
import type { System } from '../system.js';
import { Answers, type WireAnswer } from './answers.js';
import { BODY_MUTATIONS } from './body-mutations.js';
import { ENVELOPES, type Envelope } from './envelopes.js';

/** A good request, and what it may change. */
interface Good {
  readonly path: string;
  readonly body: Buffer;
}

/** What a signed request says: nothing else may stand in the ledger under its reference. */
interface Signed {
  readonly player: string;
  readonly amount: string;
}

/** A request as it was sent, for whoever has to find out why its answer is wrong. */
interface Sent {
  readonly number: number;
  readonly how: string;
  readonly bytes: Buffer;
}

const ON_A_CONNECTION = 16;
const ALONE_AT_ONCE = 16;

export interface HttpFigures {
  readonly requests: number;
  /** How often each HTTP status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Sends spoilt requests to every endpoint of the gateway, with good ones among them. */
export class HttpFuzz {
  /** By channel and reference, what was signed. */
  readonly signed = new Map<string, Signed>();
  /** References of good requests that were answered as accepted. */
  readonly accepted: string[] = [];
  readonly #system: System;
  readonly #seed: number;
  readonly #goods: Good[] = [];
  readonly #statuses: Record<string, number> = {};
  #count = 0;

  constructor(system: System, seed: number) {
    this.#system = system;
    this.#seed = seed;
  }

  /** Opens players and signs the requests that will be spoilt, some of every kind. */
  async prepare(): Promise<void> {
    const ebet = new Ebet(this.#system);
    const apiv1 = new Apiv1(this.#system);
    const player = await ebet.player('1000000.00');
    const member = await apiv1.member('1000000.00');
    const add = (endpoint: Endpoint, fields: Parameters<Ebet['signed']>[1]) =>
      this.#goods.push({ path: endpoint, body: Buffer.from(print(ebet.signed(endpoint, fields))) });
    for (let n = 0; n < 40; n += 1) {
      for (const [type, money] of [
        [1, '-1.00'],
        [2, '2.00'],
        [3, '-0.5'],
        [27, '-3'],
        [23, '1e0'],
        [37, '-0.25'],
      ] as const) {
        const fields = player.movement(type, money);
        this.#sign(ebet.channel, fields.seqNo as string, player.name, Number(money).toFixed(2));
        add('/increaseCredit', fields);
      }
      add('/refundSingleWallet', player.refundRequest([player.line(`never-${n}`, '-1.00')]));
      add('/autoBatchRefund', {
        ...{ channelId: 1, currency: 'CNY', seqNo: `batch-${n}`, event: 'autoBatchRefund', timestamp: Date.now() },
        batchRefundList: [player.failedBet(`nor-${n}`, '1.00')],
      });
      const call = { channelId: 1, currency: 'CNY', username: player.name, timestamp: Date.now(), seqNo: `call-${n}` };
      const query = { querySeqNo: `never-${n}`, roundCode: player.round, event: 'queryIncreaseCreditRecord' };
      add('/queryIncreaseCreditRecord', { ...call, ...query });
      add('/syncCredit', { ...call, event: 'syncCredit' });
      add('/registerOrLogin', { ...call, event: 'registerOrLogin', eventType: 4, accessToken: `token-${n}` });
      this.#goods.push({ path: '/netCheck', body: Buffer.from('{}') });
      for (const [type, value] of [
        [1, '-1.00'],
        [3, '2.50'],
        [12, '-0.10'],
      ] as const) {
        const fields = member.movement(type, value);
        this.#sign(apiv1.channel, fields.transaction_id as string, member.player, value);
        this.#goods.push(apiv1Good(apiv1, 'balance-update', fields));
      }
      const timestamp = String(Math.floor(Date.now() / 1000));
      this.#goods.push(apiv1Good(apiv1, 'balance-check', { member_id: member.id, timestamp }));
      this.#goods.push(apiv1Good(apiv1, 'transaction-check', { transaction_id: `unknown-${n}`, timestamp }));
    }
    this.#goods.push({ path: '/healthz', body: Buffer.from('') }, { path: '/readyz', body: Buffer.from('') });
    this.#control = () => {
      const fields = player.movement(1, '-0.01');
      const seqNo = fields.seqNo as string;
      this.#sign(ebet.channel, seqNo, player.name, '-0.01');
      return { reference: seqNo, body: print(ebet.signed('/increaseCredit', fields)) };
    };
  }

  #control: () => { reference: string; body: string } = () => {
    throw new Error('prepare() comes first');
  };

  #sign(channel: string, reference: string, player: string, amount: string): void {
    this.signed.set(`${channel} ${reference}`, { player, amount });
  }

  /** Sends so many spoilt requests. Throws at the first answer that no request may get. */
  async run(requests: number): Promise<HttpFigures> {
    while (this.#count < requests) {
      const drawn = Array.from({ length: 8 * ON_A_CONNECTION }, () => this.#draw());
      const alone = drawn.filter(({ envelope }) => envelope.alone);
      const framed = drawn.filter(({ envelope }) => !envelope.alone);
      const exchanges: Promise<unknown>[] = [];
      for (let at = 0; at < framed.length; at += ON_A_CONNECTION)
        exchanges.push(this.#oneByOne(framed.slice(at, at + ON_A_CONNECTION)));
      for (const { sent } of alone.slice(0, ALONE_AT_ONCE)) exchanges.push(this.#exchange([sent], true));
      await Promise.all([...exchanges, this.#sendControl()]);
    }
    return { requests: this.#count, statuses: this.#statuses };
  }

  /** The same to a server that has no endpoint but one, which is read; throws as `run` does. */
  async runOn(url: string, path: string, requests: number): Promise<void> {
    const read: readonly Good[] = [{ path, body: Buffer.from('') }];
    for (let at = 0; at < requests; at += ON_A_CONNECTION) {
      const drawn = Array.from({ length: ON_A_CONNECTION }, () => this.#draw(read));
      const framed = drawn.filter(({ envelope }) => !envelope.alone).map(({ sent }) => sent);
      const alone = drawn.filter(({ envelope }) => envelope.alone).map(({ sent }) => this.#exchange([sent], true, url));
      // A page takes its time: what is no HTTP ends the connection before the pages that were asked for ahead of it.
      await Promise.all([this.#exchange(framed, false, url), ...alone]);
    }
  }

  #draw(goods: readonly Good[] = this.#goods): { envelope: Envelope; sent: Sent } {
    const number = (this.#count += 1);
    const random = new Random(this.#seed, `http ${number}`);
    const { path, body } = random.pick(goods);
    const mutation = random.weighted(BODY_MUTATIONS);
    const envelope = random.weighted(ENVELOPES);
    const spoilt = mutation.mutate(body, random, random.pick(this.#goods).body);
    const how = `${path}: ${mutation.name}, ${envelope.name}`;
    const written = envelope.write({ path, body: spoilt }, random);
    const isRead = goods !== this.#goods && random.chance(0.5) && written.toString('latin1', 0, 6) === 'POST /';
    const bytes = isRead ? Buffer.concat([Buffer.from('GET'), written.subarray(4)]) : written;
    return { envelope, sent: { number, how, bytes } };
  }

  async #oneByOne(drawn: readonly { sent: Sent }[]): Promise<void> {
    const sent = drawn.map((one) => one.sent);
    const answers = await this.#exchange(sent);
    // A request with a length that is true has an answer, unless one before it ended the connection.
    const last = answers.at(-1);
    if (answers.length < sent.length && last?.http !== 400 && last?.http !== 413 && last?.http !== 431) {
      throw new Error(`${answers.length} answers for ${sent.length} requests, ${this.#told(sent[answers.length])}`);
    }
  }

  /** Sends these on a connection of their own, which one alone ends at once; gives what was answered until it was closed. */
  #exchange(sent: readonly Sent[], isAlone = false, url = this.#system.url): Promise<WireAnswer[]> {
    return new Promise((resolve, reject) => {
      const answers = new Answers();
      const all: WireAnswer[] = [];
      const socket = dial(url);
      socket.on('data', (chunk: Buffer) => {
        try {
          for (const answer of answers.take(chunk)) {
            if (answer.http >= 200) all.push(answer);
            this.#judge(answer, sent[all.length - 1] ?? sent.at(-1));
          }
          // The last answer is the end, without waiting for the connection to be closed.
          if (all.length >= sent.length) socket.end();
          else sendNext(all.length);
        } catch (error) {
          socket.destroy();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.on('error', () => resolve(all));
      socket.on('close', () => resolve(all));
      // Each when the one before it has been answered: a call that comes earlier ends the connection.
      let written = 0;
      const sendNext = (answered: number) => {
        if (answered < written) return;
        socket.write(sent[written]?.bytes ?? '');
        written += 1;
      };
      sendNext(0);
      if (isAlone) socket.end();
    });
  }

  /** No request, however spoilt, makes a fault of ours: HTTP 5xx, or eBET's 500. */
  #judge({ http, body }: WireAnswer, sent: Sent | undefined): void {
    this.#statuses[http] = (this.#statuses[http] ?? 0) + 1;
    const isFault = http >= 500 || /^\{[^]*"status":500\b/.test(body);
    if (isFault) throw new Error(`HTTP ${http} ${body.slice(0, 300)}, ${this.#told(sent)}`);
  }

  #told(sent: Sent | undefined): string {
    return `to request ${sent?.number} of seed ${this.#seed}, ${sent?.how}:\n${sent?.bytes.toString('latin1').slice(0, 2_000)}`;
  }

  /** A good request among the others is served as ever. */
  async #sendControl(): Promise<void> {
    const { reference, body } = this.#control();
    const answer = await this.#system.post('/increaseCredit', body);
    if (answer.json['status'] !== 200) throw new Error(`a good request was answered ${answer.http} ${answer.text}`);
    this.accepted.push(reference);
  }
}

function apiv1Good(
  apiv1: Apiv1,
  endpoint: Parameters<Apiv1['signedText']>[0],
  fields: Parameters<Apiv1['signedText']>[1],
) {
  const sign = apiv1.sign(apiv1.signedText(endpoint, fields));
  return { path: `${apiv1.path}/${endpoint}`, body: Buffer.from(print({ sign, ...fields })) };
}
