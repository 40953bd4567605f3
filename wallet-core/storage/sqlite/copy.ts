import type { MessagePort } from 'node:worker_threads';
import type { Wake } from './wake.js';
import type { Writer } from './writer.js';

/** What the thread that writes is told to copy, and where it says how that goes. */
export interface CopyOrder {
  /** An empty file. */
  readonly path: string;
  readonly port: MessagePort;
}

export type FromCopy =
  | { readonly type: 'progress'; readonly bytes: number; readonly totalBytes: number }
  | { readonly type: 'copied' }
  | { readonly type: 'failed'; readonly message: string };

/** How much of the copy is on the disk, or that nobody wants it any more. */
export type ToCopy = { readonly type: 'synced'; readonly bytes: number } | { readonly type: 'end' };

/** A step copies 256 KiB, which takes a fraction of a millisecond: a commit that comes meanwhile waits so long. */
const STEP_PAGES = 64;
/** How often it is told how far the copy is. */
const TELL_BYTES = 2 ** 19;
/**
 * How far the copy may be ahead of the disk. Its last step waits until the whole file is there, and no commit goes on
 * meanwhile, so only little may be left then.
 */
const AHEAD_BYTES_MAX = 2 ** 20;
const NAP_MS = 20;

/** In the thread that writes: copies the ledger in small steps between commits, and says how far it is. */
export async function copy(writer: Writer, { path, port }: CopyOrder, wake: Wake): Promise<void> {
  const say = (message: FromCopy) => port.postMessage(message);
  let synced = 0;
  let told = 0;
  let ended = false;
  let nearEnd = false;
  port.on('message', (message: ToCopy) => {
    if (message.type === 'end') ended = true;
    else synced = message.bytes;
  });
  port.on('close', () => (ended = true));
  try {
    await writer.copy(path, ({ totalPages, remainingPages }) => {
      if (ended) throw new Error('the backup was ended');
      const bytes = (totalPages - remainingPages) * writer.pageBytes;
      // Once, because commits that go on add to what remains.
      const last = remainingPages <= STEP_PAGES && !nearEnd;
      if (bytes < told || bytes >= told + TELL_BYTES || (last && bytes > told)) {
        say({ type: 'progress', bytes, totalBytes: totalPages * writer.pageBytes });
        told = bytes;
      }
      const ahead = bytes - synced > (last ? 0 : AHEAD_BYTES_MAX);
      nearEnd ||= last && !ahead;
      if (ahead) wake.nap(NAP_MS);
      wake.look();
      return ahead ? 0 : STEP_PAGES;
    });
    say({ type: 'copied' });
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    port.close();
  }
}
