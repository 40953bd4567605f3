import { LIMIT_CENTS } from './amounts.js';
import type { Flawed } from './flaws.js';

/** A player's money; `float` is what a wallet has that adds up JavaScript numbers. */
export interface Balance {
  readonly cents: bigint;
  readonly float: number;
}

export type FailedBets = 'await-refund' | 'self-refund' | 'reject-payout';

export type Reason =
  | 'MAINTENANCE'
  | 'BLOCKED'
  | 'NO_PLAYER'
  | 'FROZEN'
  | 'DEBIT_UNKNOWN'
  | 'BEYOND_OUTSTANDING'
  | 'FAILED_BET_HELD'
  | 'NO_FUNDS'
  | 'LIMIT';

/** A part of a credit that gives back a withholding; a capped one takes what is left. */
export interface Return {
  readonly reference: string;
  readonly cents: bigint;
  readonly capped: boolean;
}

/** What a provider asks for: one change of one player's balance. */
export interface Movement {
  readonly channel: string;
  readonly reference: string;
  readonly player: string;
  readonly type: string;
  readonly cents: bigint;
  readonly stake: boolean;
  readonly round: string;
  /** The references that it names, for whatever reason. */
  readonly names: readonly string[];
  readonly returns: readonly Return[];
  /** Whether parts of it may be returned. */
  readonly withholding: boolean;
  /** Whether it has a bet with money of its own, beside what is withheld. */
  readonly hasBet: boolean;
  /** Bets that the provider takes for paid out, and those that it takes for failed. */
  readonly paidOut: readonly string[];
  readonly failed: readonly string[];
}

/** A movement that was decided. */
export interface Entry extends Movement {
  readonly before: Balance;
  readonly after: Balance;
  readonly reason: Reason | undefined;
  readonly timeMs: number;
  returned: bigint;
  refunded: boolean;
}

const ANYBODY = '*';
const keyOf = (...parts: readonly string[]) => parts.join('\n');

export interface LedgerOptions {
  readonly flawed: Flawed;
  readonly failedBets: FailedBets;
  /** The channel that takes no debits. */
  readonly maintained: string;
  readonly frozen: readonly string[];
}

/** Balances and everything that was decided, in memory; each call is decided before the next is looked at. */
export class Ledger {
  private readonly balances = new Map<string, Balance>();
  private readonly held = new Map<string, Entry>();
  private readonly attempts = new Map<string, Entry>();
  private readonly blocks = new Set<string>();
  private readonly paidOut = new Set<string>();

  constructor(
    private readonly options: LedgerOptions,
    players: Readonly<Record<string, bigint>>,
  ) {
    for (const [name, cents] of Object.entries(players)) {
      this.balances.set(name, { cents, float: Number(cents) / 100 });
    }
  }

  has(player: string): boolean {
    return this.balances.has(player);
  }

  isFrozen(player: string): boolean {
    return this.options.frozen.includes(player);
  }

  balance(player: string): Balance {
    return this.balances.get(player) ?? { cents: 0n, float: 0 };
  }

  /** What holds a reference; an attempt holds none. */
  entry(channel: string, reference: string): Entry | undefined {
    return this.held.get(keyOf(channel, reference));
  }

  /** What is known of a reference: what holds it, or the last attempt. */
  known(channel: string, reference: string): Entry | undefined {
    return this.entry(channel, reference) ?? this.attempts.get(keyOf(channel, reference));
  }

  /** All that is known of a player's round, by time. */
  round(channel: string, player: string, round: string): readonly Entry[] {
    const isAttempt = ({ reference }: Entry) => this.entry(channel, reference)?.player !== player;
    const attempts = [...this.attempts.values()].filter(isAttempt);
    return [...this.held.values(), ...attempts]
      .filter((entry) => entry.channel === channel && entry.player === player && entry.round === round)
      .sort((a, b) => a.timeMs - b.timeMs);
  }

  /** From now on no debit with this reference is accepted; without a player: of nobody. */
  block(channel: string, reference: string, player = ANYBODY): void {
    this.blocks.add(keyOf(channel, reference, player));
  }

  credit(player: string, cents: bigint): void {
    const { cents: before, float } = this.balance(player);
    this.balances.set(player, { cents: before + cents, float: float + Number(cents) / 100 });
  }

  isPaidOut({ channel, reference, player }: Entry): boolean {
    return this.paidOut.has(keyOf(channel, reference, player));
  }

