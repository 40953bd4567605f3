import type { Database } from 'better-sqlite3';
import { SQLite } from './library.js';
import { checkIsLedger } from './schema.js';

/** When SQLite syncs: FULL at each commit, NORMAL only at checkpoints. */
export type Synchronous = 'FULL' | 'NORMAL';

/** The one connection that writes. The owner's lock makes it the only one, so it never waits for another. */
export function openWriter(path: string, synchronous: Synchronous): Database {
  const db = new SQLite(path);
  checkIsLedger(db);
  db.defaultSafeIntegers(true);
  db.pragma('journal_mode = WAL');
  // An answer leaves after its commit is on disk: WAL's own default, NORMAL, would lose the last ones in a power cut.
  db.pragma(`synchronous = ${synchronous}`);
  // 8 MiB: what else is hot stays in the page cache of the operating system, which this process is not charged for. SQLite
  // goes through all of its own after nearly every commit (pcache1TruncateUnsafe), so a larger one costs more.
  db.pragma('cache_size = -8192');
  // For an import; a ledger that serves has Checkpoints instead. Fewer, larger ones: random index pages are then written
  // once for many commits.
  db.pragma('wal_autocheckpoint = 4000');
  return db;
}

/** The connection that writes the WAL into the database, and syncs both, beside the one that commits. */
export function openCheckpointer(path: string): Database {
  const db = new SQLite(path, { fileMustExist: true });
  db.pragma('synchronous = FULL');
  return db;
}

/** A connection that only reads, for the thread that serves calls: in WAL mode it never waits for the writer. */
export function openReader(path: string): Database {
  const db = new SQLite(path, { readonly: true, fileMustExist: true });
  db.defaultSafeIntegers(true);
  db.pragma('query_only = ON');
  db.pragma('cache_size = -16384');
  return db;
}
