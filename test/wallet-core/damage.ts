import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Random } from '../simulator/random.js';

const FRAME_HEAD = 24;
const WAL_HEAD = 32;

/** The first byte of a page says what it is: https://www.sqlite.org/fileformat2.html#b_tree_pages */
const PAGE_TYPES = { 'index pages': [0x02, 0x0a], 'table pages': [0x05, 0x0d] } as const;

/** What is done to the files of a ledger that no process has. */
export interface Placement {
  readonly what: string;
  readonly file: 'ledger.db' | 'ledger.db-wal';
  readonly damage: (file: string, random: Random) => void;
}

export const WAL_PLACES: readonly Placement[] = [
  { what: 'WAL cut short', file: 'ledger.db-wal', damage: cut },
  {
    what: 'WAL, head of a frame',
    file: 'ledger.db-wal',
    damage: (file, random) => flipInFrame(file, random, 0, FRAME_HEAD),
  },
  {
    what: 'WAL, page of a frame',
    file: 'ledger.db-wal',
    damage: (file, random) => flipInFrame(file, random, FRAME_HEAD),
  },
];

export const DATABASE_PLACES: readonly Placement[] = [
  { what: 'database cut short', file: 'ledger.db', damage: cut },
  { what: 'head of the database', file: 'ledger.db', damage: (file, random) => flip(file, random.int(0, 99), random) },
  { what: 'table pages', file: 'ledger.db', damage: (file, random) => flipInPage(file, random, 'table pages') },
  { what: 'index pages', file: 'ledger.db', damage: (file, random) => flipInPage(file, random, 'index pages') },
];

export function copyFolder(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(to, name));
}

function cut(file: string, random: Random): void {
  truncateSync(file, random.int(0, readFileSync(file).length - 1));
}

function flip(file: string, place: number, random: Random): void {
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, place);
  byte.writeUInt8(byte.readUInt8(0) ^ (1 << random.int(0, 7)));
  writeSync(fd, byte, 0, 1, place);
  closeSync(fd);
}

function flipInFrame(file: string, random: Random, from: number, to?: number): void {
  const wal = readFileSync(file);
  const frameBytes = FRAME_HEAD + wal.readUInt32BE(8);
  const frames = Math.floor((wal.length - WAL_HEAD) / frameBytes);
  const start = WAL_HEAD + random.int(0, frames - 1) * frameBytes;
  flip(file, start + random.int(from, (to ?? frameBytes) - 1), random);
}

/** A byte of what the page holds, not of the room between. */
function flipInPage(file: string, random: Random, kind: keyof typeof PAGE_TYPES): void {
  const content = readFileSync(file);
  const size = content.readUInt16BE(16);
  const types: readonly number[] = PAGE_TYPES[kind];
  const pages: number[] = [];
  for (let at = size; at < content.length; at += size) {
    if (types.includes(content.readUInt8(at)) && content.readUInt16BE(at + 3) > 0) pages.push(at);
  }
  const page = random.pick(pages);
  const cells = content.readUInt16BE(page + 5) || size;
  const pointers = 8 + 2 * content.readUInt16BE(page + 3);
  const at = random.int(0, pointers + size - cells - 1);
  flip(file, page + (at < pointers ? at : cells + at - pointers), random);
}
