import { NumberText, number, print, read, isList, isObject, type Json, type Members } from '../simulator/exact-json.js';
import { SIGNED, signedText, type SignedEndpoint } from '../simulator/ebet/signature.js';
import { centsOf, short } from '../simulator/money.js';
import type { Random } from '../simulator/random.js';
import {
  UNKNOWN,
  Untrue,
  type Answer,
  type Asked,
  type Call,
  type ClientJournal,
  type Entry,
} from './client-journal.js';
import type { Connections } from './connections.js';
import { Driver } from './driver.js';

/** System error and busy decide nothing. */
const UNDECIDED: readonly string[] = ['500', '4003'];
/** Refusals by the rules of money. Any other status is one that no call of ours may get. */
const REFUSALS: readonly string[] = ['206', '207', '209', '1003', '4029', '4037'];
const STAKES: readonly number[] = [1, 3, 8, 27];

interface Debit {
  readonly seqNo: string;
  readonly player: string;
  readonly amount: bigint;
  readonly round: string;
}

interface Movement {
  readonly type: number;
  readonly player: string;
  /** Signed, in minor units. */
  readonly amount: bigint;
  readonly seqNo: string;
  readonly detail: Members;
}

/** eBET on one channel: all types of transactions, and refunds of its bets one by one and in batches. */
export class EbetDriver extends Driver {
  #bets: Debit[] = [];
  #withheld: Debit[] = [];
  /** Debits that come after their refund. */
  #later: Call[] = [];

  constructor(
    name: string,
    random: Random,
    journal: ClientJournal,
    readonly connections: Connections,
    readonly channelId: number,
  ) {
    super(name, random, journal);
  }

  override meet(players: readonly string[]): void {
    super.meet(players);
    this.#bets = [];
    this.#withheld = [];
    this.#later = [];
  }

