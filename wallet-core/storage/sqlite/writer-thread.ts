import { parentPort, workerData } from 'node:worker_threads';
import type { Decide } from '../../domain/decision.js';
import { CommitUnknownError, type Submission } from '../port.js';
import { Writer } from './writer.js';
import type { FromWriter, ToWriter, WriterData } from './sqlite-store.js';

// The thread that writes: commits wait for the disk here, while the main thread goes on serving calls.
const { path, rules } = workerData as WriterData;
const { decide } = (await import(rules)) as { decide: Decide };
const port = parentPort;
if (!port) throw new Error('writer-thread.ts runs as a worker only');
const writer = new Writer(path, decide);

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
    return { type: 'committed', outcomes: writer.commit(group) };
  } catch (error) {
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
