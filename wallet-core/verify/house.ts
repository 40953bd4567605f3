import type { HouseRecord, LedgerRecord } from '../domain/record.js';
import type { Findings } from './finding.js';
import type { Snapshot } from './source.js';

/**
 * The house accounts are the other side of the players' movements, entry by entry, from rows of their own; so players and
 * house sum to zero per currency and purpose.
 */
export class HouseCheck {
  readonly #findings: Findings;
  /** Both sides of each channel, currency and purpose; few. */
  readonly #sides = new Map<string, { house: bigint; players: bigint }>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  take(records: readonly LedgerRecord[]): void {
    const sums = new Map<string, { amount: bigint; record: bigint }>();
    for (const record of records) {
      if (record.type === 'movement') {
        if (record.reason !== null || record.amount === 0n) continue;
        const name = houseName(record);
        const sum = sums.get(name);
        if (sum) sum.amount += record.amount;
        else sums.set(name, { amount: record.amount, record: record.id });
      } else if (record.type === 'house') {
        this.#house(record, sums);
      }
    }
    for (const [account, { amount, record }] of sums) {
      this.#side(account).players += amount;
      this.#fault('house record of the entry', account, -amount, 'none', record);
    }
  }

  end({ houses }: Snapshot): void {
    const stored = new Map(houses.map(({ account, balance }) => [account, balance]));
    for (const [account, { house, players }] of this.#sides) {
      const balance = stored.get(account);
      if (balance !== house) this.#fault('stored balance', account, house, balance ?? 'none');
      if (house !== -players) this.#fault('sum of players and house', account, 0n, house + players);
    }
    for (const [account, balance] of stored) {
      if (!this.#sides.has(account)) this.#fault('stored balance', account, 'no such house account', balance);
    }
  }

  /** Takes the movements' sum from `sums`, which keeps what has no house record. */
  #house(record: HouseRecord, sums: Map<string, { amount: bigint; record: bigint }>): void {
    const { id, amount, balanceAfter } = record;
    const account = houseName(record);
    const players = sums.get(account)?.amount ?? 0n;
    sums.delete(account);
    const side = this.#side(account);
    if (amount !== -players) this.#fault('amount of the house', account, -players, amount, id);
    if (balanceAfter !== side.house + amount) {
      this.#fault('balance after', account, side.house + amount, balanceAfter, id);
    }
    side.players += players;
    side.house = balanceAfter;
  }

  #side(account: string): { house: bigint; players: bigint } {
    const side = this.#sides.get(account) ?? { house: 0n, players: 0n };
    this.#sides.set(account, side);
    return side;
  }

  #fault(subject: string, account: string, expected: string | bigint, seen: string | bigint, record?: bigint): void {
    const what = { check: 'HOUSE' as const, subject, account, expected: `${expected}`, seen: `${seen}` };
    this.#findings.add(record === undefined ? what : { ...what, record });
  }
}

/** How findings name a house account. */
export function houseName({ channel, currency, purpose }: Pick<HouseRecord, 'channel' | 'currency' | 'purpose'>) {
  return `${channel} ${currency} ${purpose}`;
}
