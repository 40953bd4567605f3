import type { FailedBets } from '../options.js';
import { identityOf, type Movement } from './movement.js';
import { transactionType } from './transaction-types.js';

/** What increaseCredit answers: cents. */
export interface Outcome {
  readonly status: number;
  readonly moneyBefore: bigint;
  readonly money: bigint;
}

/** A movement that holds its seqNo: an applied one, or a refused stake. */
export interface Entry {
  readonly movement: Movement;
  readonly identity: string;
  readonly outcome: Outcome;
  /** What is left of a debit for returns. */
  outstanding: bigint;
  refunded: boolean;
  /** An accepted payout named it as a bet that counted. */
  settled: boolean;
}

/**
 * What a wallet that follows eBET's pages holds, in cents, as far as one channel can see it. Each method decides a call
 * and remembers it, as if the wallet had received the calls in this order.
 */
export class Model {
  readonly #balances = new Map<string, bigint>();
  readonly entries = new Map<string, Entry>();
  /** Debits that were refunded before they came: seqNo and player. */
  readonly #blocks = new Set<string>();

  constructor(
    readonly failedBets: FailedBets,
    readonly refundPaidOutBets: boolean,
    readonly frozen: ReadonlySet<string> = new Set(),
  ) {}

  balance(username: string): bigint {
    return this.#balances.get(username.toLowerCase()) ?? 0n;
  }

  /** What the wallet was seen to hold. */
  adopt(username: string, balance: bigint): void {
    this.#balances.set(username.toLowerCase(), balance);
  }

  increaseCredit(movement: Movement): Outcome {
    const known = this.entries.get(movement.seqNo);
    if (known) return known.identity === identityOf(movement) ? known.outcome : this.#unmoved(movement, 4025);
    const { sign, stake } = transactionType(movement.type);
    if ((sign === 'takes' && movement.money > 0n) || (sign === 'gives' && movement.money < 0n)) {
      return this.#unmoved(movement, 4025);
    }
    if (!partsSumUp(movement)) return this.#unmoved(movement, 4025);
    const status = this.#refusal(movement);
    if (status !== undefined) {
      const outcome = this.#unmoved(movement, status);
      if (stake) this.#remember(movement, outcome, 0n);
      return outcome;
    }
    return this.#apply(movement);
  }

  /** One line of a refund; `amount` is what eBET wants back, above 0. Undefined if the line leaves it open. */
  refundLine(username: string, seqNo: string, amount: bigint): number {
    const player = username.toLowerCase();
    const entry = this.entries.get(seqNo);
    if (!entry || this.isBlocked(seqNo, player)) {
      this.#blocks.add(blockOf(seqNo, player));
      return 206;
    }
    if (entry.movement.username.toLowerCase() !== player) return 4037;
    if (entry.outcome.status !== 200 || entry.movement.money >= 0n || entry.movement.type === 37) return 208;
    if (entry.refunded) return 209;
    if (amount !== -entry.movement.money || entry.outstanding !== amount) return 207;
    if (entry.settled && !this.refundPaidOutBets) return 208;
    this.#refund(entry);
    return 200;
  }

  isBlocked(seqNo: string, username: string): boolean {
    return this.#blocks.has(blockOf(seqNo, username.toLowerCase()));
  }

