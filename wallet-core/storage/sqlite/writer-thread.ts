import { basename, dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { Decide } from '../../domain/decision.js';
import { CommitUnknownError, StoreFullError, type Submission } from '../port.js';
import { copy } from './copy.js';
import { Wake } from './wake.js';
import { expectAcknowledged } from './acknowledged.js';
import { explained, saysDamaged } from './damage.js';
import { Writer } from './writer.js';
import type { FromPruner, FromWriter, NotWritten, ToWriter, WriterData } from './writer-messages.js';

// The thread that writes: commits wait for the disk here, while the main thread goes on serving calls.
const { path, rules, synchronous, checkpoints, eraReferences, wake } = workerData as WriterData;
const { decide } = (await import(rules)) as { decide: Decide };
const port = parentPort;
if (!port) throw new Error('writer-thread.ts runs as a worker only');
const writer = openWriter();
let blocksTold = 0;

/** An error of SQLite would lose its message on the way to the other thread. */
function openWriter(): Writer {
  try {
    expectAcknowledged(dirname(path), basename(path));
    return new Writer(path, decide, synchronous, checkpoints, eraReferences);
  } catch (error) {
    throw explained(path, error);
  }
}

function answer(message: Exclude<ToWriter, { type: 'copy' | 'prune' }>): FromWriter {
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
    return { type: 'committed', ...writer.commit(group), filterBlocks: newBlocks() };
  } catch (error) {
    return notWritten(error);
  }
}

/** What the other thread has not been told of. */
function newBlocks(): readonly SharedArrayBuffer[] {
  const blocks = writer.filterBlocks.slice(blocksTold);
  blocksTold += blocks.length;
  return blocks;
}

function prune(beforeMs: bigint): FromPruner {
  try {
    return { type: 'pruned', step: writer.prune(beforeMs) };
  } catch (error) {
    return notWritten(error);
  }
}

/** The type of an error is lost on the way to the other thread. */
function notWritten(error: unknown): NotWritten {
  if (error instanceof StoreFullError) return { type: 'full', message: error.message };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failed', stack, unknown: error instanceof CommitUnknownError, damaged: saysDamaged(error) };
}

port.on('message', (message: ToWriter) => {
  if (message.type === 'copy') return void copy(writer, message.order, new Wake(wake));
  if (message.type === 'prune') return message.port.postMessage(prune(message.beforeMs));
  const reply = answer(message);
  port.postMessage(reply);
  if (reply.type === 'closed') port.close();
});
port.postMessage({ type: 'ready', filterBlocks: newBlocks() } satisfies FromWriter);
