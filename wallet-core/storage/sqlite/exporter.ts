import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DamagedLedgerError, type ExportPiece } from '../port.js';

export type FromExporter =
  | { readonly type: 'piece'; readonly piece: ExportPiece }
  | { readonly type: 'damaged'; readonly message: string }
  | { readonly type: 'end' };

/** Exports the ledger of a file in a thread of its own, a piece each time that one is asked for. */
export async function* exportFile(path: string, signal: AbortSignal): AsyncGenerator<ExportPiece> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./export-thread.js', import.meta.url), { workerData: path });
  try {
    for (;;) {
      const answer = once(thread, 'message', { signal }) as Promise<[FromExporter]>;
      thread.postMessage('next');
      const [reply] = await answer;
      if (reply.type === 'end') return;
      if (reply.type === 'damaged') throw new DamagedLedgerError(reply.message);
      yield reply.piece;
    }
  } finally {
    await thread.terminate();
  }
}