  /** Why a movement that is well formed is not made; undefined if it is. */
  #refusal(movement: Movement): number | undefined {
    const { username, type, money, seqNo } = movement;
    const player = username.toLowerCase();
    if (money < 0n && this.isBlocked(seqNo, player)) return 209;
    if (transactionType(type).stake && this.frozen.has(player)) return 4029;
    if (money < 0n && this.balance(player) + money < 0n) return 1003;
    if (money !== 0n) {
      const returned = this.#returnRefusal(movement);
      if (returned !== undefined) return returned;
    }
    if (this.failedBets === 'reject-payout') {
      const failed = this.#failedBetsOf(movement);
      this.#blockUnseen(movement);
      if (failed.length > 0) return 4025;
    }
    return undefined;
  }

  #returnRefusal(movement: Movement): number | undefined {
    const draws = new Map<string, bigint>();
    for (const [seqNo, amount] of returnsOf(movement)) draws.set(seqNo, (draws.get(seqNo) ?? 0n) + amount);
    let status: number | undefined;
    for (const [seqNo, amount] of draws) {
      const debit = this.entries.get(seqNo);
      const isTheirs = debit?.movement.username.toLowerCase() === movement.username.toLowerCase();
      if (!debit || !isTheirs || debit.movement.money >= 0n) return 206;
      if (amount > debit.outstanding) status = 207;
    }
    return status;
  }

  #apply(movement: Movement): Outcome {
    const { username, money, type } = movement;
    if (type === 2 && this.failedBets === 'self-refund') {
      for (const entry of this.#failedBetsOf(movement)) this.#refund(entry);
      this.#blockUnseen(movement);
    }
    const moneyBefore = this.balance(username);
    const outcome = { status: 200, moneyBefore, money: moneyBefore + money };
    this.adopt(username, outcome.money);
    this.#remember(movement, outcome, money < 0n && type !== 37 ? -money : 0n);
    if (money !== 0n) this.#draw(movement);
    if (type === 2) this.#settle(movement);
    return outcome;
  }

  /** Takes what comes back off what is outstanding; a payout's parts as far as there is something. */
  #draw(movement: Movement): void {
    let left = movement.money;
    const parts = movement.type === 2 ? partsOf(movement) : returnsOf(movement);
    for (const [seqNo, amount] of parts) {
      const debit = this.entries.get(seqNo);
      if (!debit || debit.movement.username.toLowerCase() !== movement.username.toLowerCase()) continue;
      const drawn = [amount, debit.outstanding, left].reduce((least, one) => (one < least ? one : least));
      debit.outstanding -= drawn;
      left -= drawn;
    }
  }

  #settle(movement: Movement): void {
    for (const { seqNo, betMoney } of movement.betList ?? []) {
      const bet = seqNo === undefined ? undefined : this.entries.get(seqNo);
      if (bet && betMoney !== 0n) bet.settled = true;
    }
  }

  /** Bets that a payout holds for failed (betMoney 0 in all its lines) although they were debited. */
  #failedBetsOf(movement: Movement): Entry[] {
    if (movement.type !== 2) return [];
    return failedSeqNosOf(movement).flatMap((seqNo) => {
      const bet = this.entries.get(seqNo);
      if (!bet || bet.movement.type !== 1 || bet.outcome.status !== 200 || bet.refunded) return [];
      const isOfRound =
        bet.movement.username.toLowerCase() === movement.username.toLowerCase() &&
        bet.movement.roundCode === movement.roundCode;
      const wasABet = (bet.movement.betList ?? []).some(({ betMoney }) => betMoney !== 0n);
      return isOfRound && wasABet ? [bet] : [];
    });
  }

  #blockUnseen(movement: Movement): void {
    if (movement.type !== 2) return;
    for (const seqNo of failedSeqNosOf(movement)) {
      if (!this.entries.has(seqNo)) this.#blocks.add(blockOf(seqNo, movement.username.toLowerCase()));
    }
  }

  #refund(entry: Entry): void {
    const { username, money } = entry.movement;
    this.adopt(username, this.balance(username) - money);
    entry.refunded = true;
    entry.outstanding = 0n;
  }

  #remember(movement: Movement, outcome: Outcome, outstanding: bigint): void {
    const identity = identityOf(movement);
    this.entries.set(movement.seqNo, { movement, identity, outcome, outstanding, refunded: false, settled: false });
  }

  #unmoved(movement: Movement, status: number): Outcome {
    const balance = this.balance(movement.username);
    return { status, moneyBefore: balance, money: balance };
  }
}

const blockOf = (seqNo: string, player: string): string => JSON.stringify([seqNo, player]);

function partsOf(movement: Movement): (readonly [seqNo: string, amount: bigint])[] {
  return (movement.withHoldingList ?? []).flatMap(({ seqNo, refund }) =>
    seqNo === undefined ? [] : [[seqNo, refund ?? 0n] as const],
  );
}

/** What a type 11 or 28 gives back, and of which debits. */
function returnsOf(movement: Movement): (readonly [seqNo: string, amount: bigint])[] {
  if (movement.type === 11) return [[movement.withHoldingSeqNo ?? '', movement.money]];
  return movement.type === 28 ? partsOf(movement) : [];
}

function partsSumUp(movement: Movement): boolean {
  if (movement.type !== 28 || movement.money === 0n) return true;
  return partsOf(movement).reduce((sum, [, amount]) => sum + amount, 0n) === movement.money;
}

function failedSeqNosOf({ betList }: Movement): string[] {
  const seqNos = new Set((betList ?? []).flatMap(({ seqNo }) => (seqNo === undefined ? [] : [seqNo])));
  return [...seqNos].filter((seqNo) => (betList ?? []).every((line) => line.seqNo !== seqNo || line.betMoney === 0n));
}
