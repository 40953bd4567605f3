import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { formatDigest, parseDigest, type Digest } from '../../journal/digest.js';
import { DamageError, UNKNOWN_WAYS } from './damage.js';
import { isWithoutRoom } from './room.js';
import type { WalPosition } from './wal.js';

/** What has been answered for: the ledger must contain it, whatever happened since. */
export interface Acknowledged {
  /** The end of the journal. */
  readonly digest: Digest;
  readonly wal: WalPosition;
}

/** One sector, which a disk writes whole or not at all. */
const BYTES = 512;
/** Between two syncs: after a power cut the file may tell of a moment so long ago. */
const SYNC_MS = 1_000;

/**
 * The file "acknowledged" beside the ledger: one sector, overwritten after every commit and before its answers leave.
 * SQLite takes a WAL for ended at its first bad frame, and says nothing; this file says what must be there.
 */
export class AcknowledgedFile {
  readonly #fd: number;
  readonly #sector = Buffer.alloc(BYTES);
  #timer: NodeJS.Timeout | undefined;
  #syncing = false;
  #closed = false;

  private constructor(path: string) {
    this.#fd = openSync(path, 'r+');
  }

  /** Of a folder that has one. */
  static open(folder: string): AcknowledgedFile {
    return new AcknowledgedFile(pathIn(folder));
  }

  /** It is there whole or not at all, and on the disk. */
  static make(folder: string, acknowledged: Acknowledged): AcknowledgedFile {
    const path = pathIn(folder);
    const sector = Buffer.alloc(BYTES);
    write(acknowledged, sector);
    writeFileSync(`${path}.new`, sector, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    const directory = openSync(folder, 'r');
    fsyncSync(directory);
    closeSync(directory);
    return new AcknowledgedFile(path);
  }

  /** After the commit is on the disk. Killing this process keeps what is written; cutting the power only what is synced. */
  write(acknowledged: Acknowledged): void {
    write(acknowledged, this.#sector);
    try {
      const written = writeSync(this.#fd, this.#sector, 0, BYTES, 0);
      if (written !== BYTES) throw new Error(`acknowledged: ${written} of ${BYTES} bytes were written`);
    } catch (error) {
      // Some file systems need room for what is overwritten. What it said before is true as well.
      if (!isWithoutRoom(error)) throw error;
    }
    this.#timer ??= setTimeout(() => this.#syncBeside(), SYNC_MS);
  }

  sync(): void {
    fdatasyncSync(this.#fd);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
    if (!this.#syncing) closeSync(this.#fd);
  }

  /** On another thread, so that no commit waits for it. */
  #syncBeside(): void {
    this.#timer = undefined;
    this.#syncing = true;
    fdatasync(this.#fd, (error) => {
      this.#syncing = false;
      if (this.#closed) closeSync(this.#fd);
      if (error) throw error;
    });
  }
}

function pathIn(folder: string): string {
  return join(folder, 'acknowledged');
}

/** Undefined: there is none, as in a ledger that was restored, or written before there were such files. */
export function readAcknowledged(folder: string): Acknowledged | undefined {
  const path = pathIn(folder);
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const acknowledged = text.length === BYTES ? parse(text) : undefined;
  if (!acknowledged) {
    const fault = 'is damaged, so nobody knows up to which entry of the journal wallet-core has answered';
    throw new DamageError(path, fault, UNKNOWN_WAYS);
  }
  return acknowledged;
}

/** Lines for people, the last with a checksum over those before. */
function write({ digest, wal }: Acknowledged, sector: Buffer): void {
  const said = `single-wallet acknowledged 1\ndigest ${formatDigest(digest)}\nwal ${wal.salts} ${wal.frames}\n`;
  const text = `${said}crc32 ${hex(crc32(said))}\n`;
  sector.fill('\n', sector.write(text, 'latin1'));
}

function parse(text: string): Acknowledged | undefined {
  const [, said = '', filed = '', salts = '', frames = '', sum = ''] =
    /^(single-wallet acknowledged 1\ndigest (\S+)\nwal ([0-9a-f]{16}) (\d{1,10})\n)crc32 ([0-9a-f]{8})\n+$/.exec(
      text,
    ) ?? [];
  const digest = parseDigest(filed);
  if (!digest || hex(crc32(said)) !== sum) return undefined;
  return { digest, wal: { salts, frames: Number(frames) } };
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}
