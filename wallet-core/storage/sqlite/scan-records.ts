import type { Database } from 'better-sqlite3';
import type { Purpose } from '../../domain/kinds.js';
import type { RefundLineStatus } from '../../domain/reasons.js';
import type { DecidedRefundLine, LedgerRecord } from '../../domain/record.js';
import type { Collector, Range } from './scan.js';

/** Reads all records but movements. A row whose channel or house account is missing has empty texts in their place. */
export class RecordScan {
  readonly #reads: readonly ((range: Range, collector: Collector) => void)[];

  constructor(db: Database) {
    this.#reads = [refunds(db), ...SIMPLE.map((read) => read(db))];
  }

  read(range: Range, collector: Collector): void {
    for (const read of this.#reads) read(range, collector);
  }
}

/** A table each of whose rows is a record. */
function table<Row>(sql: string, recordOf: (row: Row) => LedgerRecord) {
  return (db: Database) => {
    const rows = db.prepare<Range, Row>(sql);
    return (range: Range, collector: Collector) => {
      for (const row of rows.iterate(...range)) collector.add(recordOf(row));
    };
  };
}

interface Row {
  readonly id: bigint;
  readonly player: string;
  readonly channel: string;
  readonly currency: string;
  readonly reference: string;
  readonly note: string;
  /** A hash in hex, or a password's. */
  readonly hash: string;
}

const SIMPLE = [
  table<Row & { purpose: Purpose; amount: bigint; balanceAfter: bigint }>(
    `SELECT m.id, m.amount, m.balance_after AS balanceAfter, ifnull(c.name, '') AS channel,
      ifnull(h.currency, '') AS currency, ifnull(h.purpose, '') AS purpose
    FROM house_movement m LEFT JOIN house h ON h.id = m.house_id LEFT JOIN channel c ON c.id = h.channel_id
    WHERE m.id BETWEEN ? AND ? ORDER BY m.id`,
    (row) => ({ type: 'house', ...row }),
  ),
  table<Row>(
    `SELECT b.id, ifnull(c.name, '') AS channel, b.reference, b.player
    FROM block b LEFT JOIN channel c ON c.id = b.channel_id WHERE b.id BETWEEN ? AND ? ORDER BY b.id`,
    (row) => ({ type: 'block', ...row }),
  ),
  table<Row>('SELECT opened_id AS id, name AS channel FROM channel WHERE opened_id BETWEEN ? AND ?', (row) => ({
    type: 'channel',
    ...row,
  })),
  table<Row>(
    'SELECT opened_id AS id, player, currency FROM account WHERE opened_id BETWEEN ? AND ? ORDER BY opened_id',
    (row) => ({ type: 'account', ...row }),
  ),
  table<Row & { reason: string; frozen: bigint }>(
    'SELECT id, player, reason, note, frozen FROM freeze_act WHERE id BETWEEN ? AND ? ORDER BY id',
    (row) => ({ type: 'freeze', ...row, frozen: row.frozen === 1n }),
  ),
  table<Row>('SELECT id, player, hash FROM password WHERE id BETWEEN ? AND ? ORDER BY id', (row) => ({
    type: 'password',
    ...row,
  })),
  table<Row & { maintenance: bigint }>(
    `SELECT m.id, ifnull(c.name, '') AS channel, m.note, m.maintenance
    FROM maintenance_act m LEFT JOIN channel c ON c.id = m.channel_id WHERE m.id BETWEEN ? AND ? ORDER BY m.id`,
    (row) => ({ type: 'maintenance', ...row, maintenance: row.maintenance === 1n }),
  ),
  table<Row & { expiresMs: bigint; oneTime: bigint }>(
    `SELECT id, player, lower(hex(hash)) AS hash, expires_ms AS expiresMs, one_time AS oneTime
    FROM token WHERE id BETWEEN ? AND ? ORDER BY id`,
    (row) => ({ type: 'token', ...row, oneTime: row.oneTime === 1n }),
  ),
  table<Row>(
    `SELECT u.id, ifnull(t.player, '') AS player, lower(hex(t.hash)) AS hash, ifnull(c.name, '') AS channel, u.reference
    FROM token_use u LEFT JOIN token t ON t.id = u.token_id LEFT JOIN channel c ON c.id = u.channel_id
    WHERE u.id BETWEEN ? AND ? ORDER BY u.id`,
    (row) => ({ type: 'token-use', ...row }),
  ),
  table<Row>(
    `SELECT s.id, s.player, ifnull(c.name, '') AS channel, s.reference, lower(hex(s.hash)) AS hash
    FROM session s LEFT JOIN channel c ON c.id = s.channel_id WHERE s.id BETWEEN ? AND ? ORDER BY s.id`,
    (row) => ({ type: 'session', ...row }),
  ),
  table<Row>(
    `SELECT e.id, e.player, ifnull(c.name, '') AS channel
    FROM session_end e LEFT JOIN channel c ON c.id = e.channel_id WHERE e.id BETWEEN ? AND ? ORDER BY e.id`,
    (row) => ({ type: 'session-end', ...row }),
  ),
  table<Row & { operator: string; reason: string; act: string; records: bigint }>(
    'SELECT id, operator, reason, act, player, records FROM act WHERE id BETWEEN ? AND ? ORDER BY id',
    (row) => ({ type: 'act', ...row }),
  ),
];

interface RefundRow extends Row {
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
  readonly refunded: bigint;
}

interface LineRow {
  readonly refund_id: bigint;
  readonly reference: string;
  readonly amount: bigint | null;
  readonly player: string;
  readonly status: RefundLineStatus;
}

function refunds(db: Database) {
  const rows = db.prepare<Range, RefundRow>(`
    SELECT r.id, ifnull(c.name, '') AS channel, r.reference, r.player, r.currency, r.balance_before AS balanceBefore,
      r.balance_after AS balanceAfter, r.refunded
    FROM refund r LEFT JOIN channel c ON c.id = r.channel_id WHERE r.id BETWEEN ? AND ? ORDER BY r.id`);
  const lineRows = db.prepare<Range, LineRow>(
    'SELECT * FROM refund_line WHERE refund_id BETWEEN ? AND ? ORDER BY refund_id, position',
  );
  return (range: Range, collector: Collector) => {
    const linesOf = new Map<bigint, DecidedRefundLine[]>();
    for (const { refund_id, reference, amount, player, status } of lineRows.iterate(...range)) {
      const lines = linesOf.get(refund_id) ?? [];
      linesOf.set(refund_id, lines);
      lines.push({ reference, amount, player, status });
    }
    for (const row of rows.iterate(...range)) {
      const lines = linesOf.get(row.id) ?? [];
      linesOf.delete(row.id);
      collector.add({ type: 'refund', ...row, lines, timeMs: collector.timeOf(row.id) });
    }
    for (const id of linesOf.keys()) collector.stray(id);
  };
}
