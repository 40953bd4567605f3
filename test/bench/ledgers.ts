import { constants, cpSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { PLAYERS } from './callbacks.js';
import { makeLedger } from './ledger-maker.js';

/** A channel of the ledgers that the benchmark makes. */
export const PLATFORM = 'platform/bench';

/** A ledger of players with money and hardly more, made once: a copy of it is where a measurement starts. */
export function smallLedger(cache: string): Promise<string> {
  return keptLedger(cache, PLAYERS, () => {});
}

/** A ledger of so many movements, made once and kept between runs. `tell` hears which part of it there is. */
export async function keptLedger(cache: string, movements: number, tell: (part: number) => void): Promise<string> {
  const folder = path.join(cache, `ledger-${movements}`);
  if (existsSync(folder)) return folder;
  // One that was interrupted goes on where it was.
  const part = `${folder}.part`;
  await makeLedger(part, movements, (made) => tell(made / movements));
  renameSync(part, folder);
  return folder;
}

/** A copy that shares its blocks with the original where the filesystem can. */
export function copyLedger(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return to;
}

/** Of a ledger that nobody has open: its one file. */
export function ledgerBytes(data: string): number {
  return statSync(path.join(data, 'ledger.db')).size;
}
