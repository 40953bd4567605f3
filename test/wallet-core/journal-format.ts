import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { expect } from 'chai';

// The format as docs/journal.md tells it, written a second time: nothing of wallet-core is used here.
export const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
export const number = (value: bigint | number, bytes: number) =>
  Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex',
  );
export const prefixed = (bytes: Uint8Array) => Buffer.concat([number(bytes.length, 4), bytes]);
export const encode = (fields: readonly string[]) =>
  Buffer.concat([Buffer.from([1]), ...fields.map((field) => prefixed(Buffer.from(field, 'utf8')))]);

interface Head {
  readonly writer: bigint;
  readonly seq: bigint;
  readonly timeMs: bigint;
  readonly requestsHash: Uint8Array;
}

export function hashOf(
  previous: Uint8Array,
  { writer, seq, timeMs, requestsHash }: Head,
  records: readonly Buffer[],
): Buffer {
  const numbers = [writer, seq, timeMs, BigInt(records.length)].map((value) => number(value, 8));
  return sha256(previous, ...numbers, number(requestsHash.length, 1), requestsHash, ...records.map(prefixed));
}

type Value = string | bigint | Buffer | null;
export type Row = Record<string, Value>;

/** A column as the text of a field. */
export function text(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'bigint' ? value.toString() : '';
}

/** The canonical bytes of every record of a ledger by its id, made from plain rows and the documented format. */
function recordsIn(db: Database): Map<bigint, Buffer> {
  const rows = (sql: string) => db.prepare<unknown[], Row>(sql).all();
  const records = new Map<bigint, Buffer>();
  const add = (type: number, row: Row, columns: readonly string[], list: readonly string[] = []) => {
    const id = row['id'] as bigint;
    expect(records.has(id), `two records with the id ${id}`).to.equal(false);
    records.set(id, encode([String(type), ...columns.map((column) => text(row[column])), ...list]));
  };
  const listOf = (of: readonly Row[], columns: readonly string[]) => [
    String(of.length),
    ...of.flatMap((row) => columns.map((column) => text(row[column]))),
  ];
  for (const row of rows(`SELECT m.*, c.name AS channel, a.player, a.currency
      FROM movement m JOIN channel c ON c.id = m.channel_id JOIN account a ON a.id = m.account_id`)) {
    const named = db
      .prepare<unknown[], Row>('SELECT * FROM name WHERE movement_id = ? ORDER BY position')
      .all(row['id']);
    const columns = [
      ...['channel', 'player', 'currency', 'kind', 'purpose', 'amount', 'balance_before', 'balance_after', 'reason'],
      ...['reference', 'holds_reference', 'round', 'provider_type', 'withholding'],
    ];
    const wager = row['wager'] === 1n ? ['1'] : [];
    add(1, row, columns, [...listOf(named, ['reference', 'relation', 'amount']), ...wager]);
  }
  for (const row of rows('SELECT r.*, c.name AS channel FROM refund r JOIN channel c ON c.id = r.channel_id')) {
    const lines = db
      .prepare<unknown[], Row>('SELECT * FROM refund_line WHERE refund_id = ? ORDER BY position')
      .all(row['id']);
    const columns = ['channel', 'reference', 'player', 'currency', 'balance_before', 'balance_after', 'refunded'];
    add(2, row, columns, listOf(lines, ['reference', 'amount', 'player', 'status']));
  }
  for (const row of rows('SELECT b.*, c.name AS channel FROM block b JOIN channel c ON c.id = b.channel_id')) {
    add(3, row, ['channel', 'reference', 'player']);
  }
  for (const row of rows('SELECT opened_id AS id, name FROM channel')) add(4, row, ['name']);
  for (const row of rows('SELECT opened_id AS id, player, currency FROM account WHERE opened_id IS NOT NULL')) {
    add(5, row, ['player', 'currency']);
  }
  for (const row of rows('SELECT * FROM freeze_act')) add(6, row, ['player', 'reason', 'note', 'frozen']);
  for (const row of rows('SELECT * FROM password')) {
    const digest = createHash('sha256').update(text(row['hash'])).digest('hex');
    add(7, { ...row, digest }, ['player', 'digest']);
  }
  for (const row of rows(`SELECT m.*, c.name AS channel, h.currency, h.purpose
      FROM house_movement m JOIN house h ON h.id = m.house_id JOIN channel c ON c.id = h.channel_id`)) {
    add(8, row, ['channel', 'currency', 'purpose', 'amount', 'balance_after']);
  }
  for (const row of rows(
    'SELECT m.*, c.name AS channel FROM maintenance_act m JOIN channel c ON c.id = m.channel_id',
  )) {
    add(9, row, ['channel', 'note', 'maintenance']);
  }
  for (const row of rows('SELECT *, lower(hex(hash)) AS hex FROM token')) {
    add(10, row, ['player', 'hex', 'expires_ms', 'one_time']);
  }
  for (const row of rows(`SELECT u.*, t.player, lower(hex(t.hash)) AS hex, c.name AS channel
      FROM token_use u JOIN token t ON t.id = u.token_id JOIN channel c ON c.id = u.channel_id`)) {
    add(11, row, ['player', 'hex', 'channel', 'reference']);
  }
  for (const row of rows(`SELECT s.*, lower(hex(s.hash)) AS hex, c.name AS channel
      FROM session s JOIN channel c ON c.id = s.channel_id`)) {
    add(12, row, ['player', 'channel', 'reference', 'hex']);
  }
  for (const row of rows(
    `SELECT e.*, c.name AS channel FROM session_end e LEFT JOIN channel c ON c.id = e.channel_id`,
  )) {
    add(13, row, ['player', 'channel']);
  }
  for (const row of rows('SELECT * FROM act')) add(14, row, ['operator', 'reason', 'act', 'player', 'records']);
  return records;
}

