import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Database, Statement } from 'better-sqlite3';

// The format of the WAL: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;

/** How far a WAL goes. */
export interface WalPosition {
  /** In hex; SQLite gives new ones whenever it begins at the start of the file again. */
  readonly salts: string;
  /** Up to the last that ends a commit. */
  readonly frames: number;
}

/** Nothing is in it. */
export const NO_WAL: WalPosition = { salts: '0'.repeat(16), frames: 0 };

/** Reads a WAL as SQLite does after a crash: up to the last commit before the first frame that is not good. */
export function readWal(path: string): WalPosition | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return positionIn(fd);
  } finally {
    closeSync(fd);
  }
}

function positionIn(fd: number): WalPosition | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  if (readSync(fd, head, 0, HEAD_BYTES, 0) < HEAD_BYTES) return undefined;
  const magic = head.readUInt32BE(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return undefined;
  const sum = new Checksum(magic === MAGIC_LITTLE_ENDIAN);
  sum.add(head, 0, 24);
  if (!sum.stands(head, 24)) return undefined;
  const salts = head.toString('hex', 16, 24);
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + head.readUInt32BE(8));
  const last = Math.floor((fstatSync(fd).size - HEAD_BYTES) / frame.length);
  let frames = 0;
  for (let index = 1; index <= last; index += 1) {
    const at = HEAD_BYTES + (index - 1) * frame.length;
    if (readSync(fd, frame, 0, frame.length, at) < frame.length || frame.toString('hex', 8, 16) !== salts) break;
    sum.add(frame, 0, 8);
    sum.add(frame, FRAME_HEAD_BYTES, frame.length);
    if (!sum.stands(frame, 16)) break;
    const endsCommit = frame.readUInt32BE(4) !== 0;
    if (endsCommit) frames = index;
  }
  return { salts, frames };
}

/** SQLite's running checksum: over the head and then every frame. */
class Checksum {
  #first = 0;
  #second = 0;

  constructor(readonly littleEndian: boolean) {}

  add(bytes: Buffer, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let [first, second] = [this.#first, this.#second];
    for (let at = from; at < to; at += 8) {
      first = (first + view.getUint32(at, this.littleEndian) + second) >>> 0;
      second = (second + view.getUint32(at + 4, this.littleEndian) + first) >>> 0;
    }
    [this.#first, this.#second] = [first, second];
  }

  stands(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}

/** Asks how far the WAL goes after a commit, on the connection that wrote it. */
export class WalGauge {
  readonly #path: string;
  readonly #ask: Statement<[], [busy: bigint, frames: bigint, checkpointed: bigint]>;
  readonly #salts = Buffer.alloc(8);
  #fd: number | undefined;

  constructor(db: Database) {
    this.#path = `${db.name}-wal`;
    this.#ask = db.prepare<[], [bigint, bigint, bigint]>('PRAGMA wal_checkpoint(NOOP)').raw();
  }

  position(): WalPosition {
    const [, frames = 0n] = this.#ask.get() ?? [];
    // The file stays the same one as long as this connection is open.
    this.#fd ??= openSync(this.#path, 'r');
    readSync(this.#fd, this.#salts, 0, 8, 16);
    return { salts: this.#salts.toString('hex'), frames: Number(frames) };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
