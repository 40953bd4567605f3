import { setTimeout as delay } from 'node:timers/promises';
import { compare, type ExpectedAnswer } from '../comparison.js';
import { cents } from '../money.js';
import { isObject, NumberText, type Json, type Members } from '../exact-json.js';
import { Differs, type Connection } from '../provider.js';
import type { Answer, Sending } from '../wire.js';
import { expectedOf, formsOf, isTimeOut, possibleOf } from './answer.js';
import { Book, type Possible, type Update } from './book.js';
import { requestOf, timestamp, type Endpoint, type Request } from './request.js';

/** How often a call without an answer, or answered TIME_OUT, is sent again, and after which pauses. */
const PAUSES_MS = [50, 200, 800];
/** How many of a member's calls are remembered for copies that come late. */
const REMEMBERED = 40;

/** The header of the page. */
const CONTENT_TYPE = 'application/json;charset=utf-8';

/** A balance-update as it was sent, to be sent again. */
export interface Sent {
  readonly update: Update;
  readonly fields: Members;
  readonly request: Request;
}

/** What a call is about: whose balance and which transaction_id an answer can be wrong of. */
export interface Subject {
  readonly member?: string;
  readonly transactionId?: string;
}

/** Where the provider's calls go out and are compared with its book. */
export class Desk {
  readonly book = new Book();
  readonly #sent = new Map<string, Sent[]>();
  #ids = 0;

  constructor(
    readonly connection: Connection,
    readonly key: string,
  ) {}

  newId(): string {
    return `${this.connection.runId}-${(++this.#ids).toString(36)}`;
  }

  request(endpoint: Endpoint, fields: Members, key = this.key): Request {
    return requestOf(endpoint, fields, key);
  }

  balanceCheck(member: string, more: Members = {}): Request {
    return this.request('balance-check', { member_id: member, timestamp: timestamp(), ...more });
  }

  transactionCheck(transactionId: string, more: Members = {}): Request {
    return this.request('transaction-check', { transaction_id: transactionId, timestamp: timestamp(), ...more });
  }

  /** Sends until there is an answer that says something. */
  async ask({ path, body }: Request, more: Sending = {}): Promise<Answer> {
    const { wire } = this.connection;
    const sending = { contentType: CONTENT_TYPE, ...more };
    let answer = await wire.send(path, body, sending);
    for (const pause of PAUSES_MS) {
      if (answer.http !== 0 && !isTimeOut(answer.json)) return answer;
      await delay(pause);
      answer = await wire.send(path, body, sending);
    }
    return answer;
  }

  /** Sends and loses the answer: the wallet may have done its work, or have it still before it. */
  async lose({ path, body }: Request, lose: NonNullable<Sending['lose']>): Promise<void> {
    await this.connection.wire.send(path, body, { contentType: CONTENT_TYPE, lose });
  }

  /** Compares an answer with all that are right and lets the book follow. Returns whether it was one of them. */
  judge(name: string, request: Request, answer: Answer, possible: readonly Possible[], id?: string): boolean {
    const { tally } = this.connection;
    const right = possibleOf(possible, answer.json);
    const expected = right ?? possible[0];
    if (!expected) throw new Error('no answer would be right');
    if (!compare(tally, name, request, businessAnswer(expectedOf(expected)), answer)) return false;
    for (const [form, members] of formsOf(answer.json, id)) {
      compare(tally, form, request, businessAnswer(members), answer);
    }
    right?.then?.();
    return true;
  }

  /** Sends, compares, and ends the round at a difference. */
  async insist(name: string, request: Request, possible: readonly Possible[], subject: Subject): Promise<void> {
    const answer = await this.ask(request);
    if (!this.judge(name, request, answer, possible, subject.transactionId)) await this.differs(subject);
  }

  /** Sends what is no proper call, or not to the right place. */
  async insistPlain(name: string, request: Request, expected: ExpectedAnswer, sending: Sending = {}): Promise<void> {
    const answer = await this.ask(request, sending);
    if (!compare(this.connection.tally, name, { ...request, ...sending }, expected, answer)) throw new Differs();
  }

  /** Brings the book back to what the wallet holds, and ends the round. */
  async differs(...subjects: readonly Subject[]): Promise<never> {
    for (const { member, transactionId } of subjects) {
      if (transactionId !== undefined) this.book.forgets(transactionId);
      if (member !== undefined && this.book.balance(member) !== undefined) await this.reads(member);
    }
    throw new Differs();
  }

  /** Takes a balance from the wallet into the book. Returns the answer. */
  async reads(member: string): Promise<Answer> {
    const answer = await this.ask(this.balanceCheck(member));
    const balance = isObject(answer.json) ? nearestCents(answer.json.balance) : undefined;
    if (balance !== undefined) this.book.sees(member, balance);
    return answer;
  }

  remembers(sent: Sent): void {
    const all = this.#sent.get(sent.update.member) ?? [];
    this.#sent.set(sent.update.member, [...all, sent].slice(-REMEMBERED));
  }

  /** What was sent for a member and has an answer that stands for ever. */
  earlier(member: string): readonly Sent[] {
    return (this.#sent.get(member) ?? []).filter(({ update }) => this.book.isFinal(update.transactionId));
  }
}

function businessAnswer(body: ReturnType<typeof expectedOf>): ExpectedAnswer {
  return { http: [200], body };
}

/** Also of a balance that is no cents, such as 893.8500000000001, or a wallet of floats would differ wherever it is asked. */
function nearestCents(balance: Json | undefined): bigint | undefined {
  if (!(balance instanceof NumberText)) return undefined;
  return cents(balance.text) ?? cents(Number(balance.text).toFixed(2));
}
