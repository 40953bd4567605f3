import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { RefusedCall, RefusedFilter } from '../port.js';

const ROWS_MAX = 100_000;
const NEVER_MS = 2n ** 62n;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    address TEXT NOT NULL,
    channel TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    reference TEXT NOT NULL,
    player TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS refused_reference ON refused (reference);
  CREATE INDEX IF NOT EXISTS refused_player ON refused (player);
  CREATE TABLE IF NOT EXISTS dropped (time_ms INTEGER NOT NULL, count INTEGER NOT NULL) STRICT;`;

const COLUMNS = 'time_ms AS timeMs, address, channel, endpoint, reference, player, status, reason, body';

/**
 * Calls that were refused before the ledger, in a file of their own: bounded, not proved, and of no use to the rules. Losing
 * the last of them in a power cut is nothing, so it never waits for the disk.
 */
export class RefusedFile {
  readonly #db: Database.Database;
  readonly #keepMs: number;

  constructor(folder: string, keepMs: number) {
    this.#db = open(join(folder, 'refused.db'));
    this.#keepMs = keepMs;
  }

  keep(calls: readonly RefusedCall[], dropped: number): void {
    const insert = this.#db.prepare(`INSERT INTO refused VALUES (NULL, ${Array(9).fill('?').join(', ')})`);
    const now = BigInt(Date.now());
    this.#db.transaction(() => {
      for (const { timeMs, address, channel, endpoint, reference, player, status, reason, body } of calls) {
        insert.run(timeMs, address, channel, endpoint, reference, player, status, reason, body);
      }
      if (dropped > 0) this.#db.prepare('INSERT INTO dropped VALUES (?, ?)').run(now, BigInt(dropped));
      const old = now - BigInt(this.#keepMs);
      const room = this.#db.prepare('DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?');
      room.run(BigInt(ROWS_MAX));
      // In the order in which they came, so that the first that is young enough ends it.
      this.#db
        .prepare('DELETE FROM refused WHERE id < ifnull((SELECT min(id) FROM refused WHERE time_ms >= ?), 1 << 62)')
        .run(old);
      this.#db.prepare('DELETE FROM dropped WHERE time_ms < ?').run(old);
    })();
  }

  list({ player, reference, channel, fromMs = 0n, toMs = NEVER_MS }: RefusedFilter, limit: number) {
    const given = { player, reference, channel };
    const filters = Object.entries(given).filter(([, value]) => value !== undefined);
    const where = ['time_ms >= ? AND time_ms < ?', ...filters.map(([name]) => `${name} = ?`)].join(' AND ');
    const calls = this.#db
      .prepare<unknown[], RefusedCall>(`SELECT ${COLUMNS} FROM refused WHERE ${where} ORDER BY id DESC LIMIT ?`)
      .all(fromMs, toMs, ...filters.map(([, value]) => value), BigInt(limit));
    const dropped = this.#db
      .prepare<unknown[], bigint>('SELECT ifnull(sum(count), 0) FROM dropped WHERE time_ms >= ? AND time_ms < ?')
      .pluck()
      .get(fromMs, toMs);
    return { calls, dropped: dropped ?? 0n };
  }

  close(): void {
    this.#db.close();
  }
}

/**
 * One that is damaged is made anew: nothing that matters is in it, and it must not keep the wallet from starting. Whatever else
 * is wrong says nothing about what it holds, and would mostly be wrong with the ledger as well.
 */
function open(path: string): Database.Database {
  try {
    return opened(path);
  } catch (error) {
    if (!isDamage(error)) {
      throw new Error(`${path} cannot be opened (${String(error)}); mend that, or move it away: a new one is made`);
    }
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    return opened(path);
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function opened(path: string): Database.Database {
  const db = new Database(path);
  try {
    db.defaultSafeIntegers(true);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
