import { expect } from 'chai';
import { Kind, Outcome, Reason, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { GetBalanceResponse, GetMovementByReferenceResponse } from '../../proto/gen/wallet/v1/query.js';
import { call, type Clients, type HttpAnswer } from '../system.js';

/** A number as the text that stands in the JSON: JavaScript's own cannot say `44.90`. */
class Source {
  constructor(readonly text: string) {}
}

export const number = (text: string): Source => new Source(text);

export type Value = null | boolean | string | number | Source | readonly Value[] | Fields;
/** Members of a JSON object; what is undefined is left out. */
export type Fields = { readonly [name: string]: Value | undefined };

export function print(value: Value): string {
  if (value instanceof Source) return value.text;
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : `${JSON.stringify(name)}:${print(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** JSON whose numbers stay the text that they are. */
export function read(text: string): Record<string, unknown> {
  const marked = text.replace(/("(?:[^"\\]|\\.)*")|-?\d[\d.eE+-]*/g, (seen, quoted?: string) =>
    quoted === undefined ? JSON.stringify({ number: seen }) : quoted,
  );
  return JSON.parse(marked) as Record<string, unknown>;
}

/** What eBET signs, per endpoint, in this order. */
const SIGNED = {
  '/increaseCredit': ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money'],
  '/refundSingleWallet': ['username', 'timestamp'],
  '/queryIncreaseCreditRecord': ['username', 'timestamp'],
  '/autoBatchRefund': ['timestamp'],
  '/syncCredit': [],
  // Of the last two a login has one.
  '/registerOrLogin': ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'password', 'accessToken'],
} as const;

export type Endpoint = keyof typeof SIGNED;

/** What is running, as far as these tests need it; System in test/system.ts is one. */
export interface Target {
  readonly clients: Clients;
  post(endpoint: string, body: string): Promise<HttpAnswer>;
  sign(text: string, key?: string): string;
}

/** An answer with the request that it is for. */
export interface Answered extends HttpAnswer {
  readonly endpoint: Endpoint;
  readonly sent: Fields;
  readonly body: string;
}

let count = 0;
/** A name that nothing else in this run has. */
export const fresh = (what: string): string => `${what}-${++count}`;

/** eBET as it calls one channel. */
export class Ebet {
  constructor(
    readonly target: Target,
    readonly channelId = 1,
    readonly currency = 'CNY',
    /** The file of the public half of the key that it signs with; by default the one that channels share. */
    readonly key?: string,
  ) {}

  get channel(): string {
    return `ebet/${this.channelId}`;
  }

  /** A new player of the channel's currency. */
  async player(money = '1000.00'): Promise<Player> {
    const player = this.stranger();
    await player.opens(money);
    return player;
  }

  /** Somebody without an account. */
  stranger(): Player {
    return this.named(fresh('player'));
  }

  /** A player of this name, as this channel knows him. */
  named(name: string): Player {
    return new Player(this, name);
  }

  /** The text that eBET signs. */
  signedText(endpoint: Endpoint, fields: Fields): string {
    return SIGNED[endpoint].map((name) => textOf(fields[name])).join('');
  }

  /** The fields with their signature, unless they have one. */
  signed(endpoint: Endpoint, fields: Fields): Fields {
    if (endpoint === '/syncCredit') return fields;
    return { signature: this.target.sign(this.signedText(endpoint, fields), this.key), ...fields };
  }

  async send(endpoint: Endpoint, fields: Fields): Promise<Answered> {
    const sent = this.signed(endpoint, fields);
    const body = print(sent);
    return { endpoint, sent, body, ...(await this.target.post(endpoint, body)) };
  }

  /** Sends the same text once more. */
  async again({ endpoint, sent, body }: Answered): Promise<Answered> {
    return { endpoint, sent, body, ...(await this.target.post(endpoint, body)) };
  }

  /** A refund of failed bets of whatever players; the lines are made by Player.failedBet. */
  async batchRefund(batchRefundList: readonly Value[], more: Fields = {}): Promise<Answered> {
    const { channelId, currency } = this;
    const known = { channelId, currency, seqNo: fresh('batch'), event: 'autoBatchRefund', timestamp: Date.now() };
    return this.send('/autoBatchRefund', { ...known, batchRefundList, ...more });
  }

  /** What holds a seqNo in the ledger, with the request that is kept with it. */
  async held(reference: string): Promise<{ movement: Movement; request: string }> {
    const { queries } = this.target.clients;
    const found = await call<GetMovementByReferenceResponse>((done) =>
      queries.getMovementByReference({ channel: this.channel, reference }, done),
    );
    if (!found.movement) throw new Error(`nothing holds ${reference}`);
    return { movement: found.movement, request: found.request.toString() };
  }
}

/** Whoever has a balance that eBET asks for. */
export class Player {
  constructor(
    readonly ebet: Ebet,
    readonly name: string,
  ) {}

  /** His one round, unless a test says otherwise. */
  get round(): string {
    return `round-of-${this.name}`;
  }

  async opens(money = '0.00'): Promise<void> {
    await this.ebet.target.clients.open(this.name, this.ebet.currency);
    await this.deposits(money);
  }

  async deposits(amount: string): Promise<void> {
    if (Number(amount) === 0) return;
    const { currency, target } = this.ebet;
    const deposit = { kind: Kind.DEPOSIT, amount, reference: fresh('deposit'), round: '' };
    await target.clients.post({ playerId: this.name, currency, ...deposit });
  }

  async isFrozen(reason = 'kyc'): Promise<void> {
    const { accounts } = this.ebet.target.clients;
    await call((done) => accounts.freezePlayer({ playerId: this.name, reason, note: '' }, done));
  }

  async isUnfrozen(reason = 'kyc'): Promise<void> {
    const { accounts } = this.ebet.target.clients;
    await call((done) => accounts.unfreezePlayer({ playerId: this.name, reason, note: '' }, done));
  }

  /** The fields of a movement, all but the signature; `money` is the text of the number. */
  movement(type: number, money: string, more: Fields = {}): Fields {
    return {
      username: this.name,
      channelId: this.ebet.channelId,
      money: number(money),
      type,
      platform: 3,
      currency: this.ebet.currency,
      seqNo: fresh(`type-${type}`),
      detail: { roundCode: this.round },
      event: 'increaseCredit',
      timestamp: Date.now(),
      sessionToken: 'the-session-of-the-player',
      ...more,
    };
  }

  async increaseCredit(type: number, money: string, more: Fields = {}): Promise<Answered> {
    return this.ebet.send('/increaseCredit', this.movement(type, money, more));
  }

  /** An increaseCredit that must be accepted; gives its seqNo. */
  async makes(type: number, money: string, more: Fields = {}): Promise<string> {
    const { sent, json } = await this.increaseCredit(type, money, more);
    expect(json.status).to.equal(200);
    return textOf(sent.seqNo);
  }

  /** The fields of a refund request, all but the signature. */
  refundRequest(refundList: readonly Value[], more: Fields = {}): Fields {
    return {
      channelId: this.ebet.channelId,
      username: this.name,
      seqNo: fresh('refund'),
      event: 'refundSingleWallet',
      timestamp: Date.now(),
      sessionToken: 'the-session-of-the-player',
      currency: this.ebet.currency,
      refundList,
      ...more,
    };
  }

  /** One line of a refund; `money` is the text of the number, negative. */
  line(refundSeqNo: string, money: string, more: Fields = {}): Fields {
    return { refundSeqNo, username: this.name, roundCode: this.round, refundMoney: number(money), ...more };
  }

  async refund(refundList: readonly Value[], more: Fields = {}): Promise<Answered> {
    return this.ebet.send('/refundSingleWallet', this.refundRequest(refundList, more));
  }

  /** One line of a batch refund; `money` is the text of the number, positive. */
  failedBet(seqNo: string, money: string, more: Fields = {}): Fields {
    const line = { seqNo, username: this.name, roundCode: this.round, refundMoney: number(money) };
    return { ...line, detail: { betList: [] }, ...more };
  }

  /** Asks for what is recorded under seqNos, or with none in his round. */
  async queryRecords(seqNos: readonly string[], more: Fields = {}): Promise<Answered> {
    const { channelId, currency } = this.ebet;
    return this.ebet.send('/queryIncreaseCreditRecord', {
      ...{ channelId, username: this.name, currency, seqNo: fresh('query'), event: 'queryIncreaseCreditRecord' },
      ...{ timestamp: Date.now(), querySeqNo: seqNos.join(','), roundCode: this.round },
      ...more,
    });
  }

  async syncCredit(more: Fields = {}): Promise<Answered> {
    const { channelId, currency } = this.ebet;
    const known = { channelId, username: this.name, currency, seqNo: fresh('sync'), event: 'syncCredit' };
    return this.ebet.send('/syncCredit', { ...known, timestamp: Date.now(), ...more });
  }

  async movements(): Promise<Movement[]> {
    return this.ebet.target.clients.movements({ playerId: this.name, channel: this.ebet.channel });
  }

  /** The ledger has exactly this of the player: his balance, and all records of eBET's calls, oldest first. */
  async expectLedger(balance: string, ...records: string[]): Promise<void> {
    const movements = await this.movements();
    expect(movements.map(summary)).to.deep.equal(records);
    expect(await this.balance()).to.equal(balance);
  }

  /** "no account" if there is none. */
  private async balance(): Promise<string> {
    const request = { playerId: this.name, currency: this.ebet.currency };
    const { queries } = this.ebet.target.clients;
    return call<GetBalanceResponse>((done) => queries.getBalance(request, done)).then(
      ({ balance }) => balance,
      (error: Error) => (error.message.includes('has no account') ? 'no account' : Promise.reject(error)),
    );
  }
}

/** Such as "BET -80.00" or "BET -80.00 refused: FROZEN". */
function summary({ kind, amount, outcome, reason }: Movement): string {
  const refused = outcome === Outcome.APPLIED ? '' : ` refused: ${Reason[reason]}`;
  return `${Kind[kind]} ${amount}${refused}`;
}

/** The text of a field as it is sent; empty if there is none. */
export function textOf(value: Value | undefined): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : print(value);
}

/** The answer has exactly these members, its echo of the request and a timestamp in milliseconds; numbers as text. */
export function expectAnswer({ http, text, sent }: Answered, members: Fields): void {
  const { timestamp, ...rest } = read(text);
  const echo = (value: Value | undefined) => (typeof value === 'string' ? value : undefined);
  const expected = print({ ...members, event: echo(sent.event), seqNo: echo(sent.seqNo) });
  expect(rest).to.deep.equal(read(expected));
  expect(print(timestamp as Value)).to.match(/^\{"number":"1\d{12}"\}$/);
  expect(http).to.equal(200);
}

/** increaseCredit's answer; the balances as the text of the numbers. Refused: both are the present one. */
export function expectCredit(answered: Answered, status: number, money: string, moneyBefore = money): void {
  const username = textOf(answered.sent.username);
  expectAnswer(answered, { username, money: number(money), moneyBefore: number(moneyBefore), status });
}

/** refundSingleWallet's answer: the balances, what moved, and each line's seqNo and status. */
export function expectRefund(
  answered: Answered,
  [moneyBefore, moneyAfter, refundMoney]: readonly [before: string, after: string, refunded: string],
  ...lines: readonly (readonly [refundSeqNo: string, status: number])[]
): void {
  expectAnswer(answered, {
    status: 200,
    username: textOf(answered.sent.username),
    moneyBefore: number(moneyBefore),
    moneyAfter: number(moneyAfter),
    refundMoney: number(refundMoney),
    resultList: lines.map(([refundSeqNo, status]) => ({ refundSeqNo, status })),
  });
}
