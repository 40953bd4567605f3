import { parentPort, workerData } from 'node:worker_threads';
import { StoreFullError } from '../port.js';
import { RefusedFile } from './refused-file.js';
import type { FromRefused, RefusedData, ToRefused } from './refused-store.js';

// The thread of the calls that were refused before the ledger.
const { folder, keepMs } = workerData as RefusedData;
const port = parentPort;
if (!port) throw new Error('refused-thread.ts runs as a worker only');
let opened: RefusedFile | undefined;

function answer(question: Exclude<ToRefused, { type: 'close' }>): FromRefused {
  try {
    const file = (opened ??= new RefusedFile(folder, keepMs));
    if (question.type === 'list') return { type: 'list', list: file.list(question.filter, question.limit) };
    file.keep(question.calls, question.dropped);
    return { type: 'kept' };
  } catch (error) {
    if (error instanceof StoreFullError) return { type: 'full', message: error.message };
    return { type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

port.on('message', (question: ToRefused) => {
  if (question.type !== 'close') return port.postMessage(answer(question));
  opened?.close();
  port.close();
});
