import type { Database, Statement } from 'better-sqlite3';
import type { Named } from '../../domain/command.js';
import type { Kind, Purpose, Relation } from '../../domain/kinds.js';
import type { RefusalReason } from '../../domain/reasons.js';
import type { MovementRecord } from '../../domain/record.js';
import type { Drawn } from '../../domain/state.js';

interface MovementRow {
  id: bigint;
  channel: string;
  account_id: bigint;
  player: string;
  currency: string;
  previous_id: bigint | null;
  kind: Kind;
  purpose: Purpose;
  amount: bigint;
  balance_before: bigint;
  balance_after: bigint;
  reason: RefusalReason | null;
  reference: string;
  holds_reference: bigint;
  round: string;
  provider_type: string;
  withholding: bigint;
  wager: bigint;
  time_ms: bigint;
}

interface NameRow {
  relation: Relation;
  reference: string;
  amount: bigint;
}

/** A recorded movement with its account's movement before. */
export interface StoredMovement {
  readonly record: MovementRecord;
  /** The row of its account. */
  readonly accountId: bigint;
  readonly previousId: bigint | null;
}

/** Reads recorded movements, on whichever connection it is given. */
export class MovementRows {
  readonly #byId: Statement<[bigint], MovementRow>;
  readonly #names: Statement<[bigint], NameRow>;
  readonly #drawings: Statement<[bigint], NameRow>;
  readonly #attempt: Statement<[string, string], bigint>;

  constructor(db: Database) {
    this.#byId = db.prepare(`
      SELECT m.*, c.name AS channel, a.player, a.currency, e.time_ms
      FROM movement m
      JOIN channel c ON c.id = m.channel_id
      JOIN account a ON a.id = m.account_id
      JOIN entry e ON e.seq = m.id >> 16
      WHERE m.id = ?`);
    this.#names = db.prepare('SELECT relation, reference, amount FROM name WHERE movement_id = ? ORDER BY position');
    this.#drawings = db.prepare('SELECT relation, reference, amount FROM name WHERE debit_id = ?');
    this.#attempt = db
      .prepare<[string, string], bigint>(
        `SELECT m.id FROM movement m JOIN channel c ON c.id = m.channel_id
        WHERE m.reference = ? AND c.name = ? AND m.holds_reference = 0 AND m.reason IS NOT NULL
        ORDER BY m.id DESC LIMIT 1`,
      )
      .pluck();
  }

  /** The newest refused settlement under a reference. */
  lastAttempt(channel: string, reference: string): StoredMovement | undefined {
    const id = this.#attempt.get(reference, channel);
    return id === undefined ? undefined : this.byId(id);
  }

  byId(id: bigint): StoredMovement | undefined {
    const row = this.#byId.get(id);
    if (!row) return undefined;
    const names: Named[] = this.#names.all(id);
    const { previous_id, balance_before, balance_after, holds_reference, provider_type, withholding, time_ms } = row;
    return {
      accountId: row.account_id,
      previousId: previous_id,
      record: {
        type: 'movement',
        id,
        channel: row.channel,
        player: row.player,
        currency: row.currency,
        kind: row.kind,
        purpose: row.purpose,
        amount: row.amount,
        balanceBefore: balance_before,
        balanceAfter: balance_after,
        reason: row.reason,
        reference: row.reference,
        holdsReference: holds_reference === 1n,
        round: row.round,
        providerType: provider_type,
        names,
        withholding: withholding === 1n,
        wager: row.wager === 1n,
        timeMs: time_ms,
      },
    };
  }

  /** What was drawn from a debit, summed from the movements that did. */
  drawnFrom(id: bigint): Drawn {
    let returned = 0n;
    let refunded = false;
    for (const { relation, amount } of this.#drawings.all(id)) {
      if (relation === 'REFUND') refunded = true;
      else returned += amount;
    }
    return { returned, refunded };
  }
}
