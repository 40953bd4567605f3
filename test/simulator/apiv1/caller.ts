import type { Members } from '../exact-json.js';
import { number } from '../exact-json.js';
import { short } from '../money.js';
import type { Random } from '../random.js';
import type { Possible, Update } from './book.js';
import type { ActionTypeCode } from './action-types.js';
import type { Desk, Sent, Subject } from './desk.js';
import { timestamp, type Endpoint, type Request } from './request.js';

/** One movement, before it has an id. */
export interface Move {
  readonly member: string;
  readonly type: ActionTypeCode;
  readonly cents: bigint;
  readonly transactionId?: string;
}

/** The provider as it plays one order or shows one rule: every comparison counts for that case. */
export class Caller {
  constructor(
    readonly desk: Desk,
    readonly name: string,
    readonly random: Random,
  ) {}

  /** The same provider with its comparisons in another case. */
  in(name: string): Caller {
    return new Caller(this.desk, name, this.random);
  }

  balance(member: string): bigint {
    return this.desk.book.balance(member) ?? 0n;
  }

  /** A name that is no member's. */
  nobody(): string {
    return `nobody-${this.newId()}`;
  }

  newId(): string {
    return this.desk.newId();
  }

  /**
   * A balance-update, ready to go; `more` replaces fields before they are signed. Its number is in the shortest form, over
   * which no two wallets differ: the other forms have rules of their own.
   */
  prepares({ transactionId = this.newId(), ...move }: Move, more: Members = {}): Sent {
    const update: Update = { transactionId, ...move };
    const fields: Members = {
      transaction_id: transactionId,
      member_id: move.member,
      action_value: number(short(move.cents)),
      action_type: move.type,
      order_id: 'S03827836',
      remarks: '01034388769',
      timestamp: timestamp(),
      ...more,
    };
    return { update, fields, request: this.desk.request('balance-update', fields) };
  }

  /** Sends a balance-update that must be answered as the book says. */
  async sends(sent: Sent): Promise<void> {
    const { update, request } = sent;
    await this.desk.insist(this.name, request, this.desk.book.update(update), update);
    this.desk.remembers(sent);
  }

  async moves(move: Move, more: Members = {}): Promise<Sent> {
    const sent = this.prepares(move, more);
    await this.sends(sent);
    return sent;
  }

  /** Sends all at the same moment; copies of one call, or calls whose answers do not depend on their order. */
  async sendsAtOnce(all: readonly Sent[]): Promise<void> {
    const answers = await Promise.all(all.map(({ request }) => this.desk.ask(request)));
    const wrong: Subject[] = [];
    for (const [index, { update, request }] of all.entries()) {
      const answer = answers[index];
      if (!answer) continue;
      const possible = this.desk.book.update(update);
      if (!this.desk.judge(this.name, request, answer, possible, update.transactionId)) wrong.push(update);
    }
    if (wrong.length > 0) await this.desk.differs(...wrong);
    for (const sent of all) this.desk.remembers(sent);
  }

  /** Asks for what became of a transaction_id. */
  async checks(transactionId: string, more: Members = {}): Promise<void> {
    const request = this.desk.transactionCheck(transactionId, more);
    await this.desk.insist(this.name, request, this.desk.book.check(transactionId), { transactionId });
  }

  /** Asks for the balance of a member in the book. */
  async checksBalance(member: string, more: Members = {}): Promise<void> {
    const possible = [{ error: undefined, balance: this.balance(member) }];
    await this.desk.insist(this.name, this.desk.balanceCheck(member, more), possible, { member });
  }

  /**
   * Sends a call that must be refused before it is anybody's: nothing is recorded. It tells no balance, or with `balance`
   * perhaps that one.
   */
  async isRefused(endpoint: Endpoint, fields: Members, subject: Subject, balance?: bigint): Promise<void> {
    await this.isRefusedAs(this.desk.request(endpoint, fields), subject, balance);
  }

  async isRefusedAs(request: Request, subject: Subject, balance?: bigint): Promise<void> {
    const untold: Possible = { error: 'OTHERS', balance: undefined };
    const possible = balance === undefined ? [untold] : [untold, { ...untold, balance }];
    await this.desk.insist(this.name, request, possible, subject);
  }

  /** Sends what the page lets a wallet accept or refuse; the book follows the answer. */
  async movesOrIsRefused(move: Move, more: Members): Promise<void> {
    const { request, update } = this.prepares(move, more);
    const refused = [undefined, this.balance(move.member)].map((balance): Possible => ({ error: 'OTHERS', balance }));
    await this.desk.insist(this.name, request, [...this.desk.book.update(update), ...refused], update);
  }

  /** Gives a member what is missing to have so much. */
  async has(member: string, cents: bigint): Promise<void> {
    const missing = cents - this.balance(member);
    if (missing > 0n) await this.moves({ member, type: 12, cents: missing });
  }

  /** A movement that is refused because it is a cent more than there is. */
  beyond(member: string, type: ActionTypeCode): Move {
    const balance = this.balance(member);
    return { member, type, cents: -(balance > 0n ? balance : 0n) - 1n };
  }
}
