import { status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { StoreFullError, type PrunedSoFar, type Store } from '../../storage/port.js';
import type { Committer } from '../../committer.js';
import type { Command } from '../../domain/command.js';
import { faultOf } from '../../domain/validate.js';
import { CallError, cannot, invalidArgument } from '../call-error.js';
import { operatorOf } from '../operator.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';

const TIMEOUT_MS = 5_000;
/** What is dropped gives its room to later records, not to the disk, and to write that down needs some. */
const NO_ROOM = 'the disk of the ledger is full: make room, and prune again';

export function pruneRequests(
  store: Store,
  committer: Committer,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['pruneRequests'] {
  async function record(command: Command): Promise<void> {
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, TIMEOUT_MS);
    if (outcome.status === 'DONE') return;
    if (outcome.status !== 'NOT_APPLIED') throw new Error(`${command.type} came to ${outcome.status}`);
    if (outcome.reason === 'STORE_FULL') throw cannot(NO_ROOM);
    throw new CallError(status.UNAVAILABLE, `${outcome.reason}: nothing happened, send it again`);
  }

  const prunings = new LongWork(stopping, 1, 'a pruning is under way; wait for it, or end it');
  return serverStream(log, async ({ beforeMs, by }, { tell, note, hungUp, metadata }) => {
    if (beforeMs <= 0n || beforeMs > BigInt(Date.now())) {
      throw invalidArgument(`before_ms: is ${beforeMs}; expected milliseconds since 1970, not in the future`);
    }
    const { by: operator } = operatorOf(by, metadata);
    const command: Command | undefined = operator && { type: 'act', act: 'prune-requests', by: operator };
    const fault = command && faultOf(command);
    if (fault !== undefined) throw invalidArgument(fault);
    await prunings.run(hungUp, async (signal) => {
      if (command) await record(command);
      const write = ({ entries, bytes }: PrunedSoFar) => tell({ entries: BigInt(entries), bytes: BigInt(bytes) });
      const pruned = await store.prune(beforeMs, write, signal).catch((error: unknown) => {
        throw error instanceof StoreFullError ? cannot(NO_ROOM) : error;
      });
      if (pruned.entries === 0) write(pruned);
      note({ before: new Date(Number(beforeMs)), ...pruned, by: operator?.name });
    });
  });
}
