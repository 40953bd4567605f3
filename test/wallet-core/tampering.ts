import type { Database } from 'better-sqlite3';
import type { Kind } from '../../wallet-core/domain/kinds.js';
import { eraKey, referenceKey } from '../../wallet-core/storage/sqlite/keys.js';
import type { Row } from './journal-format.js';

/** Somebody who can write the file of a ledger, with plain SQL. */
export class Forger {
  constructor(readonly db: Database) {
    db.defaultSafeIntegers(true);
    db.pragma('foreign_keys = OFF');
  }

  run(sql: string, ...values: readonly (string | bigint | Buffer | null)[]): void {
    const { changes } = this.db.prepare(sql).run(...values);
    if (changes === 0) throw new Error(`changed nothing: ${sql}`);
  }

  row(sql: string, ...values: readonly (string | bigint)[]): Row {
    const row = this.db.prepare<unknown[], Row>(sql).get(...values);
    if (!row) throw new Error(`there is no such row: ${sql}`);
    return row;
  }

  /** The id of what holds a reference. */
  id(reference: string): bigint {
    return this.row('SELECT id FROM movement WHERE reference = ? ORDER BY holds_reference DESC', reference)[
      'id'
    ] as bigint;
  }

  account(player: string): Row {
    return this.row("SELECT * FROM account WHERE player = ? AND currency = 'CNY'", player);
  }

  /** Changes the amount of a movement, and every balance that comes of it, of the player and of the house. */
  changeAmount(reference: string, more: bigint): void {
    const sql = 'UPDATE movement SET amount = amount + ?, balance_after = balance_after + ? WHERE id = ?';
    this.run(sql, more, more, this.id(reference));
    this.fit();
  }

  /** Puts a movement behind all others into the last entry, with its reference, its house movement and all balances. */
  insert(player: string, kind: Kind, amount: bigint, reference: string): bigint {
    const { seq, count } = this.row('SELECT seq, count FROM entry ORDER BY seq DESC');
    const id = ((seq as bigint) << 16n) + (count as bigint);
    const { id: accountId } = this.account(player);
    const { id: channelId } = this.row("SELECT id FROM channel WHERE name = 'platform/test'");
    const purpose = kind === 'DEPOSIT' ? 'CASH' : 'GAME';
    this.run(
      `INSERT INTO movement VALUES (?, ?, ?, NULL, ?, ?, ?, 0, ?, NULL, ?, ?, '', NULL, '', 0, 0)`,
      ...[id, channelId as bigint, accountId as bigint, kind, purpose, amount, amount, reference],
      kind === 'REFUND' ? 0n : 1n,
    );
    const house = this.row('SELECT id FROM house WHERE channel_id = ? AND purpose = ?', channelId as bigint, purpose);
    this.run('INSERT INTO house_movement VALUES (?, ?, 0, 0)', id + 1n, house['id'] as bigint);
    this.fit();
    return id;
  }

  /** Takes the last entry out with all that came of it; it must be a single movement of a player. */
  cutTail(): void {
    const { seq } = this.row('SELECT max(seq) AS seq FROM entry');
    const first = (seq as bigint) << 16n;
    this.run('DELETE FROM house_movement WHERE id >= ?', first);
    this.run('DELETE FROM movement WHERE id >= ?', first);
    this.run('DELETE FROM entry WHERE seq = ?', seq as bigint);
    this.fit();
  }

  /** Moves up what stood behind a record that is gone from its entry, to its house record, of which it has one. */
  closeGap(id: bigint): void {
    const { house } = this.row('SELECT min(id) AS house FROM house_movement WHERE id > ?', id);
    const behind = [id, house as bigint] as const;
    this.db.prepare('UPDATE movement SET previous_id = NULL WHERE id > ? AND id <= ?').run(...behind);
    for (const table of ['movement', 'block', 'house_movement']) {
      this.db.prepare(`UPDATE ${table} SET id = id - 1 WHERE id > ? AND id <= ?`).run(...behind);
    }
    this.fit();
  }

  /** Makes all that comes of the movements fit what they now say: links, balances of players and of the house, references. */
  fit(): void {
    const moved = (where: string) => `ifnull((SELECT sum(amount) FROM movement WHERE reason IS NULL AND ${where}), 0)`;
    const before = moved('account_id = m.account_id AND id < m.id');
    this.db.exec(`
      UPDATE movement AS m SET
        previous_id = (SELECT max(id) FROM movement WHERE account_id = m.account_id AND id < m.id),
        balance_before = ${before}, balance_after = ${before} + iif(reason IS NULL, amount, 0);
      UPDATE account AS a SET balance = ${moved('account_id = a.id')},
        last_movement_id = (SELECT max(id) FROM movement WHERE account_id = a.id);
      UPDATE house_movement AS h SET amount = -ifnull((
        SELECT sum(m.amount) FROM movement m JOIN account a ON a.id = m.account_id JOIN house o ON o.id = h.house_id
        WHERE m.id >> 16 = h.id >> 16 AND m.reason IS NULL AND m.channel_id = o.channel_id AND m.purpose = o.purpose
          AND a.currency = o.currency), 0);
      UPDATE house_movement AS h SET
        balance_after = (SELECT sum(amount) FROM house_movement WHERE house_id = h.house_id AND id <= h.id);
      UPDATE house AS o SET balance = (SELECT sum(amount) FROM house_movement WHERE house_id = o.id);
      DELETE FROM reference;
    `);
    const holders = this.db.prepare<[], { id: bigint; channel: string; reference: string }>(
      `SELECT m.id, c.name AS channel, m.reference FROM movement m JOIN channel c ON c.id = m.channel_id
      WHERE m.holds_reference = 1`,
    );
    for (const { id, channel, reference } of holders.all()) {
      this.run('INSERT INTO reference VALUES (?, ?)', eraKey(0, referenceKey(channel, reference)), id);
    }
  }
}
