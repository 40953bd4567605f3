import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Random } from '../simulator/random.js';

/**
 * What the disk did with writes that nobody synced: none was done, all before some moment, some of them in whatever order,
 * or some sectors of them.
 */
export const FATES = ['none', 'prefix', 'some writes', 'some sectors'] as const;
export type Fate = (typeof FATES)[number];

/** What a cut took. */
export interface Loss {
  readonly fate: Fate;
  /** Writes and truncations that were not synced, and how many of those were lost, wholly or partly. */
  readonly unsynced: number;
  readonly lost: number;
  /** Names that were made, removed or changed and came back. */
  readonly namesLost: number;
  /** The files of those writes. */
  readonly files: readonly string[];
}

const SECTOR = 512;

/** The power of the disk under one folder, as far as the process knows it that runs with this environment. */
export class Power {
  readonly #log: string;

  constructor(
    readonly folder: string,
    readonly shim: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#log = mkdtempSync(`${folder}-power-`);
    this.fuse(0);
  }

  /** For the process whose power can be cut. */
  get environment(): Record<string, string> {
    return { LD_PRELOAD: this.shim, POWER_CUT_FOLDER: this.folder, POWER_CUT_LOG: this.#log };
  }

  /** Kills the process before so many operations on its files are done; 0: never. */
  fuse(operations: number): void {
    this.#tell(operations, 0, 0);
  }

  /**
   * Stops the thread that writes the WAL into the database before so many writes of its are done, and kills the process so
   * many operations later, as soon as it is in the middle of a commit.
   */
  fuseBeside(writes: number, operations: number): void {
    this.#tell(0, writes, operations);
  }

  #tell(...numbers: readonly [fuse: number, hold: number, fuseBeside: number]): void {
    const bytes = Buffer.alloc(8 * numbers.length);
    for (const [index, number] of numbers.entries()) bytes.writeBigInt64LE(BigInt(number), 8 * index);
    const file = path.join(this.#log, 'fuse');
    // In place: the process has it mapped.
    writeFileSync(file, bytes, { flag: existsSync(file) ? 'r+' : 'w' });
  }

  /** Waits until all that was written to a file is synced. */
  async synced(file: string): Promise<void> {
    const log = path.join(this.#log, `${statSync(file).ino}.data`);
    while (statSync(log).size > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Leaves in the folder what the disk has kept. The process must have been killed. */
  cut(random: Random, fate: Fate = random.pick(FATES)): Loss {
    const found = filesByInode([this.folder, this.#log]);
    let unsynced = 0;
    let lost = 0;
    const files: string[] = [];
    for (const name of readdirSync(this.#log)) {
      const file = name.endsWith('.data') ? found.get(name.slice(0, -'.data'.length)) : undefined;
      if (file === undefined) continue;
      const changes = changesIn(readFileSync(path.join(this.#log, name)));
      if (changes.length === 0) continue;
      unsynced += changes.length;
      files.push(path.basename(file));
      const kept = keptOf(readFileSync(file), changes, random, fate);
      writeFileSync(file, kept.content);
      lost += kept.lost;
    }
    const namesLost = this.#undoNames(random, fate);
    for (const name of readdirSync(this.folder)) {
      const file = path.join(this.folder, name);
      if (name.endsWith('-shm')) writeFileSync(file, randomBytes(statSync(file).size));
    }
    rmSync(this.#log, { recursive: true });
    mkdirSync(this.#log);
    this.fuse(0);
    return { fate, unsynced, lost, namesLost, files };
  }

  /** Names change in order, as a journal of a file system has them: from some change on, all are taken back. */
  #undoNames(random: Random, fate: Fate): number {
    const lines = readFileSync(path.join(this.#log, 'names'), 'utf8').split('\n').slice(0, -1);
    const kept = fate === 'none' ? 0 : random.int(0, lines.length);
    for (const line of lines.slice(kept).reverse()) {
      const [what, name = '', to = '', saved = ''] = line.split('\t');
      if (what === 'create') rmSync(name, { force: true });
      // The process may have been killed before it did what it was about to do.
      if (what === 'unlink' && !existsSync(name)) linkSync(saved, name);
      if (what === 'rename' && !existsSync(name)) {
        renameSync(to, name);
        if (saved) linkSync(saved, to);
      }
    }
    return lines.length - kept;
  }
}

interface Change {
  readonly type: 'write' | 'truncate';
  /** Of a truncation: the new size. */
  readonly offset: number;
  readonly oldSize: number;
  readonly old: Buffer;
  readonly bytes: Buffer;
}

const HEAD = 32;

/** The entries of a log of power-cut.c; one that was cut short was never acted upon. */
function changesIn(log: Buffer): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at + HEAD <= log.length;) {
    const [type, oldLength, newLength] = [log.readUInt32LE(at), log.readUInt32LE(at + 4), log.readUInt32LE(at + 8)];
    const end = at + HEAD + oldLength + newLength;
    if (end > log.length) break;
    changes.push({
      type: type === 1 ? 'write' : 'truncate',
      offset: Number(log.readBigUInt64LE(at + 16)),
      oldSize: Number(log.readBigUInt64LE(at + 24)),
      old: log.subarray(at + HEAD, at + HEAD + oldLength),
      bytes: log.subarray(at + HEAD + oldLength, end),
    });
    at = end;
  }
  return changes;
}

/** Takes all changes back, and does again those that the disk had done all the same. */
function keptOf(content: Buffer, changes: readonly Change[], random: Random, fate: Fate) {
  const image = new Image(content);
  for (const { offset, old, oldSize } of [...changes].reverse()) {
    image.write(offset, old);
    image.resize(oldSize);
  }
  const prefix = random.int(0, changes.length);
  let lost = 0;
  for (const [index, change] of changes.entries()) {
    const whole = fate === 'prefix' ? index < prefix : fate === 'some writes' && random.chance(0.5);
    const parts = whole || fate !== 'some sectors' ? [change] : sectorsOf(change).filter(() => random.chance(0.5));
    if (!whole) lost += 1;
    if (!whole && fate !== 'some sectors') continue;
    for (const { type, offset, bytes } of parts) {
      if (type === 'truncate') image.resize(offset);
      else image.write(offset, bytes);
    }
  }
  return { content: image.content, lost };
}

function sectorsOf(change: Change): Change[] {
  if (change.type === 'truncate') return [change];
  const sectors: Change[] = [];
  for (let from = 0; from < change.bytes.length;) {
    const offset = change.offset + from;
    const to = Math.min(change.bytes.length, from + SECTOR - (offset % SECTOR));
    sectors.push({ ...change, offset, bytes: change.bytes.subarray(from, to) });
    from = to;
  }
  return sectors;
}

/** A file's content, which grows with zeros as a file does. */
class Image {
  #buffer: Buffer;
  #size: number;

  constructor(content: Buffer) {
    this.#buffer = Buffer.from(content);
    this.#size = content.length;
  }

  get content(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  resize(size: number): void {
    if (size > this.#buffer.length) this.#buffer = Buffer.concat([this.content, Buffer.alloc(size * 2 - this.#size)]);
    if (size > this.#size) this.#buffer.fill(0, this.#size, size);
    this.#size = size;
  }

  write(offset: number, bytes: Buffer): void {
    if (offset + bytes.length > this.#size) this.resize(offset + bytes.length);
    bytes.copy(this.#buffer, offset);
  }
}

function filesByInode(folders: readonly string[]): Map<string, string> {
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));
  return new Map(files.reverse().map((file) => [String(statSync(file).ino), file]));
}
