import type { Database, Statement } from 'better-sqlite3';
import type { Kind, Purpose, Relation } from '../../domain/kinds.js';
import type { RefusalReason } from '../../domain/reasons.js';
import type { Debit, Drawing } from '../../verify/source.js';
import type { Range } from './scan.js';

type DebitRow = [
  id: bigint,
  accountId: bigint,
  channel: string,
  player: string,
  currency: string,
  kind: Kind,
  purpose: Purpose,
  amount: bigint,
  reason: RefusalReason | null,
  reference: string,
  holdsReference: bigint,
  withholding: bigint,
];

type DrawingRow = [debitId: bigint, movementId: bigint, relation: Relation, amount: bigint];

const DRAWN_ON = 'SELECT debit_id FROM name WHERE movement_id BETWEEN ? AND ? AND debit_id IS NOT NULL';

/** Reads the movements that those of a range drew on, and all that drew on them, with two statements for all of them. */
export class DebitScan {
  readonly #debits: Statement<Range, DebitRow>;
  readonly #drawings: Statement<[...Range, bigint], DrawingRow>;

  constructor(db: Database) {
    this.#debits = db
      .prepare<Range, DebitRow>(
        `SELECT m.id, m.account_id, c.name, a.player, a.currency, m.kind, m.purpose, m.amount, m.reason, m.reference,
          m.holds_reference, m.withholding
        FROM movement m JOIN channel c ON c.id = m.channel_id JOIN account a ON a.id = m.account_id
        WHERE m.id IN (${DRAWN_ON})`,
      )
      .raw();
    this.#drawings = db
      .prepare<[...Range, bigint], DrawingRow>(
        `SELECT debit_id, movement_id, relation, amount FROM name
        WHERE debit_id IN (${DRAWN_ON}) AND movement_id <= ? ORDER BY debit_id, movement_id, position`,
      )
      .raw();
  }

  /** By id; `end` is the greatest id of a movement that counts. */
  read(range: Range, end: bigint): ReadonlyMap<bigint, Debit> {
    const debits = new Map<bigint, Debit & { readonly drawings: Drawing[] }>();
    for (const row of this.#debits.all(...range)) {
      const [id, accountId, channel, player, currency, kind, purpose, amount, reason, reference] = row;
      const flags = { holdsReference: row[10] === 1n, withholding: row[11] === 1n };
      const record = { channel, player, currency, kind, purpose, amount, reason, reference, ...flags };
      debits.set(id, { id, accountId, ...record, drawings: [] });
    }
    for (const [debitId, movementId, relation, amount] of this.#drawings.all(...range, end)) {
      debits.get(debitId)?.drawings.push({ movementId, relation, amount });
    }
    return debits;
  }
}
