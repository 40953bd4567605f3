import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { Kind, Outcome, Reason, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { GetBalanceResponse, GetMovementByReferenceResponse } from '../../proto/gen/wallet/v1/query.js';
import { APIV1_KEY, call, type Clients, type HttpAnswer } from '../system.js';
import { fresh, number, print, read, textOf, type Fields, type Value } from './ebet.js';

/** What is signed, per call, in this order. */
const SIGNED = {
  'balance-check': ['member_id', 'timestamp'],
  'balance-update': ['transaction_id', 'member_id', 'action_value', 'action_type', 'timestamp'],
  'transaction-check': ['transaction_id', 'timestamp'],
} as const;

export type Endpoint = keyof typeof SIGNED;
export const ENDPOINTS = Object.keys(SIGNED) as Endpoint[];

/** An answer with the request that it is for. */
export interface Answered extends HttpAnswer {
  readonly endpoint: Endpoint;
  readonly sent: Fields;
  readonly body: string;
}

/** What is running, as far as these tests need it; System in test/system.ts is one. */
export interface Target {
  readonly clients: Clients;
  post(endpoint: string, body: string): Promise<HttpAnswer>;
}

export const seconds = (fromNow = 0): string => String(Math.floor(Date.now() / 1000) + fromNow);

/** An api-v1 provider as it calls one channel. */
export class Apiv1 {
  constructor(
    readonly target: Target,
    readonly merchant = 'brand-1',
    readonly currency = 'CNY',
    readonly path = '/api-v1',
    readonly key = APIV1_KEY,
  ) {}

  get channel(): string {
    return `apiv1/${this.merchant}`;
  }

  /** A new member with an account in the channel's currency. */
  async member(money = '1000.00', name = fresh('member')): Promise<Member> {
    const member = this.stranger(name);
    await this.target.clients.open(member.player, this.currency);
    await member.deposits(money);
    return member;
  }

  /** Somebody without an account. */
  stranger(name = fresh('stranger')): Member {
    return new Member(this, name);
  }

  /** The text that is signed, without the key. */
  signedText(endpoint: Endpoint, fields: Fields): string {
    return SIGNED[endpoint].map((name) => textOf(fields[name])).join('');
  }

  /** The sign of a text. */
  sign(text: string): string {
    return createHash('md5').update(`${text}${this.key}`).digest('hex');
  }

  /** Sends the fields with their sign, unless they have one. */
  async send(endpoint: Endpoint, fields: Fields): Promise<Answered> {
    const sent = { sign: this.sign(this.signedText(endpoint, fields)), ...fields };
    return this.sendText(endpoint, sent, print(sent));
  }

  async sendText(endpoint: Endpoint, sent: Fields, body: string): Promise<Answered> {
    return { endpoint, sent, body, ...(await this.target.post(`${this.path}/${endpoint}`, body)) };
  }

  /** Sends the same text once more. */
  async again({ endpoint, sent, body }: Answered): Promise<Answered> {
    return this.sendText(endpoint, sent, body);
  }

  async transactionCheck(transactionId: string, more: Fields = {}): Promise<Answered> {
    return this.send('transaction-check', { transaction_id: transactionId, timestamp: seconds(), ...more });
  }

  /** What holds a transaction_id in the ledger, with the request that is kept with it. */
  async held(reference: string): Promise<{ movement: Movement; request: string }> {
    const { queries } = this.target.clients;
    const found = await call<GetMovementByReferenceResponse>((done) =>
      queries.getMovementByReference({ channel: this.channel, reference }, done),
    );
    if (!found.movement) throw new Error(`nothing holds ${reference}`);
    return { movement: found.movement, request: found.request.toString() };
  }
}

/** A player as the provider knows him. */
export class Member {
  constructor(
    readonly apiv1: Apiv1,
    readonly id: string,
  ) {}

  get player(): string {
    return this.id.toLowerCase();
  }

  async deposits(amount: string): Promise<void> {
    if (Number(amount) === 0) return;
    const { currency, target } = this.apiv1;
    const deposit = { kind: Kind.DEPOSIT, amount, reference: 'deposit', round: '' };
    // A channel for each, because the other side of a channel's deposits stays within 18 digits too.
    const channel = fresh('platform/deposit');
    await target.clients.openChannel(channel);
    await target.clients.post({ playerId: this.player, currency, ...deposit }, channel);
  }

  async isFrozen(): Promise<void> {
    const { accounts } = this.apiv1.target.clients;
    await call((done) => accounts.freezePlayer({ playerId: this.player, reason: 'kyc', note: '' }, done));
  }

  async isUnfrozen(): Promise<void> {
    const { accounts } = this.apiv1.target.clients;
    await call((done) => accounts.unfreezePlayer({ playerId: this.player, reason: 'kyc', note: '' }, done));
  }

  /** The fields of a movement, all but the sign; `value` is the text of the number. */
  movement(type: number, value: string, more: Fields = {}): Fields {
    return {
      transaction_id: fresh('T'),
      member_id: this.id,
      action_value: number(value),
      action_type: type,
      order_id: 'S03827836',
      remarks: '01034388769',
      timestamp: seconds(),
      ...more,
    };
  }

  async update(type: number, value: string, more: Fields = {}): Promise<Answered> {
    return this.apiv1.send('balance-update', this.movement(type, value, more));
  }

  /** A movement that must be accepted; gives its transaction_id. */
  async makes(type: number, value: string, more: Fields = {}): Promise<string> {
    const { sent, json } = await this.update(type, value, more);
    expect(json.status).to.equal(1);
    return textOf(sent.transaction_id);
  }

  async balanceCheck(more: Fields = {}): Promise<Answered> {
    return this.apiv1.send('balance-check', { member_id: this.id, timestamp: seconds(), ...more });
  }

  async movements(): Promise<Movement[]> {
    return this.apiv1.target.clients.movements({ playerId: this.player, channel: this.apiv1.channel });
  }

  /** The ledger has exactly this of him: his balance, and all records of the provider's calls, oldest first. */
  async expectLedger(balance: string, ...records: string[]): Promise<void> {
    expect((await this.movements()).map(summary)).to.deep.equal(records);
    expect(await this.balance()).to.equal(balance);
  }

  private async balance(): Promise<string> {
    const request = { playerId: this.player, currency: this.apiv1.currency };
    const { queries } = this.apiv1.target.clients;
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

/** The answer is HTTP 200 with exactly these members, in this order; numbers are compared as text. */
export function expectAnswer({ http, text }: Answered, members: Fields): void {
  expect(read(text)).to.deep.equal(read(print(members)));
  expect(text).to.equal(print(members));
  expect(http).to.equal(200);
}

/** A call that succeeded: status 1, this balance as the text of the number, and no error_code. */
export function expectSuccess(answered: Answered, balance?: string): void {
  expectAnswer(answered, { ...echo(answered), status: 1, balance: textNumber(balance) });
}

/** A call that did not: status 2 with the code, and this balance or none. */
export function expectFailure(answered: Answered, errorCode: string, balance?: string): void {
  expectAnswer(answered, { ...echo(answered), status: 2, balance: textNumber(balance), error_code: errorCode });
}

function textNumber(text: string | undefined): Value | undefined {
  return text === undefined ? undefined : number(text);
}

/** balance-check has no transaction_id; what is no text cannot be given back. */
function echo({ endpoint, sent }: Answered): Fields {
  const id = endpoint === 'balance-check' ? undefined : sent.transaction_id;
  return { transaction_id: typeof id === 'string' ? id : undefined };
}
