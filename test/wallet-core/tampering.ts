import type { Database } from 'better-sqlite3';
import type { Kind } from '../../wallet-core/domain/kinds.js';
import { referenceKey } from '../../wallet-core/storage/sqlite/keys.js';
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
    const id = this.id(reference);
    const { account_id, channel_id, purpose } = this.row('SELECT * FROM movement WHERE id = ?', id);
    const house = 'SELECT id FROM house WHERE channel_id = ? AND purpose = ?';
    const { id: houseId } = this.row(house, channel_id as bigint, purpose as string);
    this.run('UPDATE movement SET amount = amount + ?, balance_after = balance_after + ? WHERE id = ?', more, more, id);
    this.db
      .prepare(
        'UPDATE movement SET balance_before = balance_before + ?, balance_after = balance_after + ? ' +
          'WHERE account_id = ? AND id > ?',
      )
      .run(more, more, account_id, id);
    this.run('UPDATE account SET balance = balance + ? WHERE id = ?', more, account_id as bigint);
    this.run(
      'UPDATE house_movement SET amount = amount - iif(id >> 16 = ?, ?, 0), balance_after = balance_after - ? ' +
        'WHERE house_id = ? AND id > ?',
      ...[id >> 16n, more, more, houseId as bigint, id],
    );
    this.run('UPDATE house SET balance = balance - ? WHERE id = ?', more, houseId as bigint);
  }

  /** Puts a movement behind all others into the last entry, with its reference, its house movement and all balances. */
  insert(player: string, kind: Kind, amount: bigint, reference: string): bigint {
    const { seq, count } = this.row('SELECT seq, count FROM entry ORDER BY seq DESC');
    const id = ((seq as bigint) << 16n) + (count as bigint);
    const { id: accountId, balance, last_movement_id } = this.account(player);
    const after = (balance as bigint) + amount;
    const { id: channelId } = this.row("SELECT id FROM channel WHERE name = 'platform/test'");
    const purpose = kind === 'DEPOSIT' ? 'CASH' : 'GAME';
    const holds = kind === 'REFUND' ? 0n : 1n;
    this.run(
      `INSERT INTO movement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, '', NULL, '', 0, 0)`,
      ...[id, channelId, accountId, last_movement_id, kind, purpose, amount, balance, after, reference, holds].map(
        (value) => value ?? null,
      ),
    );
    if (holds === 1n) this.run('INSERT INTO reference VALUES (?, ?)', referenceKey('platform/test', reference), id);
    this.run('UPDATE account SET balance = ?, last_movement_id = ? WHERE id = ?', after, id, accountId as bigint);
    const houseSql = 'SELECT id, balance FROM house WHERE channel_id = ? AND purpose = ?';
    const house = this.row(houseSql, channelId as bigint, purpose);
    const houseAfter = (house['balance'] as bigint) - amount;
    this.run('INSERT INTO house_movement VALUES (?, ?, ?, ?)', id + 1n, house['id'] as bigint, -amount, houseAfter);
    this.run('UPDATE house SET balance = ? WHERE id = ?', houseAfter, house['id'] as bigint);
    return id;
  }

  /** Takes the last entry out with all that came of it; it must be a single movement of a player. */
  cutTail(): void {
    const { seq } = this.row('SELECT max(seq) AS seq FROM entry');
    const first = (seq as bigint) << 16n;
    const { id, account_id, previous_id, balance_before } = this.row('SELECT * FROM movement WHERE id >= ?', first);
    const { id: houseMovement, house_id, amount } = this.row('SELECT * FROM house_movement WHERE id >= ?', first);
    this.run(
      'UPDATE account SET balance = ?, last_movement_id = ? WHERE id = ?',
      balance_before ?? null,
      previous_id ?? null,
      account_id as bigint,
    );
    this.run('UPDATE house SET balance = balance - ? WHERE id = ?', amount as bigint, house_id as bigint);
    this.run('DELETE FROM house_movement WHERE id = ?', houseMovement as bigint);
    this.run('DELETE FROM reference WHERE movement_id = ?', id as bigint);
    this.run('DELETE FROM movement WHERE id = ?', id as bigint);
    this.run('DELETE FROM entry WHERE seq = ?', seq as bigint);
  }
}
