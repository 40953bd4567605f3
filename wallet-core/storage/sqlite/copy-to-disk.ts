import type { FileHandle } from 'node:fs/promises';
import type { MessagePort } from 'node:worker_threads';
import type { BackupProgress } from '../port.js';
import type { FromCopy, ToCopy } from './copy.js';
import type { Wake } from './wake.js';

/** Follows the copy that the other thread makes, and brings it to the disk meanwhile, piece by piece. */
export async function bringToDisk(
  file: FileHandle,
  port: MessagePort,
  wake: Wake,
  tell: (progress: BackupProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const say = (message: ToCopy) => {
    port.postMessage(message);
    wake.up();
  };
  let copied = 0;
  let synced = 0;
  let syncing: Promise<void> | undefined;
  const sync = async () => {
    while (synced !== copied) {
      const bytes = copied;
      await file.datasync();
      synced = bytes;
      say({ type: 'synced', bytes });
    }
    syncing = undefined;
  };
  const end = () => say({ type: 'end' });
  signal.addEventListener('abort', end);
  try {
    await new Promise<void>((resolve, reject) => {
      if (signal.aborted) end();
      port.on('message', (message: FromCopy) => {
        if (message.type === 'copied') return resolve();
        if (message.type === 'failed') return reject(new Error(message.message));
        const { bytes, totalBytes } = message;
        copied = bytes;
        syncing ??= sync().catch(reject);
        tell({ bytes, totalBytes });
      });
      port.on('close', () => reject(new Error('the writer has ended')));
    });
  } finally {
    signal.removeEventListener('abort', end);
    port.close();
    await syncing;
  }
}
