import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Submission } from '../../wallet-core/storage/port.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { CHANNEL_ID, CURRENCY, PLAYERS } from './bodies.js';

export const PLATFORM = 'platform/bench';

/** Enough for any run. */
const DEPOSIT = 1_000_000_00n;
const GROUP = 500;

/** Makes a ledger of players with money and nothing else, once; a copy is where each measurement starts. */
export async function makeEmptyLedger(folder: string): Promise<string> {
  const made = path.join(folder, 'ledger-empty');
  if (existsSync(made)) return made;
  const part = `${made}.part`;
  rmSync(part, { recursive: true, force: true });
  const store = await SqliteStore.open({ folder: part, owner: 'the benchmark', synchronous: 'NORMAL' });
  await store.commit([
    submission({ type: 'open-channel', channel: `ebet/${CHANNEL_ID}` }),
    submission({ type: 'open-channel', channel: PLATFORM }),
  ]);
  const players = Array.from({ length: PLAYERS }, (_, index) => `player-${index + 1}`);
  for (let start = 0; start < players.length; start += GROUP) {
    const group = players.slice(start, start + GROUP);
    await store.commit(group.map((player) => submission({ type: 'open-account', player, currency: CURRENCY })));
    await store.commit(group.map(deposit));
  }
  await store.close();
  renameSync(part, made);
  return made;
}

/** A copy that shares its blocks with the original where the filesystem can. */
export function copyLedger(from: string, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, mode: 2 /* COPYFILE_FICLONE */ });
  return to;
}

function deposit(player: string): Submission {
  const movement = {
    ...{ player, currency: CURRENCY, kind: 'DEPOSIT' as const, amount: DEPOSIT, reference: `deposit-${player}` },
    ...{ round: '', roundUnsigned: false, providerType: '', names: [], withholding: false, wager: false },
  };
  return submission({ type: 'movements', channel: PLATFORM, movements: [movement] });
}

function submission(command: Submission['command']): Submission {
  return { command, request: new Uint8Array(0) };
}