  protected next(): Call {
    const { random } = this;
    const late = random.chance(0.3) ? this.#later.shift() : undefined;
    if (late) return late;
    const kinds: readonly { weight: number; make: () => Call }[] = [
      { weight: 10, make: () => this.#debit(random.pick([1, 1, 1, 1, 3, 8, 27, 27])) },
      { weight: 6, make: () => this.#payout() },
      { weight: 3, make: () => this.#credit(random.pick([6, 9, 14, 23, 24, 38])) },
      { weight: 1, make: () => this.#credit(15, -1n) },
      { weight: 1, make: () => this.#credit(37, random.pick([1n, -1n])) },
      { weight: 3, make: () => this.#return() },
      { weight: 2, make: () => this.#refund() },
      { weight: 2, make: () => this.#batchRefund() },
    ];
    return random.weighted(kinds).make();
  }

  protected override learn({ asked, final }: Entry): void {
    for (const movement of asked.movements) {
      if (!final?.movements.some(({ applied }) => applied) || movement.amount >= 0n) continue;
      const debit = {
        seqNo: movement.reference,
        player: movement.player,
        amount: -movement.amount,
        round: roundOf(movement.player),
      };
      if (asked.what.endsWith(' 27')) this.#withheld.push(debit);
      else this.#bets.push(debit);
    }
  }

  #debit(type: number): Call {
    const player = this.player();
    const amount = this.stake();
    const betList = [{ betType: 601, betMoney: number(short(amount)) }];
    const more = type === 1 ? { betList } : {};
    return this.#movement({ type, player, amount: -amount, seqNo: this.fresh('debit'), detail: more });
  }

  #payout(): Call {
    const bet = this.#bets.length > 0 && this.random.chance(0.8) ? this.random.pick(this.#bets) : undefined;
    const amount = this.random.chance(0.4) ? 0n : BigInt(this.random.int(1, 4_000));
    const betList = bet ? [{ betType: 601, betMoney: number(short(bet.amount)), seqNo: bet.seqNo }] : [];
    const player = bet?.player ?? this.player();
    return this.#movement({ type: 2, player, amount, seqNo: this.fresh('payout'), detail: { betList } });
  }

  #credit(type: number, sign = 1n): Call {
    const amount = sign * BigInt(this.random.int(0, 1_000));
    return this.#movement({ type, player: this.player(), amount, seqNo: this.fresh('credit'), detail: {} });
  }

  /** A withholding comes back in parts, or whole for its bet failed. */
  #return(): Call {
    const known = this.#withheld.length > 0 && this.random.chance(0.9) ? this.random.pick(this.#withheld) : undefined;
    const held = known ?? { seqNo: this.fresh('never'), player: this.player(), amount: 500n };
    const whole = this.random.chance(0.3);
    const amount = whole ? held.amount : BigInt(this.random.int(0, Number(held.amount)));
    const list = { withHoldingList: [{ betType: 601, seqNo: held.seqNo, refund: number(short(amount)), status: 1 }] };
    const detail: Members = whole ? { withHoldingSeqNo: held.seqNo } : list;
    return this.#movement({ type: whole ? 11 : 28, player: held.player, amount, seqNo: this.fresh('return'), detail });
  }

  #movement({ type, player, amount, seqNo, detail }: Movement): Call {
    const asked: Asked = {
      what: `increaseCredit ${type}`,
      channel: this.#channel,
      movements: [{ reference: seqNo, player, amount, stake: STAKES.includes(type) }],
    };
    const body = {
      ...{ username: player, channelId: this.channelId, money: number(short(amount)), type, platform: 3 },
      ...{ currency: 'CNY', seqNo, detail: { roundCode: roundOf(player), ...detail }, event: 'increaseCredit' },
      ...{ timestamp: number(Date.now()), sessionToken: 'the-session-of-the-player' },
    };
    return this.#call('increaseCredit', body, asked, (text, json) => {
      const status = statusOf(json);
      if (UNDECIDED.includes(status)) return UNKNOWN;
      if (status !== '200' && !REFUSALS.includes(status)) throw new Untrue(`${seqNo}: ${text}`);
      const [before, after] = [centsOf(json['moneyBefore']), centsOf(json['money'])];
      const fate = status === '200' || STAKES.includes(type) ? 'final' : 'open';
      const movements = [{ reference: seqNo, applied: status === '200', before, after }];
      return { ...UNKNOWN, fate, text, movements };
    });
  }

  /** Bets of one player; now and then one that has not come yet, which comes later and must be refused. */
  #someBets(): Debit[] {
    const player = this.player();
    const bets = this.#bets.filter((bet) => bet.player === player).slice(-2);
    if (!this.random.chance(0.3)) return bets.length > 0 ? bets : [this.#early(player)];
    return [...bets, this.#early(player)];
  }

  #early(player: string): Debit {
    const early = {
      seqNo: this.fresh('early'),
      player,
      amount: BigInt(this.random.int(1, 500)),
      round: roundOf(player),
    };
    const call = this.#movement({ type: 1, player, amount: -early.amount, seqNo: early.seqNo, detail: {} });
    this.#later.push(call);
    return early;
  }

  #refund(): Call {
    const bets = this.#someBets();
    const username = bets[0]?.player ?? this.player();
    const seqNo = this.fresh('refund');
    const refundList = bets.map((bet) => ({
      ...{ refundSeqNo: bet.seqNo, username, roundCode: bet.round, refundMoney: number(short(-bet.amount)) },
    }));
    const body = { ...this.#frame('refundSingleWallet', seqNo), username, refundList };
    const asked: Asked = { what: 'refundSingleWallet', channel: this.#channel, movements: [], refund: seqNo };
    return this.#call('refundSingleWallet', body, asked, (text, json) => {
      const lines = linesOf(json['resultList']).map((line) => lineOf(textOf(line['refundSeqNo']), username, line));
      const [before, after] = [centsOf(json['moneyBefore']), centsOf(json['moneyAfter'])];
      const balances = before === undefined || after === undefined ? {} : { balances: { before, after } };
      return { ...this.#refunded(text, json, lines), ...balances };
    });
  }

  #batchRefund(): Call {
    const bets = [...this.#someBets(), ...this.#someBets()];
    const unique = [...new Map(bets.map((bet) => [bet.seqNo, bet])).values()];
    const seqNo = this.fresh('batch');
    const batchRefundList = unique.map((bet) => ({
      ...{ seqNo: bet.seqNo, username: bet.player, roundCode: bet.round, refundMoney: number(short(bet.amount)) },
      detail: { betList: [] },
    }));
    const body = { ...this.#frame('autoBatchRefund', seqNo), batchRefundList };
    const asked: Asked = { what: 'autoBatchRefund', channel: this.#channel, movements: [], refund: seqNo };
    return this.#call('autoBatchRefund', body, asked, (text, json) => {
      // Lines that failed are left out.
      const lines = linesOf(json['refundResultList']).flatMap((group) =>
        linesOf(group['sucRefundSeqNoList']).map((line) =>
          lineOf(textOf(line['refundSeqNo']), textOf(group['username']), line),
        ),
      );
      return this.#refunded(text, json, lines);
    });
  }

  #refunded(text: string, json: JsonMembers, lines: Answer['lines']): Answer {
    const status = statusOf(json);
    if (UNDECIDED.includes(status)) return UNKNOWN;
    if (status !== '200') throw new Untrue(text);
    return { ...UNKNOWN, fate: 'final', text, lines };
  }

  get #channel(): string {
    return `ebet/${this.channelId}`;
  }

  #frame(event: SignedEndpoint, seqNo: string): Members {
    return { channelId: this.channelId, currency: 'CNY', seqNo, event, timestamp: number(Date.now()) };
  }

  #call(
    endpoint: SignedEndpoint,
    body: Members,
    asked: Asked,
    read: (text: string, json: JsonMembers) => Answer,
  ): Call {
    const { connections } = this;
    const signature = connections.system.sign(signedText(SIGNED[endpoint], body));
    const bytes = print({ ...body, signature });
    return {
      asked: [asked],
      send: async () => {
        const text = await connections.post(`/${endpoint}`, bytes);
        return [text === undefined ? UNKNOWN : read(text, membersOf(text))];
      },
    };
  }
}

/** A round of each player. */
const roundOf = (player: string) => `round-of-${player}`;

export type JsonMembers = { readonly [name: string]: Json };

export function membersOf(text: string): JsonMembers {
  const json = read(text);
  if (!isObject(json)) throw new Untrue(`is no JSON object: ${text}`);
  return json;
}

function statusOf(json: JsonMembers): string {
  return textOf(json['status']);
}

/** A text or the text of a number; empty if it is neither. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' || value instanceof NumberText ? value.toString() : '';
}

function linesOf(list: Json | undefined): JsonMembers[] {
  return isList<Json>(list) ? list.filter(isObject) : [];
}

function lineOf(reference: string, player: string, line: JsonMembers): Answer['lines'][number] {
  const status = statusOf(line);
  return { reference, player, status: status === '200' ? 'refunded' : status === '206' ? 'unknown' : 'other' };
}
