import type { FileHandle } from 'node:fs/promises';
import { GENESIS } from '../../journal/chain.js';
import type { Backup } from '../port.js';
import { openReader } from './connection.js';
import { WRITER } from './journal-writer.js';

/**
 * The copy says, as the ledger does, that there is a WAL beside it, and could be read only where one can be made. The two
 * bytes are the read and write version of SQLite's file format; 1 is a database without a WAL.
 */
export async function makeSelfContained(file: FileHandle): Promise<void> {
  await file.write(Uint8Array.of(1, 1), 0, 2, 18);
  await file.sync();
}

/** The end of the journal in a copy. */
export function endOf(path: string): Pick<Backup, 'digest' | 'lastMs'> {
  const db = openReader(path);
  try {
    const last = db
      .prepare<[], { seq: bigint; timeMs: bigint; hash: Buffer }>(
        'SELECT seq, time_ms AS timeMs, hash FROM entry ORDER BY seq DESC LIMIT 1',
      )
      .get();
    const hash = Buffer.from(last?.hash ?? GENESIS).toString('hex');
    return { digest: { writer: WRITER, seq: last?.seq ?? 0n, hash }, lastMs: last?.timeMs ?? 0n };
  } finally {
    db.close();
  }
}
