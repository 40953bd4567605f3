import { workerData } from 'node:worker_threads';
import { CHECKPOINT, type CheckpointData } from './checkpoints.js';
import { openCheckpointer } from './connection.js';
import { saysFull } from './room.js';

// The thread that writes the WAL into the database. It sleeps in Atomics.wait: nothing else wakes it.
const { path, state: memory, why } = workerData as CheckpointData;
const state = new Int32Array(memory);
const db = openCheckpointer(path);
const move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

/** Without room on the disk the WAL just goes on. */
function pass(): number {
  try {
    move.get();
    return CHECKPOINT.IDLE;
  } catch (error) {
    if (saysFull(error)) return CHECKPOINT.IDLE;
    why.postMessage(error instanceof Error ? error.message : String(error));
    return CHECKPOINT.FAILED;
  }
}

function say(now: number): void {
  Atomics.store(state, 0, now);
  Atomics.notify(state, 0);
}

let now: number = CHECKPOINT.IDLE;
while (now !== CHECKPOINT.ENDING && now !== CHECKPOINT.FAILED) {
  Atomics.wait(state, 0, CHECKPOINT.IDLE);
  now = Atomics.load(state, 0);
  if (now === CHECKPOINT.MOVING) say((now = pass()));
}
db.close();
if (now === CHECKPOINT.ENDING) say(CHECKPOINT.ENDED);
