import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Random } from '../simulator/random.js';
import type { Process } from '../system.js';
import { freeze, unfreeze } from './process-state.js';

/** The main module of a wallet-core that makes checkpoints every few commits, and eras of few references. */
export const BUSY_CHECKPOINTS = path.join(import.meta.dirname, 'busy-checkpoints-core.js');

/** That, or wallet-core's own. */
export function mainOf(random: Random): string | undefined {
  return random.chance(0.75) ? BUSY_CHECKPOINTS : undefined;
}

/** In the index of the WAL (sqlite.org/walformat.html, "The WAL-Index Header"): how many frames are in the database. */
const BACKFILLED = 96;
/** How many there will be when the checkpoint has ended that was begun last. */
const ATTEMPTED = 128;

/** Whether the WAL is being written into the database; or was, when the process was killed, which mapped memory outlives. */
export function isInCheckpoint(data: string): boolean {
  const header = Buffer.alloc(ATTEMPTED + 4);
  const index = openSync(path.join(data, 'ledger.db-shm'), 'r');
  try {
    readSync(index, header, 0, header.length, 0);
  } finally {
    closeSync(index);
  }
  return header.readUInt32LE(ATTEMPTED) > header.readUInt32LE(BACKFILLED);
}

/** Stops a wallet-core with busy checkpoints, which is under load, in the middle of one. */
export async function freezeInCheckpoint(core: Process, data: string): Promise<void> {
  for (;;) {
    while (!isInCheckpoint(data)) await turn();
    await freeze(core);
    if (isInCheckpoint(data)) return;
    // It was over before it stood still.
    unfreeze(core);
  }
}
