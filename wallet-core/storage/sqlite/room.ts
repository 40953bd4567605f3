import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SQLite } from './library.js';

/** How long commits must have gone well before a full disk is believed to have room: near its limit small ones still fit. */
const QUIET_MS = 1_000;
/** For a WAL of 512 MiB. */
const WAL_INDEX_BYTES = 2 ** 20;

/** Whether the disk has room, as the commits find out; `tell` hears of each change once. */
export class Room {
  #fullMs: number | undefined;

  constructor(readonly tell: (hasRoom: boolean) => void) {}

  /** Whether commits find none: since one did, too few have been written. */
  get isMissing(): boolean {
    return this.#fullMs !== undefined;
  }

  /** A commit found none. */
  missed(): void {
    const isNews = this.#fullMs === undefined;
    this.#fullMs = performance.now();
    if (isNews) this.tell(false);
  }

  /** A commit was written. */
  found(): void {
    if (this.#fullMs === undefined || performance.now() - this.#fullMs < QUIET_MS) return;
    this.#fullMs = undefined;
    this.tell(true);
  }
}

/** More than most groups come to. */
const GROUP_BYTES = 2 ** 20;

/** Whether a folder has room for another group, found out with a file that is removed again. */
export async function findsRoom(folder: string): Promise<boolean> {
  const path = join(folder, 'room.tmp');
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(GROUP_BYTES));
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (isWithoutRoom(error)) return false;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}

/** Whether an error of SQLite means that the disk is full: of a write, or of more memory to share between connections. */
export function saysFull(error: unknown): boolean {
  return error instanceof SQLite.SqliteError && /^SQLITE_(FULL|IOERR_SHMSIZE)/.test(error.code);
}

/** The same of the file system; a quota is a disk of one's own. */
export function isWithoutRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/**
 * SQLite makes the index of the WAL, "-shm", larger when it needs it, which is after a commit has been synced: without room
 * then, nobody would know the fate of that commit. So the room is taken now. The file stays open as long as the ledger: to
 * close it would give up the locks that SQLite holds on it in this process.
 */
export function reserveWalIndex(path: string): { release(): void } {
  const file = openSync(`${path}-shm`, 'r+');
  // Behind what is in use by now: without an index, commits that stand in the WAL only would be lost at the next checkpoint.
  const inUse = fstatSync(file).size;
  const zeros = Buffer.alloc(Math.max(0, WAL_INDEX_BYTES - inUse));
  for (let from = 0; from < zeros.length;) from += writeSync(file, zeros, from, zeros.length - from, inUse + from);
  return { release: () => closeSync(file) };
}
