import { Credentials } from './credentials.js';
import { rule, type Purpose } from './kinds.js';
import type { CommandRecord, MovementRecord, RefundRecord } from './record.js';

/** An account as the rules see it; balance in minor units. */
export interface Account {
  readonly open: boolean;
  readonly balance: bigint;
}

/** What later movements did to a debit. */
export interface Drawn {
  /** The sum of its returns in minor units. */
  readonly returned: bigint;
  readonly refunded: boolean;
}

const CLOSED: Account = { open: false, balance: 0n };
const UNTOUCHED: Drawn = { returned: 0n, refunded: false };

/** A key of several texts; none of them may hold a line feed. */
export function keyOf(first: string, second: string, third?: string, fourth?: string): string {
  if (third === undefined) return `${first}\n${second}`;
  return fourth === undefined ? `${first}\n${second}\n${third}` : `${first}\n${second}\n${third}\n${fourth}`;
}

/**
 * What a group of commands needs to know of the ledger, loaded by the store, and what the commands decided so far change
 * of it. Absent means that the ledger has no such thing.
 */
export class State {
  readonly channels = new Set<string>();
  /** Channels under maintenance. */
  readonly maintenance = new Set<string>();
  /** By player and currency. */
  readonly accounts = new Map<string, Account>();
  /** Players with an open account in any currency; loaded only for acts that are not about money. */
  readonly players = new Set<string>();
  /** Frozen players with the reasons that hold. */
  readonly frozen = new Map<string, ReadonlySet<string>>();
  /** By channel and reference: what holds the reference. */
  readonly movements = new Map<string, MovementRecord>();
  /** By channel and reference: the newest refused settlement, which does not hold it. */
  readonly attempts = new Map<string, MovementRecord>();
  /** By channel and reference of the debit. */
  readonly drawn = new Map<string, Drawn>();
  /** Bets that an applied payout of the same player and currency settled; by channel, reference, player and currency. */
  readonly settled = new Set<string>();
  /** By channel, reference and player; an empty player stands for everybody. */
  readonly blocks = new Set<string>();
  /** By channel and reference. */
  readonly refunds = new Map<string, RefundRecord>();
  /** Balances of house accounts by channel, currency and purpose. */
  readonly house = new Map<string, bigint>();
  /** Never looked up on an overlay. */
  readonly credentials = new Credentials();

  readonly #below: State | undefined;

  constructor(below?: State) {
    this.#below = below;
  }

  /** A state on top of this one, to decide several movements on; dropped if one of them fails. */
  overlay(): State {
    return new State(this);
  }

  account(player: string, currency: string): Account {
    return this.#account(keyOf(player, currency)) ?? CLOSED;
  }

  movement(channel: string, reference: string): MovementRecord | undefined {
    return this.#movement(keyOf(channel, reference));
  }

  /** The newest refused attempt under a reference; never looked up on an overlay. */
  attempt(channel: string, reference: string): MovementRecord | undefined {
    return this.attempts.get(keyOf(channel, reference));
  }

  /** A refund request; never looked up on an overlay. */
  refund(channel: string, reference: string): RefundRecord | undefined {
    return this.refunds.get(keyOf(channel, reference));
  }

  drawnOf(channel: string, reference: string): Drawn {
    return this.#drawn(keyOf(channel, reference)) ?? UNTOUCHED;
  }

