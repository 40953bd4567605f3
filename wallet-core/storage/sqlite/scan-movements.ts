import type { Database, Statement } from 'better-sqlite3';
import type { Named } from '../../domain/command.js';
import type { Kind, Purpose, Relation } from '../../domain/kinds.js';
import type { RefusalReason } from '../../domain/reasons.js';
import type { Collector, Range } from './scan.js';

type MovementRow = [
  id: bigint,
  channelId: bigint,
  accountId: bigint,
  player: string | null,
  currency: string | null,
  previousId: bigint | null,
  kind: Kind,
  purpose: Purpose,
  amount: bigint,
  balanceBefore: bigint,
  balanceAfter: bigint,
  reason: RefusalReason | null,
  reference: string,
  round: string,
  roundKey: bigint | null,
  providerType: string,
  flags: bigint,
];

type NameRow = [movementId: bigint, relation: Relation, reference: string, amount: bigint, debitId: bigint | null];

const NONE: readonly never[] = [];

/** Reads movements with what they name: by far most of what a ledger has, so rows come as arrays, which are cheaper. */
export class MovementScan {
  readonly #rows: Statement<Range, MovementRow>;
  readonly #names: Statement<Range, NameRow>;
  readonly #channels: Statement<[], [id: bigint, name: string]>;

  constructor(db: Database) {
    this.#rows = db
      .prepare<Range, MovementRow>(
        `SELECT m.id, m.channel_id, m.account_id, a.player, a.currency, m.previous_id, m.kind, m.purpose,
          m.amount, m.balance_before, m.balance_after, m.reason, m.reference, m.round, m.round_key, m.provider_type,
          (m.holds_reference = 1) | ((m.withholding = 1) << 1) | ((m.wager = 1) << 2) | (ifnull(a.opened_id < m.id, 0) << 3)
        FROM movement m LEFT JOIN account a ON a.id = m.account_id
        WHERE m.id BETWEEN ? AND ? ORDER BY m.id`,
      )
      .raw();
    this.#names = db
      .prepare<Range, NameRow>(
        `SELECT movement_id, relation, reference, amount, debit_id FROM name
        WHERE movement_id BETWEEN ? AND ? ORDER BY movement_id, position`,
      )
      .raw();
    this.#channels = db.prepare<[], [bigint, string]>('SELECT id, name FROM channel').raw();
  }

  read(range: Range, collector: Collector): void {
    const channels = new Map(this.#channels.all());
    const named = this.#names.all(...range);
    let next = 0;
    for (const row of this.#rows.all(...range)) {
      const id = row[0];
      for (let name = named[next]; name !== undefined && name[0] < id; name = named[++next]) collector.stray(name[0]);
      let names: Named[] | undefined;
      let debitIds: (bigint | null)[] | undefined;
      for (let name = named[next]; name !== undefined && name[0] === id; name = named[++next]) {
        (names ??= []).push({ reference: name[2], relation: name[1], amount: name[3] });
        (debitIds ??= []).push(name[4]);
      }
      const flags = Number(row[16]);
      collector.add(
        {
          type: 'movement',
          id,
          channel: channels.get(row[1]) ?? '',
          player: row[3] ?? '',
          currency: row[4] ?? '',
          kind: row[6],
          purpose: row[7],
          amount: row[8],
          balanceBefore: row[9],
          balanceAfter: row[10],
          reason: row[11],
          reference: row[12],
          holdsReference: (flags & 1) !== 0,
          round: row[13],
          providerType: row[15],
          names: names ?? NONE,
          withholding: (flags & 2) !== 0,
          wager: (flags & 4) !== 0,
          timeMs: collector.timeOf(id),
        },
        {
          accountId: row[2],
          open: (flags & 8) !== 0,
          previousId: row[5],
          roundKey: row[14],
          debitIds: debitIds ?? NONE,
        },
      );
    }
    for (const [movementId] of named.slice(next)) collector.stray(movementId);
  }
}
