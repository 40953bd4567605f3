import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, RunResult, Statement } from 'better-sqlite3';
import { StoreFullError, type DroppedCalls, type RefusedCall, type RefusedFilter, type RefusedList } from '../port.js';
import { SQLite } from './library.js';
import { saysFull } from './room.js';

/** How many calls are kept. */
interface Room {
  readonly ofProvider: bigint;
  readonly ofAnybody: bigint;
  readonly inAll: bigint;
}

/**
 * Of one channel: its provider's, and those that may be anybody's, which push out nothing but each other. A
 * bound on all is for whoever may name channels at will.
 */
const ROOM: Room = { ofProvider: 50_000n, ofAnybody: 10_000n, inAll: 400_000n };
const MINUTE_MS = 60_000n;
const NEVER_MS = 2n ** 62n;

/** `number` counts the calls of one channel and origin, so that the oldest of them are found however many others there are. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS refused_calls (
    id INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    address TEXT NOT NULL,
    channel TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    reference TEXT NOT NULL,
    player TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL,
    from_provider INTEGER NOT NULL,
    number INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS refused_calls_reference ON refused_calls (reference);
  CREATE INDEX IF NOT EXISTS refused_calls_player ON refused_calls (player);
  CREATE INDEX IF NOT EXISTS refused_calls_time ON refused_calls (time_ms);
  CREATE INDEX IF NOT EXISTS refused_calls_channel ON refused_calls (channel, time_ms);
  CREATE UNIQUE INDEX IF NOT EXISTS refused_calls_number ON refused_calls (channel, from_provider, number);
  CREATE TABLE IF NOT EXISTS dropped_calls (
    minute_ms INTEGER NOT NULL,
    channel TEXT NOT NULL,
    from_provider INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (minute_ms, channel, from_provider)
  ) STRICT, WITHOUT ROWID;`;

const COLUMNS =
  'time_ms AS timeMs, address, channel, endpoint, reference, player, status, reason, body, from_provider AS fromProvider';
const INSERT = `INSERT INTO refused_calls VALUES (NULL, ${Array(11).fill('?').join(', ')})`;
const SAME = 'channel = ? AND from_provider = ?';

/** Calls of one channel that are its provider's, or that are not. */
interface Origin {
  /** The values of SAME. */
  readonly same: readonly [channel: string, fromProvider: bigint];
  readonly room: bigint;
  /** Of the last one. */
  number: bigint;
}

/** As it is stored. */
type Row = Omit<RefusedCall, 'fromProvider'> & { readonly fromProvider: bigint };

/**
 * Calls that were refused before the ledger, in a file of their own: bounded, not proved, and of no use to the rules. Losing
 * the last of them in a power cut is nothing, so the disk is waited for only where the WAL goes into the file.
 */
export class RefusedFile {
  readonly #db: Database;
  readonly #keepMs: number;
  readonly #room: Room;
  readonly #statements = new Map<string, Statement<unknown[]>>();
  #rows: bigint;

  constructor(folder: string, keepMs: number, room = ROOM) {
    this.#room = room;
    this.#db = open(join(folder, 'refused.db'));
    this.#keepMs = keepMs;
    this.#rows = this.#db.prepare<[], bigint>('SELECT count(*) FROM refused_calls').pluck().get() ?? 0n;
  }

