import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { SCHEMA_VERSION } from '../../wallet-core/storage/sqlite/schema.js';
import { makeLedger } from './ledger-maker.js';
import { PLAYERS } from './world.js';

/** To be raised with each change of what ledger-maker.ts and table-play.ts make: a kept ledger of before is then not measured. */
const FORM = 1;

/** The name of a kept ledger: one of another schema or form has another. */
export function nameOf(movements: number): string {
  return `ledger-${movements}-schema-${SCHEMA_VERSION}-form-${FORM}`;
}

/** A ledger of players with money and hardly more, made once: a copy of it is where a measurement starts. */
export function smallLedger(cache: string): Promise<string> {
  return keptLedger(cache, PLAYERS, () => {});
}

/** A ledger of so many movements, made once and kept between runs. `tell` hears which part of it there is. */
export async function keptLedger(cache: string, movements: number, tell: (part: number) => void): Promise<string> {
  const folder = path.join(cache, nameOf(movements));
  if (existsSync(folder)) return folder;
  // One that was interrupted goes on where it was.
  const part = `${folder}.part`;
  await makeLedger(part, movements, (made) => tell(made / movements));
  renameSync(part, folder);
  return folder;
}

/**
 * A copy that shares its blocks with the original where the filesystem can. On the disk when it is handed over: the system
 * would write it while something is measured.
 */
export function copyLedger(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
  for (const name of readdirSync(to)) {
    const file = openSync(path.join(to, name), 'r');
    fsyncSync(file);
    closeSync(file);
  }
  return to;
}

/** Of a ledger that nobody has open: its one file. */
export function ledgerBytes(data: string): number {
  return statSync(path.join(data, 'ledger.db')).size;
}
