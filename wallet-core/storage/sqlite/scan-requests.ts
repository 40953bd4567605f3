import type { Database } from 'better-sqlite3';
import type { EntryRequests } from '../../verify/requests.js';

/** Entries whose requests are read in one go, and so in one short read transaction. */
const CHUNK_ENTRIES = 16n;

/**
 * The kept requests up to an entry; those of no entry are found with the journal (scan.ts). `pause` is called between reads,
 * when no transaction is open.
 */
export function* keptRequests(db: Database, last: bigint, pause: () => void): Generator<EntryRequests> {
  const rows = db.prepare<[bigint, bigint, bigint], EntryRequests>(
    `SELECT r.seq, r.body, e.requests_hash AS requestsHash FROM request r JOIN entry e ON e.seq = r.seq
    WHERE r.seq > ? AND r.seq <= ? ORDER BY r.seq LIMIT ?`,
  );
  for (let read = 1n, after = 0n; read > 0n; pause()) {
    read = 0n;
    for (const requests of rows.iterate(after, last, CHUNK_ENTRIES)) {
      yield requests;
      read += 1n;
      after = requests.seq;
    }
  }
}
