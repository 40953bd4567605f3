import { dirname } from 'node:path';
import { SQLite } from './library.js';
import { saysFull } from './room.js';

/** The ledger is not what it was when answers were given. The message says what the person on call can do. */
export class DamageError extends Error {
  override readonly name = 'DamageError';

  /** `file` is in the folder of the ledger. */
  constructor(file: string, fault: string, ways: readonly string[] = WAYS) {
    const folder = dirname(file);
    super([`${file}: ${fault}`, ...ways.map((way) => `  - ${way.replaceAll('{folder}', folder)}`)].join('\n'));
  }
}

const COPY = 'First copy {folder} elsewhere, with every file in it, and change nothing in the copy.';
const RESTORE = 'Restore the newest backup into an empty folder: npx single-wallet restore --help says how.';

const WAYS = [
  COPY,
  RESTORE,
  'Only if you accept that answers which were given have become untrue: remove {folder}/acknowledged and start again.',
];

/** What to do when the record of what was acknowledged is itself no good, and nothing is known of the ledger. */
export const UNKNOWN_WAYS = [
  COPY,
  'Remove {folder}/acknowledged, start again, and prove the ledger with the newest digest that is in the log or filed: ' +
    'npx single-wallet verify --against <digest>',
  'If that finds anything, restore the newest backup into an empty folder: npx single-wallet restore --help says how.',
];

/** Without the record of what was acknowledged nobody has to remove it. */
export const UNREADABLE_WAYS = [COPY, RESTORE];

/** Says of an error of SQLite, which names neither the file nor a way out, what to do. */
export function explained(path: string, error: unknown): unknown {
  // What is read at the start is of our own making: values of other types are no longer that.
  if (error instanceof TypeError || error instanceof RangeError)
    return new DamageError(path, error.message, UNREADABLE_WAYS);
  if (!(error instanceof SQLite.SqliteError)) return error;
  if (saysFull(error)) return new Error(`${path}: the disk is full; make room (${error.code})`);
  const fault = `${error.message} (${error.code})`;
  return DAMAGED.test(error.code) ? new DamageError(path, fault, UNREADABLE_WAYS) : new Error(`${path}: ${fault}`);
}

/** Whether an ordinary read or write met something in the file that is not as it was written, or that the disk does not give. */
export function saysDamaged(error: unknown): boolean {
  if (error instanceof DamageError) return true;
  return error instanceof SQLite.SqliteError && /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code) && !saysFull(error);
}

/** What SQLite says of a file that is not as it left it; a statement that fails at the start is against our own schema. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|IOERR|ERROR|CONSTRAINT|MISMATCH|SCHEMA|FORMAT)/;
