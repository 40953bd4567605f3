import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { own } from './owner.js';
import { isWithoutRoom, saysFull } from './room.js';

/** The ledger in its folder. */
export const LEDGER_FILE = 'ledger.db';
/** What takes long to become a ledger is built under this name; SQLite may have files of its own beside it. */
const UNFINISHED = 'unfinished.db';
/** What says that there is a ledger, or was one: its file, SQLite's beside it, and how far it had been acknowledged. */
const MARKS = [LEDGER_FILE, `${LEDGER_FILE}-wal`, `${LEDGER_FILE}-journal`, 'acknowledged'];

/**
 * Makes a ledger in a folder that has none. `build` fills the file that it is given, proves it and closes it; only then does
 * the file get the name of a ledger, so whatever interrupts it leaves no half of one. `what` is told to others who want the
 * folder meanwhile, such as "a restore".
 */
export async function intoEmptyPlace<T>(
  folder: string,
  what: string,
  build: (file: string) => Promise<T> | T,
): Promise<T> {
  try {
    return await make(folder, what, build);
  } catch (error) {
    if (!saysFull(error) && !isWithoutRoom(error)) throw error;
    throw new Error(`${folder}: its disk is full; make room and run it again`);
  }
}

async function make<T>(folder: string, what: string, build: (file: string) => Promise<T> | T): Promise<T> {
  refuseLedger(folder);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ownership = own(join(folder, 'owner.db'), `${what}, process ${process.pid}`);
  try {
    // Somebody may have made one before the folder was ours.
    refuseLedger(folder);
    clear(folder);
    const file = join(folder, UNFINISHED);
    closeSync(openSync(file, 'wx', 0o600));
    const result = await build(file);
    if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) throw new Error(`${file} was not closed`);
    sync(file);
    renameSync(file, join(folder, LEDGER_FILE));
    syncFolders(folder, made);
    return result;
  } catch (error) {
    clear(folder);
    // The lock stays where others can have found it, unless they cannot have known the folder.
    if (made !== undefined) rmSync(made, { recursive: true });
    throw error;
  } finally {
    ownership.release();
  }
}

/** A folder in which a ledger should come to be is no place to begin an empty one. */
export function refuseUnfinished(folder: string): void {
  if (existsSync(join(folder, LEDGER_FILE)) || !existsSync(join(folder, UNFINISHED))) return;
  throw new Error(
    `what should put a ledger there was interrupted; run that again, or remove ${UNFINISHED} to begin an empty ledger`,
  );
}

function refuseLedger(folder: string): void {
  const found = MARKS.find((name) => existsSync(join(folder, name)));
  if (found === undefined) return;
  throw new Error(`${folder}: has a ledger (${found}); name a folder that has none, or move that ledger away first`);
}

function clear(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith(UNFINISHED)) rmSync(join(folder, name));
}

/** The new name is on the disk once its folder is, and a new folder once the one above it is. */
function syncFolders(folder: string, made: string | undefined): void {
  sync(folder);
  if (made === undefined) return;
  for (let each = folder; each !== dirname(made); each = dirname(each)) sync(dirname(each));
}

/** Waits until a file or folder is on the disk. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