  /** Decides a movement, or answers what was decided; 'CONFLICT' is a known reference with another request. */
  post(movement: Movement): Entry | 'CONFLICT' {
    const { flawed } = this.options;
    const known = this.entry(movement.channel, movement.reference);
    const decidedAnew = known?.reason ? flawed('refused-stake-decided-anew') : flawed('repeat-applied-again');
    if (known && !this.isSame(known, movement)) return 'CONFLICT';
    if (known && !decidedAnew) return this.again(known);

    const reason = this.refusalOf(movement);
    if (!reason) this.settle(movement);
    const before = this.balance(movement.player);
    if (!reason) this.credit(movement.player, movement.cents);
    const after = this.balance(movement.player);
    const entry = { ...movement, before, after, reason, timeMs: Date.now(), returned: 0n, refunded: false };
    const isHeld = !reason || movement.stake || flawed('refused-settlement-final');
    (isHeld ? this.held : this.attempts).set(keyOf(movement.channel, movement.reference), entry);
    return entry;
  }

  private again(known: Entry): Entry {
    if (known.reason || !this.options.flawed('repeat-answered-anew')) return known;
    const balance = this.balance(known.player);
    return { ...known, before: balance, after: balance };
  }

  private isSame(known: Entry, movement: Movement): boolean {
    const named = new Set([...known.names, ...movement.names]);
    return (
      known.player === movement.player &&
      known.type === movement.type &&
      (known.cents === movement.cents || this.options.flawed('repeat-with-other-amount-answered')) &&
      known.round === movement.round &&
      named.size === new Set(known.names).size &&
      named.size === new Set(movement.names).size
    );
  }

  /** Why a movement is refused, in the order in which the protocol checks. */
  private refusalOf(movement: Movement): Reason | undefined {
    const { flawed, maintained } = this.options;
    const { channel, reference, player, cents } = movement;
    const balance = this.balance(player);
    if (cents < 0n && channel === maintained) return 'MAINTENANCE';
    if (cents < 0n && [player, ANYBODY].some((who) => this.blocks.has(keyOf(channel, reference, who))))
      return 'BLOCKED';
    if (!this.has(player)) return 'NO_PLAYER';
    if (movement.stake && this.isFrozen(player)) return 'FROZEN';
    const unreturned = this.unreturnable(movement);
    if (unreturned) return unreturned;
    if (this.holdsFailedBets(movement)) return 'FAILED_BET_HELD';
    const left = flawed('floats') ? balance.float + Number(cents) / 100 : balance.cents + cents;
    if (cents < 0n && left < 0 && !flawed('overdraft')) return 'NO_FUNDS';
    return balance.cents + cents < LIMIT_CENTS ? undefined : 'LIMIT';
  }

  /** A withholding of the same player that can be returned. */
  private withholding({ channel, player }: Movement, reference: string): Entry | undefined {
    const debit = this.entry(channel, reference);
    return debit?.withholding && debit.player === player && !debit.reason ? debit : undefined;
  }

  private outstanding(debit: Entry): bigint {
    return debit.refunded ? 0n : -debit.cents - debit.returned;
  }

  private unreturnable(movement: Movement): Reason | undefined {
    const asked = new Map<string, bigint>();
    for (const { reference, cents, capped } of movement.returns) {
      if (capped || cents === 0n) continue;
      const debit = this.withholding(movement, reference);
      if (!debit) return 'DEBIT_UNKNOWN';
      const together = (asked.get(reference) ?? 0n) + cents;
      asked.set(reference, together);
      const beyond = together > this.outstanding(debit);
      if (beyond && !this.options.flawed('return-beyond-outstanding')) return 'BEYOND_OUTSTANDING';
    }
    return undefined;
  }

  /** Bets that the provider takes for failed although they are debited. Those that were never seen are blocked. */
  private failedBets(movement: Movement): readonly Entry[] {
    const { channel, player, round, failed } = movement;
    return failed.flatMap((reference) => {
      const bet = this.entry(channel, reference);
      if (!bet) this.block(channel, reference, player);
      const isDebited = bet?.type === '1' && bet.hasBet && !bet.reason && !bet.refunded && bet.returned === 0n;
      return isDebited && bet.player === player && bet.round === round ? [bet] : [];
    });
  }

  private holdsFailedBets(movement: Movement): boolean {
    return this.options.failedBets === 'reject-payout' && this.failedBets(movement).length > 0;
  }

  /** What an accepted movement does to those that it names. */
  private settle(movement: Movement): void {
    const { channel, player } = movement;
    for (const bet of this.options.failedBets === 'self-refund' ? this.failedBets(movement) : []) {
      this.credit(player, -bet.cents);
      bet.refunded = true;
    }
    for (const reference of movement.paidOut) this.paidOut.add(keyOf(channel, reference, player));
    // The money is signed, the parts are not: together they never draw more than it.
    let undistributed = movement.cents;
    for (const { reference, cents } of movement.returns) {
      const debit = this.withholding(movement, reference);
      if (!debit) continue;
      const limits = [cents, this.outstanding(debit), undistributed];
      const drawn = limits.reduce((least, each) => (each < least ? each : least));
      debit.returned += drawn;
      undistributed -= drawn;
    }
  }
}