/** The chain passes through all entries without a gap, and through every record of the ledger; gives the entries. */
export function expectUnbrokenChain(db: Database): Row[] {
  const records = recordsIn(db);
  const entries = db.prepare<unknown[], Row>('SELECT * FROM entry ORDER BY seq').all();
  let previous: Uint8Array = new Uint8Array(32);
  let timeMs = 0n;
  for (const [index, entry] of entries.entries()) {
    const seq = entry['seq'] as bigint;
    expect(seq).to.equal(BigInt(index + 1));
    expect((entry['time_ms'] as bigint) >= timeMs, 'time never goes back').to.equal(true);
    timeMs = entry['time_ms'] as bigint;
    const own = Array.from({ length: Number(entry['count']) }, (_, n) => {
      const id = (seq << 16n) | BigInt(n);
      const bytes = records.get(id);
      if (!bytes) throw new Error(`entry ${seq} has no record ${n}`);
      records.delete(id);
      return bytes;
    });
    const head = { writer: entry['writer'] as bigint, seq, timeMs, requestsHash: entry['requests_hash'] as Buffer };
    previous = hashOf(previous, head, own);
    expect((entry['hash'] as Buffer).equals(previous), `the hash of entry ${seq}`).to.equal(true);
  }
  expect([...records.keys()], 'records of no entry').to.deep.equal([]);
  return entries;
}

/** What an attacker does who can write the file: counts and hashes of all entries anew, so that the chain is whole again. */
export function hashAnew(db: Database): void {
  const records = [...recordsIn(db)].sort(([a], [b]) => (a < b ? -1 : 1));
  const update = db.prepare('UPDATE entry SET count = ?, hash = ? WHERE seq = ?');
  let previous: Uint8Array = new Uint8Array(32);
  for (const entry of db.prepare<unknown[], Row>('SELECT * FROM entry ORDER BY seq').all()) {
    const seq = entry['seq'] as bigint;
    const own = records.filter(([id]) => id >> 16n === seq).map(([, bytes]) => bytes);
    const head = { writer: entry['writer'] as bigint, seq, timeMs: entry['time_ms'] as bigint };
    previous = hashOf(previous, { ...head, requestsHash: entry['requests_hash'] as Buffer }, own);
    update.run(own.length, previous, seq);
  }
}
