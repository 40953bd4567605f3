import type { Database, Statement } from 'better-sqlite3';
import type { HouseRecord, LedgerRecord, MovementRecord } from '../../domain/record.js';
import type { Purpose } from '../../domain/kinds.js';
import { keyOf } from '../../domain/state.js';
import { entryHash, GENESIS } from '../../journal/chain.js';
import { recordId } from '../../journal/position.js';
import type { KeptRequests, PrunedRequests } from '../../journal/requests.js';

/** The only writer of a SQLite ledger. */
export const WRITER = 1;

interface House {
  readonly id: bigint;
  balance: bigint;
}

/** Closes a group: the other side of its movements, its requests and its link of the hash chain. */
export class JournalWriter {
  readonly #insertEntry: Statement;
  readonly #insertRequest: Statement;
  readonly #insertHouse: Statement;
  readonly #updateHouse: Statement;
  readonly #insertHouseMovement: Statement;
  /** House accounts by channel, currency and purpose: few, so all are kept in memory. */
  readonly #houses = new Map<string, House>();
  #last: { seq: bigint; timeMs: bigint; hash: Uint8Array };

  constructor(db: Database) {
    this.#insertEntry = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)');
    this.#insertRequest = db.prepare('INSERT INTO request VALUES (?, ?)');
    this.#insertHouse = db.prepare('INSERT INTO house (channel_id, currency, purpose, balance) VALUES (?, ?, ?, 0)');
    this.#updateHouse = db.prepare('UPDATE house SET balance = ? WHERE id = ?');
    this.#insertHouseMovement = db.prepare('INSERT INTO house_movement VALUES (?, ?, ?, ?)');
    const houses = db.prepare<[], { id: bigint; channel: string; currency: string; purpose: Purpose; balance: bigint }>(
      'SELECT h.id, c.name AS channel, h.currency, h.purpose, h.balance FROM house h JOIN channel c ON c.id = h.channel_id',
    );
    for (const { id, channel, currency, purpose, balance } of houses.all()) {
      this.#houses.set(keyOf(channel, currency, purpose), { id, balance });
    }
    const last = db
      .prepare<[], { seq: bigint; time_ms: bigint; hash: Buffer }>('SELECT * FROM entry ORDER BY seq DESC LIMIT 1')
      .get();
    this.#last = { seq: last?.seq ?? 0n, timeMs: last?.time_ms ?? 0n, hash: last?.hash ?? GENESIS };
  }

  /** The last entry that is committed. */
  get end(): { readonly seq: bigint; readonly hash: Uint8Array } {
    return this.#last;
  }

  /** The next entry's number and time; the time never goes back, whatever the clock does. */
  next(): { seq: bigint; timeMs: bigint } {
    const now = BigInt(Date.now());
    return { seq: this.#last.seq + 1n, timeMs: now > this.#last.timeMs ? now : this.#last.timeMs };
  }

  /** Balances of house accounts by channel, currency and purpose. */
  *houseBalances(): Iterable<[string, bigint]> {
    for (const [key, { balance }] of this.#houses) yield [key, balance];
  }

  /** The hash of the last entry. */
  get hash(): Uint8Array {
    return this.#last.hash;
  }

  /** Writes the entry of a group, `kept` with its requests if it has any; the returned function takes it in once the group is committed. */
  write(
    { seq, timeMs }: { seq: bigint; timeMs: bigint },
    records: readonly LedgerRecord[],
    kept: KeptRequests | PrunedRequests | undefined,
    channels: ReadonlyMap<string, bigint>,
  ): () => void {
    const moved = new Map<string, House>();
    const houseRecords = this.#houseRecords(seq, records, channels, moved);
    const all = [...records, ...houseRecords];
    const requestsHash = kept?.hash ?? new Uint8Array(0);
    const entry = { writer: WRITER, seq, timeMs, count: all.length, requestsHash };
    const hash = entryHash(this.#last.hash, entry, all);
    this.#insertEntry.run(seq, WRITER, timeMs, all.length, requestsHash, hash);
    if (kept?.body) this.#insertRequest.run(seq, kept.body);
    return () => {
      this.#last = { seq, timeMs, hash };
      for (const [key, house] of moved) this.#houses.set(key, house);
    };
  }

  #houseRecords(
    seq: bigint,
    records: readonly LedgerRecord[],
    channels: ReadonlyMap<string, bigint>,
    moved: Map<string, House>,
  ): HouseRecord[] {
    const sums = new Map<string, { sample: MovementRecord; amount: bigint }>();
    for (const record of records) {
      if (record.type !== 'movement' || record.reason !== null || record.amount === 0n) continue;
      const key = keyOf(record.channel, record.currency, record.purpose);
      const sum = sums.get(key);
      if (sum) sum.amount -= record.amount;
      else sums.set(key, { sample: record, amount: -record.amount });
    }
    return [...sums].map(([key, { sample, amount }], index) => {
      const { channel, currency, purpose } = sample;
      const id = recordId(seq, records.length + index);
      const house = this.#houses.get(key) ?? this.#open(channels.get(channel), currency, purpose);
      const balanceAfter = house.balance + amount;
      this.#updateHouse.run(balanceAfter, house.id);
      this.#insertHouseMovement.run(id, house.id, amount, balanceAfter);
      moved.set(key, { id: house.id, balance: balanceAfter });
      return { type: 'house', id, channel, currency, purpose, amount, balanceAfter };
    });
  }

  #open(channelId: bigint | undefined, currency: string, purpose: Purpose): House {
    return { id: BigInt(this.#insertHouse.run(channelId, currency, purpose).lastInsertRowid), balance: 0n };
  }
}