  /** Whether a debit under this reference is refused, the player's or everybody's. */
  isBlocked(channel: string, reference: string, player: string): boolean {
    if (!this.#hasBlocks()) return false;
    return this.#isBlocked(keyOf(channel, reference, player)) || this.#isBlocked(keyOf(channel, reference, ''));
  }

  isUnderMaintenance(channel: string): boolean {
    return (this.#below ?? this).maintenance.has(channel);
  }

  /** Whether an applied payout of the same player and currency settled this bet. */
  isSettled({ channel, reference, player, currency }: MovementRecord): boolean {
    return (this.#below ?? this).settled.has(keyOf(channel, reference, player, currency));
  }

  isFrozen(player: string): boolean {
    return (this.#below ?? this).frozen.has(player);
  }

  houseBalance(channel: string, currency: string, purpose: Purpose): bigint {
    return this.#house(keyOf(channel, currency, purpose)) ?? 0n;
  }

  #account(key: string): Account | undefined {
    return this.accounts.get(key) ?? (this.#below ? this.#below.#account(key) : undefined);
  }

  #movement(key: string): MovementRecord | undefined {
    return this.movements.get(key) ?? (this.#below ? this.#below.#movement(key) : undefined);
  }

  #drawn(key: string): Drawn | undefined {
    return this.drawn.get(key) ?? (this.#below ? this.#below.#drawn(key) : undefined);
  }

  #hasBlocks(): boolean {
    return this.blocks.size > 0 || (this.#below ? this.#below.#hasBlocks() : false);
  }

  #isBlocked(key: string): boolean {
    return this.blocks.has(key) || (this.#below ? this.#below.#isBlocked(key) : false);
  }

  #house(key: string): bigint | undefined {
    return this.house.get(key) ?? (this.#below ? this.#below.#house(key) : undefined);
  }

  /** Takes in what a command decided, for the next command of the group. */
  apply(record: CommandRecord): void {
    switch (record.type) {
      case 'movement':
        return this.#applyMovement(record);
      case 'refund':
        this.refunds.set(keyOf(record.channel, record.reference), record);
        return;
      case 'block':
        this.blocks.add(keyOf(record.channel, record.reference, record.player));
        return;
      case 'channel':
        this.channels.add(record.channel);
        return;
      case 'maintenance':
        if (record.maintenance) this.maintenance.add(record.channel);
        else this.maintenance.delete(record.channel);
        return;
      case 'account':
        this.accounts.set(keyOf(record.player, record.currency), { open: true, balance: 0n });
        this.players.add(record.player);
        return;
      case 'freeze': {
        const reasons = new Set(this.frozen.get(record.player));
        if (record.frozen) reasons.add(record.reason);
        else reasons.delete(record.reason);
        if (reasons.size > 0) this.frozen.set(record.player, reasons);
        else this.frozen.delete(record.player);
        return;
      }
      case 'password':
      case 'token':
      case 'token-use':
      case 'session':
      case 'session-end':
        return this.credentials.apply(record);
      case 'act':
        // Nothing is decided by who asked for something.
        return;
    }
  }

  #applyMovement(movement: MovementRecord): void {
    const { channel, currency } = movement;
    const name = keyOf(channel, movement.reference);
    if (movement.holdsReference) this.movements.set(name, movement);
    if (movement.reason !== null) {
      if (!movement.holdsReference) this.attempts.set(name, movement);
      return;
    }
    this.accounts.set(keyOf(movement.player, currency), { open: true, balance: movement.balanceAfter });
    const house = keyOf(channel, currency, movement.purpose);
    this.house.set(house, (this.#house(house) ?? 0n) - movement.amount);
    for (const { reference, relation, amount } of movement.names) {
      const drawn = this.drawnOf(channel, reference);
      const key = keyOf(channel, reference);
      if (relation === 'RETURN' || relation === 'RETURN_CAPPED') {
        this.drawn.set(key, { ...drawn, returned: drawn.returned + amount });
      } else if (relation === 'REFUND') {
        this.drawn.set(key, { ...drawn, refunded: true });
      } else if (relation === 'SETTLE') {
        this.settled.add(keyOf(channel, reference, movement.player, currency));
      }
    }
  }
}

/** What is left of a debit for returns, in minor units >= 0; 0 for what is no applied stake, or took nothing. */
export function outstandingOf(debit: MovementRecord, drawn: Drawn): bigint {
  if (debit.reason !== null || !rule(debit.kind).stake || debit.amount >= 0n || drawn.refunded) return 0n;
  return -debit.amount - drawn.returned;
}
