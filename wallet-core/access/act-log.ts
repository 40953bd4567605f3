import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { ROLES } from './grant.js';

const CREATED = z.strictObject({
  act: z.literal('token-created'),
  timeMs: z.number(),
  /** Who did it, and why if he said so. */
  by: z.string(),
  reason: z.string().optional(),
  id: z.string(),
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  channels: z.array(z.string()),
  /** SHA-256 of the token in hex. */
  hash: z.string(),
});
const REVOKED = z.strictObject({
  act: z.literal('token-revoked'),
  timeMs: z.number(),
  by: z.string(),
  reason: z.string().optional(),
  id: z.string(),
});
const ACT = z.discriminatedUnion('act', [CREATED, REVOKED]);

/** A token that was made or revoked: who did it, and when. */
export type AccessAct = z.infer<typeof ACT>;

/** So the first line begins. */
const NO_LINE = '0'.repeat(64);

/**
 * The acts about tokens, one line each: a hash over the line before and the act, and the act as JSON. They stand beside the
 * ledger, not in it: a restore or an import brings the ledger of another day, and a token that was revoked since must not come
 * back with it; and who gets an export to audit the money needs no hashes of tokens.
 */
export class ActLog {
  readonly acts: AccessAct[] = [];
  readonly #file: string;
  #last = NO_LINE;

  /** Throws if the file is not what was written. */
  constructor(file: string) {
    this.#file = file;
    const text = readText(file);
    const whole = text.lastIndexOf('\n') + 1;
    // The end of a line that was being written when the power went; nobody has been answered.
    if (whole < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, whole)));
    const lines = text.slice(0, whole).split('\n').slice(0, -1);
    for (const [index, line] of lines.entries()) this.acts.push(this.#read(line, index + 1));
  }

  /** On the disk when it returns; if it throws, nothing of it is in the file. */
  append(act: AccessAct): void {
    const json = JSON.stringify(act);
    const hash = hashOf(this.#last, json);
    const isNew = this.#last === NO_LINE;
    const descriptor = openSync(this.#file, 'a', 0o600);
    try {
      addLine(descriptor, `${hash} ${json}\n`);
    } finally {
      closeSync(descriptor);
    }
    if (isNew) syncFolder(dirname(this.#file));
    this.#last = hash;
    this.acts.push(act);
  }

  #read(line: string, number: number): AccessAct {
    const [hash, json] = [line.slice(0, 64), line.slice(65)];
    if (hash !== hashOf(this.#last, json)) {
      throw new Error(
        `${this.#file}: line ${number} is not what was written there; put back a copy of the file, or remove it: then no ` +
          'token is valid any more but those in files of this folder',
      );
    }
    this.#last = hash;
    return ACT.parse(JSON.parse(json));
  }
}

function addLine(descriptor: number, line: string): void {
  const { size } = fstatSync(descriptor);
  try {
    // Not writeSync: it may write a part and say nothing but how much.
    writeFileSync(descriptor, line);
    fsyncSync(descriptor);
  } catch (error) {
    // The next line would go behind a half one, and the next start would refuse both.
    ftruncateSync(descriptor, size);
    throw error;
  }
}

function hashOf(previous: string, json: string): string {
  return createHash('sha256').update(`${previous} ${json}`).digest('hex');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
