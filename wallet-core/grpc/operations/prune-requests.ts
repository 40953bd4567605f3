import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { PrunedSoFar, Store } from '../../storage/port.js';
import { invalidArgument } from '../call-error.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';

export function pruneRequests(
  store: Store,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['pruneRequests'] {
  const prunings = new LongWork(stopping, 1, 'a pruning is under way; wait for it, or end it');
  return serverStream(log, async ({ beforeMs }, { tell, hungUp }) => {
    if (beforeMs <= 0n || beforeMs > BigInt(Date.now())) {
      throw invalidArgument(`before_ms: is ${beforeMs}; expected milliseconds since 1970, not in the future`);
    }
    await prunings.run(hungUp, async (signal) => {
      const write = ({ entries, bytes }: PrunedSoFar) => tell({ entries: BigInt(entries), bytes: BigInt(bytes) });
      const pruned = await store.prune(beforeMs, write, signal);
      if (pruned.entries === 0) write(pruned);
      log.info({ before: new Date(Number(beforeMs)), ...pruned }, 'requests were pruned');
    });
  });
}
