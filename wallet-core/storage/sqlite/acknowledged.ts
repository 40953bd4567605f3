import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { formatDigest, type Digest } from '../../journal/digest.js';
import { AcknowledgedFile, readAcknowledged, type Acknowledged } from './acknowledged-file.js';
import { openReader } from './connection.js';
import { DamageError, explained } from './damage.js';
import { WRITER } from './journal-writer.js';
import { isMarked } from './schema.js';
import { NO_WAL, readWal, WalGauge } from './wal.js';

type End = Pick<Digest, 'seq'> & { readonly hash: Uint8Array };

/**
 * Refuses a ledger that does not contain what has been answered for. It changes no file: what SQLite takes for the rest of
 * a broken commit, and would overwrite, may be all that is left of answers.
 */
export function expectAcknowledged(folder: string, name: string): void {
  const acknowledged = readAcknowledged(folder);
  if (!acknowledged || acknowledged.digest.seq === 0n) return;
  const path = join(folder, name);
  const told = toldBy(acknowledged);
  // SQLite would make a new ledger, and remove the WAL.
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (!size) throw new DamageError(path, `${told}, and the file is ${size === 0 ? 'empty' : 'missing'}`);
  expectWal(path, acknowledged, told);
  expectEntry(path, acknowledged, told);
}

function toldBy({ digest }: Acknowledged): string {
  return `answers were given up to entry ${formatDigest(digest)}`;
}

/** A WAL that has lost frames would leave older pages beside newer ones that were already moved into the database. */
function expectWal(path: string, { wal }: Acknowledged, told: string): void {
  if (wal.frames === 0) return;
  const file = `${path}-wal`;
  const found = readWal(file);
  if (!found)
    throw new DamageError(
      file,
      `${told}, ${wal.frames} frames of this file among them, and it is missing or its head is damaged`,
    );
  // With other salts it was begun anew after the file "acknowledged" was written last, when all in it was in the database.
  if (found.salts !== wal.salts || found.frames >= wal.frames) return;
  throw new DamageError(
    file,
    `${told}, which is frame ${wal.frames} of this file, and it is good up to frame ${found.frames} only: it was cut short, ` +
      'or something in it has changed',
  );
}

function expectEntry(path: string, acknowledged: Acknowledged, told: string): void {
  let db: Database | undefined;
  try {
    db = openReader(path);
    if (!isMarked(db))
      throw new DamageError(path, 'its head does not say any more that it is a ledger of single-wallet');
    expectEntryIn(db, acknowledged, told);
  } catch (error) {
    throw explained(path, error);
  } finally {
    db?.close();
  }
}

function expectEntryIn(db: Database, { digest }: Acknowledged, told: string): void {
  const found = db.prepare<[bigint], Uint8Array>('SELECT hash FROM entry WHERE seq = ?').pluck().get(digest.seq);
  const hash = found && Buffer.from(found).toString('hex');
  if (hash === digest.hash) return;
  if (hash === undefined) {
    const last = db.prepare<[], End>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1').get();
    const end = formatDigest(digestOf(last ?? { seq: 0n, hash: new Uint8Array(32) }));
    throw new DamageError(db.name, `${told}, and the journal ends at ${end}`);
  }
  throw new DamageError(
    db.name,
    `${told}, and its hash there is ${hash}: this is another ledger, or one that was changed`,
  );
}

/** Writes down what the ledger contains, each time before that is answered. */
export class Acknowledgement {
  readonly #file: AcknowledgedFile;
  readonly #gauge: WalGauge;
  #seq: bigint;

  /** `checkpoint` writes the WAL into the database and empties it, after syncing both. */
  constructor(db: Database, folder: string, end: End, checkpoint: () => void) {
    this.#gauge = new WalGauge(db);
    this.#seq = end.seq;
    const known = readAcknowledged(folder);
    const now = { digest: digestOf(end), wal: NO_WAL };
    if (!known) {
      checkpoint();
      this.#file = AcknowledgedFile.make(folder, now);
      return;
    }
    // As the connection sees it whose checkpoint overwrites the database.
    if (known.digest.seq > 0n) expectEntryIn(db, known, toldBy(known));
    this.#file = AcknowledgedFile.open(folder);
    // First it must ask for no WAL any more. What a killed process had written is acknowledged only when it is synced.
    this.#write({ digest: known.digest, wal: NO_WAL });
    checkpoint();
    this.#write(now);
  }

  /** After a commit. */
  upTo(end: End): void {
    if (end.seq === this.#seq) return;
    this.#file.write({ digest: digestOf(end), wal: this.#gauge.position() });
    this.#seq = end.seq;
  }

  /** Before the WAL is emptied for good. */
  close(end: End): void {
    this.#write({ digest: digestOf(end), wal: NO_WAL });
    this.#file.close();
    this.#gauge.close();
  }

  #write(acknowledged: Acknowledged): void {
    this.#file.write(acknowledged);
    this.#file.sync();
  }
}

function digestOf({ seq, hash }: End): Digest {
  return { writer: WRITER, seq, hash: Buffer.from(hash).toString('hex') };
}
