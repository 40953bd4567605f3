import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Room } from '../port.js';

/** What a ledger takes of the disk, and when its newest backup was made. */
export async function roomOf(ledger: string, backups: string): Promise<Room> {
  const { bavail, bsize } = await statfs(dirname(ledger));
  const [{ size: ledgerBytes }, wal] = await Promise.all([stat(ledger), stat(`${ledger}-wal`).catch(nothing)]);
  const files = (await readdir(backups).catch(() => [])).filter((name) => name.endsWith('.db'));
  const times = await Promise.all(files.map(async (name) => (await stat(join(backups, name)).catch(nothing)).mtimeMs));
  return { ledger: ledgerBytes, wal: wal.size, free: bavail * bsize, lastBackupMs: Math.floor(Math.max(0, ...times)) };
}

/** A file that is not there, or not any more. */
function nothing() {
  return { size: 0, mtimeMs: 0 };
}
