import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Decide } from '../../domain/decision.js';
import { CommitUnknownError, StoreFullError, type Submission } from '../port.js';
import { saysFull } from './room.js';
import { Writer } from './writer.js';
import type { FromWriter, ToWriter, WriterData } from './sqlite-store.js';

// The thread that writes: commits wait for the disk here, while the main thread goes on serving calls.
const { path, rules, synchronous } = workerData as WriterData;
const { decide } = (await import(rules)) as { decide: Decide };
const port = parentPort;
if (!port) throw new Error('writer-thread.ts runs as a worker only');
const writer = openWriter();

/** An error of SQLite would lose its message on the way to the other thread, and says nothing of the file. */
function openWriter(): Writer {
  try {
    return new Writer(path, decide, synchronous);
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    const why = saysFull(error) ? 'the disk is full; make room' : error.message;
    throw new Error(`${path}: ${why} (${error.code})`);
  }
}

function answer(message: ToWriter): FromWriter {
  switch (message.type) {
    case 'commit':
      return commit(message.group);
    case 'close':
      writer.close();
      return { type: 'closed' };
  }
}

function commit(group: readonly Submission[]): FromWriter {
  try {
    return { type: 'committed', ...writer.commit(group) };
  } catch (error) {
    if (error instanceof StoreFullError) return { type: 'full', message: error.message };
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { type: 'failed', stack, unknown: error instanceof CommitUnknownError };
  }
}

port.on('message', (message: ToWriter) => {
  const reply = answer(message);
  port.postMessage(reply);
  if (reply.type === 'closed') port.close();
});
port.postMessage({ type: 'ready' } satisfies FromWriter);
