import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { StoreFullError, type PrunedSoFar, type Store } from '../../storage/port.js';
import type { Committer } from '../../committer.js';
import { cannot, invalidArgument } from '../call-error.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';
import { RecordedAct } from './recorded-act.js';

/** What is dropped gives its room to later records, not to the disk, and to write that down needs some. */
const NO_ROOM = 'the disk of the ledger is full: make room, and prune again';

export function pruneRequests(
  store: Store,
  committer: Committer,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['pruneRequests'] {
  const prunings = new LongWork(stopping, 1, 'a pruning is under way; wait for it, or end it');
  return serverStream(log, async ({ beforeMs, by }, { tell, note, hungUp, metadata }) => {
    if (beforeMs <= 0n || beforeMs > BigInt(Date.now())) {
      throw invalidArgument(`before_ms: is ${beforeMs}; expected milliseconds since 1970, not in the future`);
    }
    const act = new RecordedAct('prune-requests', by, metadata);
    await prunings.run(hungUp, async (signal) => {
      if (!(await act.record(committer))) throw cannot(NO_ROOM);
      const write = ({ entries, bytes }: PrunedSoFar) => tell({ entries: BigInt(entries), bytes: BigInt(bytes) });
      const pruned = await store.prune(beforeMs, write, signal).catch((error: unknown) => {
        throw error instanceof StoreFullError ? cannot(NO_ROOM) : error;
      });
      if (pruned.entries === 0) write(pruned);
      note({ before: new Date(Number(beforeMs)), ...pruned, by: act.by?.name, reason: act.by?.reason });
    });
  });
}
