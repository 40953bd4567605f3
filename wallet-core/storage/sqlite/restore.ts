import { existsSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { formatDigest, type Digest } from '../../journal/digest.js';
import type { Verification } from '../../verify/verify.js';
import { SQLite } from './library.js';
import { intoEmptyPlace } from './place.js';
import { saysFull } from './room.js';
import { endOf } from './self-contained.js';
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from './schema.js';
import { verifyFile } from './verifier.js';

export interface RestoreOrder {
  /** The file of the backup. */
  readonly from: string;
  /** The folder that gets the ledger. */
  readonly folder: string;
  /** What was filed with it: the end of its journal. */
  readonly filed: Digest | undefined;
  /** A past that it must contain. */
  readonly against: Digest | undefined;
}

export interface RestoreProgress {
  readonly phase: 'copying' | 'verifying';
  /** Bytes, or entries of the journal. */
  readonly done: number;
  readonly total: number;
}

export interface Restored {
  readonly verification: Verification;
  /** The time of its last entry; 0: it has none. */
  readonly lastMs: bigint;
}

/** A backup that is not what it should be; the verification says where, if it came to that. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError';

  constructor(
    message: string,
    readonly verification?: Verification,
  ) {
    super(message);
  }
}

const PIECE_BYTES = 2 ** 20;
const ANOTHER = 'restore another backup';

/** Puts a backup into a folder that has no ledger, and proves it there before it is one. An abort leaves nothing and rejects. */
export async function restore(
  order: RestoreOrder,
  tell: (progress: RestoreProgress) => void,
  signal: AbortSignal,
): Promise<Restored> {
  const { from, folder, filed, against } = order;
  await refuseOther(from);
  return intoEmptyPlace(folder, `a restore of ${from}`, async (file) => {
    await copyFile(from, file, tell, signal);
    makeCurrent(file, from);
    // That took a while in which nothing else was heard.
    await nextTurn();
    signal.throwIfAborted();
    const verification = await verifyFile(
      { path: file, against: against ?? filed },
      ({ seq, last }) => tell({ phase: 'verifying', done: Number(seq), total: Number(last) }),
      signal,
    );
    if (verification.count > 0) throw new RestoreError(`${from}: is not proved; ${ANOTHER}`, verification);
    const end = formatDigest(verification.digest);
    if (filed && formatDigest(filed) !== end) {
      throw new RestoreError(`${from}: ends at ${end}, not at ${formatDigest(filed)} as was filed with it; ${ANOTHER}`);
    }
    return { verification, lastMs: endOf(file).lastMs };
  });
}

/** Looks at the head of the file (SQLite's file format, 1.3) before anything is copied. */
async function refuseOther(from: string): Promise<void> {
  const file = await open(from, 'r').catch((error: unknown) => {
    throw new RestoreError(`${from}: cannot be read; expected the file of a backup (${(error as Error).message})`);
  });
  try {
    const head = Buffer.alloc(100);
    const { bytesRead } = await file.read(head, 0, head.length, 0).catch(() => ({ bytesRead: 0 }));
    const isLedger = head.toString('latin1', 0, 16) === 'SQLite format 3\0' && head.readUInt32BE(68) === APPLICATION_ID;
    if (bytesRead < head.length || !isLedger) {
      throw new RestoreError(`${from}: is not a ledger of single-wallet; expected the file of a backup`);
    }
    const version = head.readUInt32BE(60);
    if (version > SCHEMA_VERSION) {
      throw new RestoreError(
        `${from}: is of a newer single-wallet (schema ${version}, this one knows ${SCHEMA_VERSION}); restore it with that`,
      );
    }
  } finally {
    await file.close();
  }
  if (!existsSync(`${from}-wal`) || statSync(`${from}-wal`).size === 0) return;
  throw new RestoreError(
    `${from}: has ${from}-wal beside it, so it is a ledger in use and no backup; expected a file that backup wrote`,
  );
}

async function copyFile(
  from: string,
  to: string,
  tell: (progress: RestoreProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'r+');
  try {
    const { size: total } = await source.stat();
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let done = 0; ;) {
      signal.throwIfAborted();
      const { bytesRead } = await source.read(piece, 0, PIECE_BYTES, done);
      if (bytesRead === 0) break;
      await target.writeFile(piece.subarray(0, bytesRead));
      done += bytesRead;
      tell({ phase: 'copying', done, total });
    }
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

/** The copy has the newest schema, and SQLite finds nothing wrong with it. */
function makeCurrent(file: string, from: string): void {
  const db = new SQLite(file);
  try {
    db.pragma('journal_mode = DELETE');
    const found = String(db.pragma('integrity_check(1)', { simple: true }));
    if (found !== 'ok') throw new Error(found.replace(/^\*.*\n/, ''));
    migrate(db);
  } catch (error) {
    if (saysFull(error)) throw error;
    throw new RestoreError(`${from}: is damaged (${(error as Error).message}); ${ANOTHER}`);
  } finally {
    db.close();
  }
}