  keep(calls: readonly RefusedCall[], dropped: readonly DroppedCalls[]): void {
    const now = BigInt(Date.now());
    const before = this.#rows;
    try {
      this.#db.transaction(() => {
        const origins = new Map<string, Origin>();
        for (const call of calls) this.#insert(call, this.#originOf(call, origins));
        for (const origin of origins.values()) this.#bound(origin);
        for (const each of dropped) this.#count(each, now);
        this.#forget(now - BigInt(this.#keepMs));
      })();
    } catch (error) {
      this.#rows = before;
      throw saysFull(error) ? new StoreFullError(String(error)) : error;
    }
  }

  list({ player, reference, channel, fromMs = 0n, toMs = NEVER_MS }: RefusedFilter, limit: number): RefusedList {
    const given = Object.entries({ player, reference, channel }).filter(([, value]) => value !== undefined);
    // What is older goes with the next call that is kept, which may not come soon.
    const oldest = BigInt(Date.now() - this.#keepMs);
    const keptMs = (ms: bigint) => (ms < oldest ? oldest : ms);
    const where = ['time_ms >= ? AND time_ms < ?', ...given.map(([name]) => `${name} = ?`)].join(' AND ');
    const calls = this.#db
      .prepare<unknown[], Row>(
        `SELECT ${COLUMNS} FROM refused_calls WHERE ${where} ORDER BY time_ms DESC, id DESC LIMIT ?`,
      )
      .all(keptMs(fromMs), toMs, ...given.map(([, value]) => value), BigInt(limit));
    const dropped = this.#db
      .prepare<unknown[], Omit<DroppedCalls, 'fromProvider'> & Pick<Row, 'fromProvider'>>(
        `SELECT channel, from_provider AS fromProvider, sum(count) AS count FROM dropped_calls
          WHERE minute_ms > ? AND minute_ms < ? AND channel = ifnull(?, channel) GROUP BY 1, 2 ORDER BY 1, 2`,
      )
      .all(keptMs(fromMs) - MINUTE_MS, toMs, channel ?? null);
    return { calls: calls.map(read), dropped: dropped.map(read) };
  }

  /** Of a call among others that are kept with it. */
  #originOf({ channel, fromProvider }: RefusedCall, known: Map<string, Origin>): Origin {
    const name = `${fromProvider} ${channel}`;
    const found = known.get(name);
    if (found) return found;
    const same = [channel, BigInt(fromProvider)] as const;
    const last = this.#db.prepare<unknown[], bigint>(`SELECT ifnull(max(number), 0) FROM refused_calls WHERE ${SAME}`);
    const origin = {
      same,
      room: fromProvider ? this.#room.ofProvider : this.#room.ofAnybody,
      number: last.pluck().get(...same) ?? 0n,
    };
    known.set(name, origin);
    return origin;
  }

  #insert(call: RefusedCall, origin: Origin): void {
    const { timeMs, address, channel, endpoint, reference, player, status, reason, body } = call;
    origin.number += 1n;
    const told = [timeMs, address, channel, endpoint, reference, player, status, reason, body];
    this.#run(INSERT, ...told, origin.same[1], origin.number);
    this.#rows += 1n;
  }

  #bound({ same, room, number }: Origin): void {
    this.#delete(`${SAME} AND number <= ?`, ...same, number - room);
    // Nobody makes room in all by what is kept of others.
    const over = this.#rows - this.#room.inAll;
    const oldest = `SELECT number FROM refused_calls WHERE ${SAME} ORDER BY number LIMIT ?`;
    if (over > 0n) this.#delete(`${SAME} AND number IN (${oldest})`, ...same, ...same, over);
  }

  #count({ channel, fromProvider, count }: DroppedCalls, now: bigint): void {
    const added =
      'INSERT INTO dropped_calls VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count';
    this.#run(added, now - (now % MINUTE_MS), channel, BigInt(fromProvider), count);
  }

  #forget(before: bigint): void {
    this.#delete('time_ms < ?', before);
    this.#run('DELETE FROM dropped_calls WHERE minute_ms < ?', before);
  }

  #delete(where: string, ...values: readonly unknown[]): void {
    this.#rows -= BigInt(this.#run(`DELETE FROM refused_calls WHERE ${where}`, ...values).changes);
  }

  /** Of few texts, each of which is prepared once: a call of the gateway brings up to a thousand rows. */
  #run(sql: string, ...values: readonly unknown[]): RunResult {
    const statement = this.#statements.get(sql) ?? this.#db.prepare<unknown[]>(sql);
    this.#statements.set(sql, statement);
    return statement.run(...values);
  }

  close(): void {
    this.#db.close();
  }
}

function read<R extends { readonly fromProvider: bigint }>({ fromProvider, ...rest }: R) {
  return { ...rest, fromProvider: fromProvider !== 0n };
}

/**
 * One that is damaged is made anew: nothing that matters is in it, and it must not keep the wallet from starting. Whatever else
 * is wrong says nothing about what it holds, and would mostly be wrong with the ledger as well.
 */
function open(path: string): Database {
  try {
    return opened(path);
  } catch (error) {
    if (saysFull(error)) throw new StoreFullError(String(error));
    if (!isDamage(error)) {
      throw new Error(`${path} cannot be opened (${String(error)}); mend that, or move it away: a new one is made`);
    }
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    return opened(path);
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof SQLite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function opened(path: string): Database {
  const db = new SQLite(path);
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
