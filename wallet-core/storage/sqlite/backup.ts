import { readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { formatDigest } from '../../journal/digest.js';
import { BackupError, type Backup, type BackupProgress } from '../port.js';
import { bringToDisk } from './copy-to-disk.js';
import { endOf, makeSelfContained } from './self-contained.js';
import type { Wake } from './wake.js';

export interface BackupOrder {
  /** The file of the ledger. */
  readonly ledger: string;
  /** Of the backups. */
  readonly folder: string;
  readonly wake: Wake;
  /** Has the thread that writes copy the ledger into a file, and talk about it. */
  readonly copy: (path: string) => MessagePort;
}

/** So much of the disk must be left beside the copy: a backup must never be what the ledger has no more room for. */
const SPARE_BYTES = 64 * 2 ** 20;

const UNFINISHED = /^(ledger-\d{8}T\d{6}Z)\.part/;

/**
 * Makes a backup: ledger-<time>-<last entry>.db with its digest beside it. It has another name until it is whole and on the
 * disk; whatever ends it before leaves nothing that looks like one.
 */
export async function backUp(
  order: BackupOrder,
  tell: (progress: BackupProgress) => void,
  signal: AbortSignal,
): Promise<Backup> {
  const { folder } = order;
  const begun = `ledger-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  const part = join(folder, `${begun}.part`);
  try {
    signal.throwIfAborted();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    clearBackups(folder);
    await needRoom(order);
    const file = await open(part, 'wx', 0o600);
    try {
      await bringToDisk(file, order.copy(part), order.wake, tell, signal);
      await makeSelfContained(file);
    } finally {
      await file.close();
    }
    const { digest, lastMs } = endOf(part);
    const { size: bytes } = await stat(part);
    const name = join(folder, `${begun}-${digest.seq}`);
    signal.throwIfAborted();
    await writeWhole(`${name}.digest`, `${formatDigest(digest)}\n`);
    await rename(part, `${name}.db`);
    await syncFolder(folder);
    return { path: `${name}.db`, digest, lastMs, bytes };
  } catch (error) {
    clearBackups(folder);
    signal.throwIfAborted();
    throw new BackupError(`${folder}: ${why(error)}`);
  }
}

/** What the system says of a folder in which nothing can be made, whatever room there is. */
const NO_FOLDER = new Set(['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR']);

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isFolder = !NO_FOLDER.has((error as NodeJS.ErrnoException).code ?? '');
  return isFolder ? error.message : `${error.message}; expected a folder that wallet-core may write`;
}

/** Removes what is left of a backup that was interrupted: nobody else writes into the folder. */
export function clearBackups(folder: string): void {
  const names = namesIn(folder);
  const isOf = (begun: string) => (name: string) => name.startsWith(`${begun}-`) && name.endsWith('.digest');
  for (const name of names) {
    const [, begun] = UNFINISHED.exec(name) ?? [];
    if (begun === undefined) continue;
    for (const digest of names.filter(isOf(begun))) {
      if (!names.includes(digest.replace(/digest$/, 'db'))) rmSync(join(folder, digest), { force: true });
    }
    rmSync(join(folder, name), { force: true });
  }
}

/** What cannot be read holds nothing of ours; the next backup says so. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function needRoom({ ledger, folder }: BackupOrder): Promise<void> {
  const sizes = await Promise.all([ledger, `${ledger}-wal`].map(async (file) => (await stat(file)).size));
  const needed = sizes.reduce((sum, size) => sum + size, SPARE_BYTES);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const mb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new Error(`has ${mb(free)} free, a backup needs ${mb(needed)}: remove old backups, or set walletCore.backups`);
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
