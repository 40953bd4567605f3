import type { Database } from 'better-sqlite3';
import { SQLite } from './library.js';

/** Held as long as the process lives. */
export interface Ownership {
  release(): void;
}

/**
 * Makes this process the only owner of the ledger. The lock is one of the operating system's on a small database beside
 * it, so it ends with the process, however that ends; a file with a process id would outlive it. RESERVED lets others
 * read who holds it.
 */
export function own(path: string, description: string): Ownership {
  const db = new SQLite(path, { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec(
      'CREATE TABLE IF NOT EXISTS owner (one INTEGER PRIMARY KEY CHECK (one = 1), description TEXT NOT NULL) STRICT',
    );
    const describe = db.prepare(
      'INSERT INTO owner VALUES (1, ?) ON CONFLICT DO UPDATE SET description = excluded.description',
    );
    // Somebody who starts at the same moment may write his own before the lock is ours.
    do {
      if (db.inTransaction) db.exec('ROLLBACK');
      describe.run(description);
      db.exec('BEGIN IMMEDIATE');
    } while (holderOf(db) !== description);
    return { release: () => db.close() };
  } catch (error) {
    const owner = isBusy(error) ? holderOf(db) : undefined;
    db.close();
    if (owner === undefined) throw error;
    throw new Error(`${path}: the ledger is owned by ${owner}; stop that first, or name another data folder`);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SQLite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

function holderOf(db: Database): string {
  try {
    return String(db.prepare('SELECT description FROM owner').pluck().get());
  } catch {
    return 'another process that is just starting';
  }
}
