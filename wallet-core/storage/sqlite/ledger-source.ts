import type { Database } from 'better-sqlite3';
import { recordId } from '../../journal/position.js';
import type { Findings } from '../../verify/finding.js';
import { houseName } from '../../verify/house.js';
import type { Chunk, Snapshot, Source, StoreCheck, StoredAccount } from '../../verify/source.js';
import { DerivedCheck } from './derived.js';
import { WRITER } from './journal-writer.js';
import { referenceKey } from './keys.js';
import { MovementRows } from './movement-rows.js';
import type { ReferenceFilters } from './reference-filter.js';
import { References } from './references.js';
import { Scan } from './scan.js';

/** Accounts that are read in one transaction. */
const CHUNK_ACCOUNTS = 2_000n;

/** Where a record id stands in each table that has one. */
const ID_COLUMNS: readonly (readonly [table: string, column: string])[] = [
  ...['movement', 'refund', 'block', 'house_movement', 'freeze_act', 'password'].map((table) => [table, 'id'] as const),
  ...['maintenance_act', 'token', 'token_use', 'session', 'session_end', 'act'].map((table) => [table, 'id'] as const),
  ...(['channel', 'account'] as const).map((table) => [table, 'opened_id'] as const),
  ['name', 'movement_id'],
  ['refund_line', 'refund_id'],
];

type AccountRow = [id: bigint, player: string, currency: string, balance: bigint, lastMovementId: bigint | null];
type SinceRow = { id: bigint; accountId: bigint; previousId: bigint | null; before: bigint; after: bigint };

/** A SQLite ledger as it is read to be verified, on a connection that only reads. */
export class LedgerSource implements Source {
  readonly #db: Database;
  readonly #scan: Scan;
  readonly #rows: MovementRows;
  readonly #references: References;
  readonly #block;
  readonly #accounts;
  readonly #since;

  /** `pause` is called between reads, when no transaction is open; `filters`: those of the thread that writes, if there is one. */
  constructor(
    db: Database,
    readonly pause: () => void = () => {},
    filters?: ReferenceFilters,
  ) {
    this.#db = db;
    this.#scan = new Scan(db);
    this.#rows = new MovementRows(db);
    this.#references = new References(db, filters);
    this.#block = db
      .prepare<[string, string, string], bigint | null>(
        `SELECT min(b.id) FROM block b JOIN channel c ON c.id = b.channel_id
        WHERE c.name = ? AND b.reference = ? AND b.player IN (?, '')`,
      )
      .pluck();
    this.#accounts = db
      .prepare<[bigint, bigint, bigint], AccountRow>(
        `SELECT id, player, currency, balance, last_movement_id FROM account WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?`,
      )
      .raw();
    this.#since = db.prepare<[bigint], SinceRow>(
      `SELECT id, account_id AS accountId, previous_id AS previousId, balance_before AS before, balance_after AS after
      FROM movement WHERE id = ?`,
    );
  }

  snapshot(): Snapshot {
    const db = this.#db;
    const one = (sql: string, ...values: bigint[]) =>
      db
        .prepare<bigint[], bigint | null>(sql)
        .pluck()
        .get(...values);
    return db.transaction(() => {
      const last = one('SELECT max(seq) FROM entry') ?? 0n;
      const accountMax = one('SELECT max(id) FROM account') ?? 0n;
      // Rows are numbered without gaps; a number beyond their count is one that was written by hand.
      const accounts = one('SELECT count(*) FROM account') ?? 0n;
      const houses = db
        .prepare<[], { channel: string; currency: string; purpose: 'GAME'; balance: bigint }>(
          `SELECT ifnull(c.name, '') AS channel, h.currency, h.purpose, h.balance
          FROM house h LEFT JOIN channel c ON c.id = h.channel_id`,
        )
        .all()
        .map((house) => ({ account: houseName(house), balance: house.balance }));
      const channels = db
        .prepare<[], { name: string; maintenance_id: bigint | null }>('SELECT name, maintenance_id FROM channel')
        .all();
      const maintenance = new Map(channels.map(({ name, maintenance_id }) => [name, maintenance_id]));
      const [first, end] = [recordId(1n, 0), endOf(last)];
      const strays = ID_COLUMNS.flatMap(([table, column]) => [
        ...[one(`SELECT max(${column}) FROM ${table} WHERE ${column} > ?`, end) ?? []].flat(),
        ...[one(`SELECT min(${column}) FROM ${table} WHERE ${column} < ?`, first) ?? []].flat(),
      ]);
      const request = one('SELECT max(seq) FROM request WHERE seq > ?', last);
      if (request) strays.push(recordId(request, 0));
      return { writer: WRITER, last, accounts: Number(accounts), accountMax, houses, maintenance, strays };
    })();
  }

  *chunks({ last }: Snapshot): Iterable<Chunk> {
    for (const chunk of this.#scan.chunks(0n, last)) {
      yield chunk;
      this.pause();
    }
  }

  *accounts({ last, accountMax }: Snapshot): Iterable<StoredAccount> {
    const end = endOf(last);
    for (let next: bigint | undefined = -(2n ** 62n); next !== undefined;) {
      const from: bigint = next;
      const chunk = this.#db.transaction(() =>
        this.#accounts.all(from, accountMax, CHUNK_ACCOUNTS).map((row) => this.#account(row, end)),
      )();
      yield* chunk;
      this.pause();
      const newest: bigint | undefined = chunk.at(-1)?.id;
      next = newest === undefined ? undefined : newest + 1n;
    }
  }

  check(findings: Findings, snapshot: Snapshot): StoreCheck {
    return new DerivedCheck(this.#db, this.#references, findings, endOf(snapshot.last), this.pause);
  }

  holder(channel: string, reference: string) {
    const id = this.#references.find(referenceKey(channel, reference));
    return id === undefined ? undefined : this.#rows.byId(id)?.record;
  }

  block(channel: string, reference: string, player: string): bigint | undefined {
    return this.#block.get(channel, reference, player) ?? undefined;
  }

  #account([id, player, currency, balance, lastMovementId]: AccountRow, end: bigint): StoredAccount {
    const since: SinceRow[] = [];
    for (let next = lastMovementId; next !== null && next > end;) {
      const row = this.#since.get(next);
      if (!row) break;
      since.push(row);
      next = row.previousId !== null && row.previousId < next ? row.previousId : null;
    }
    return { id, player, currency, balance, lastMovementId, since };
  }
}

/** The greatest id that a record of the entry can have. */
function endOf(seq: bigint): bigint {
  return recordId(seq + 1n, 0) - 1n;
}
