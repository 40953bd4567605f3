import { insist, type ExpectedAnswer } from '../comparison.js';
import { number, print, type Members } from '../exact-json.js';
import { short } from '../money.js';
import type { Random } from '../random.js';
import { allOf } from '../schedule.js';
import type { Answer, Sending } from '../wire.js';
import { balanceAnswer, movementAnswer, refusal } from './answers.js';
import type { Caller, Endpoint } from './caller.js';
import type { Mischief } from './mischief.js';
import type { Model, Outcome } from './model.js';
import type { Movement } from './movement.js';
import { movementBody } from './movement-body.js';
import type { TypeNumber } from './transaction-types.js';

/** A request that was sent, with the answer that it must have. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly text: string;
  readonly expected: ExpectedAnswer;
}

export interface MovementCall extends Call {
  readonly endpoint: 'increaseCredit';
  readonly movement: Movement;
  readonly outcome: Outcome;
}

export interface MovementOptions {
  /** What the script is about: the model must come to this, too. */
  readonly expects?: number;
  readonly moneyText?: string;
  /** Members that stand in the body instead of its own, or beside them. */
  readonly over?: Members;
  readonly sending?: Sending;
}

/** Where one round is played: its players, its dice, and its case in the tally. */
export class Stage {
  constructor(
    readonly name: string,
    readonly caller: Caller,
    readonly model: Model,
    readonly players: readonly string[],
    readonly random: Random,
    /** What happens to the calls of a game on the way. */
    readonly mischief?: Mischief,
  ) {}

  /** The first player. */
  get player(): string {
    return this.at(0);
  }

  at(seat: number): string {
    const player = this.players[seat];
    if (player === undefined) throw new Error(`${this.name} has no player ${seat}`);
    return player;
  }

  /** Any amount that a bet may have, in cents. */
  stake(): bigint {
    return BigInt(this.random.int(1, 40)) * this.random.pick([10n, 50n, 100n, 100n, 100n, 125n, 1n]);
  }

  balance(username = this.player): bigint {
    return this.model.balance(username);
  }

  /** A debit of so much more than there is, below 0. */
  beyond(more = 1n, username = this.player): bigint {
    const balance = this.balance(username);
    return -((balance > 0n ? balance : 0n) + more);
  }

  fresh(what: string): string {
    return this.caller.fresh(what);
  }

  /** A movement with a seqNo of its own; a bet has a line unless told otherwise. */
  movement(type: TypeNumber, money: bigint, more: Partial<Movement> = {}): Movement {
    const seqNo = this.fresh(`t${type}`);
    const roundCode = type === 38 ? {} : { roundCode: this.fresh('round') };
    const betList = type === 1 ? { betList: [{ betType: 60, betMoney: money < 0n ? -money : money }] } : {};
    return { seqNo, username: this.player, type, money, table: TABLE, ...roundCode, ...betList, ...more };
  }

  /** Sends it once and compares the answer with the model's. */
  async send(movement: Movement, options: MovementOptions = {}): Promise<MovementCall> {
    const call = this.decided(movement, options);
    const mischief = options.sending ? undefined : this.mischief;
    if (mischief) await mischief.send(this, call);
    else await this.compare(call, options.sending);
    return call;
  }

  /** What the model makes of it, without sending. */
  decided(movement: Movement, { expects, moneyText, over }: MovementOptions = {}): MovementCall {
    const repeat = this.model.entries.has(movement.seqNo);
    const outcome = this.model.increaseCredit(movement);
    if (expects !== undefined && expects !== outcome.status) {
      throw new Error(`${this.name}: the script expects ${expects}, the model ${outcome.status}`);
    }
    const body = { ...movementBody(this.caller, movement, moneyText), ...over };
    return {
      endpoint: 'increaseCredit',
      text: this.caller.text('increaseCredit', body),
      expected: movementAnswer(movement, outcome, repeat),
      movement,
      outcome,
    };
  }

  /** The same text once more, after it was answered: the first answer. */
  async again(call: MovementCall, sending: Sending = {}, name = this.name): Promise<void> {
    const expected = movementAnswer(call.movement, call.outcome, true);
    await this.compare({ ...call, expected }, sending, name);
  }

  /** Sends it and never sees the answer. eBET does not send it again at the same moment. */
  async lose({ endpoint, text }: Call, lose: 'when sent' | 'when answered'): Promise<void> {
    await this.caller.connection.wire.send(`/${endpoint}`, text, { lose });
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** So many copies at the same moment: all get the one answer. */
  async copies(call: Call, count: number): Promise<void> {
    const one = isMovement(call) ? { ...call, expected: movementAnswer(call.movement, call.outcome, true) } : call;
    await allOf(Array.from({ length: count }, () => this.compare(one)));
  }

  /** Sends a call and ends the round if its answer is not as it must be. */
  async compare({ endpoint, text, expected }: Call, sending: Sending = {}, name = this.name): Promise<Answer> {
    const answer = await this.caller.send(endpoint, text, sending);
    insist(this.caller.connection.tally, name, { path: `/${endpoint}`, body: text }, expected, answer);
    return answer;
  }

  /** A call that must be refused before it means anything. */
  async refused(endpoint: Endpoint, body: Members, statuses: readonly number[], more = {}): Promise<void> {
    const signed = this.caller.signed(endpoint, body);
    await this.compare({ endpoint, text: print(signed), expected: refusal(body, statuses, more) });
  }

  /** The balance is what the model says. */
  async checkBalance(...usernames: readonly string[]): Promise<void> {
    for (const username of usernames.length > 0 ? usernames : this.players)
      await this.checkBalanceAs(this.name, username);
  }

  /** The same, counted in another case of the tally. */
  async checkBalanceAs(name: string, username = this.player): Promise<void> {
    const body = { username, ...this.caller.frame('syncCredit', 'sync') };
    const expected = balanceAnswer(body, username, this.balance(username));
    await this.compare({ endpoint: 'syncCredit', text: this.caller.text('syncCredit', body), expected }, {}, name);
  }

  /** Gives the player an event bonus if he has less than this. */
  async fund(least: bigint, username = this.player): Promise<void> {
    const balance = this.balance(username);
    if (balance >= least) return;
    const bonus = this.movement(38, least - balance, { username, table: BONUS });
    await this.compare(this.decided(bonus, { expects: 200 }));
  }

  /** A bet that is debited: the player is given the money if he lacks it. */
  async bet(money: bigint, more: Partial<Movement> = {}): Promise<MovementCall> {
    const bet = this.movement(1, -money, more);
    await this.fund(money, bet.username);
    return this.send(bet, { expects: 200 });
  }

  /** Any other movement that must be made. */
  async made(type: TypeNumber, money: bigint, more: Partial<Movement> = {}): Promise<MovementCall> {
    const movement = this.movement(type, money, more);
    if (money < 0n) await this.fund(-money, movement.username);
    return this.send(movement, { expects: 200 });
  }
}

const TABLE: Members = { tableCode: 'B1', tableType: 1, tableSubType: 0, gameName: 'baccarat' };
const BONUS: Members = { tableType: 0, eventBonusType: 1, eventBonusCode: 'simulator' };

const isMovement = (call: Call): call is MovementCall => 'outcome' in call;

export const cash = (amount: bigint) => number(short(amount));
