import type { Logger } from 'pino';
import * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { Committer } from '../../committer.js';
import type { Scrub } from '../../scrub.js';
import type { Store } from '../../storage/port.js';
import { unary } from '../unary.js';

/** Callbacks have a little longer until they are answered busy. */
const COMMIT_MS_MAX = 1_000;

/** The first thing that keeps commits from working. A commit that hangs would let the look for room hang as well. */
export async function readinessOf(
  store: Store,
  committer: Committer,
  scrub: Scrub,
  stopping: AbortSignal,
): Promise<pb.Readiness> {
  if (stopping.aborted) return pb.Readiness.STOPPING;
  if (scrub.hasFound) return pb.Readiness.DAMAGED;
  if (committer.commitMs > COMMIT_MS_MAX) return pb.Readiness.HANGING;
  return (await store.hasRoom()) ? pb.Readiness.READY : pb.Readiness.FULL;
}

export function readiness(
  store: Store,
  committer: Committer,
  scrub: Scrub,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['getReadiness'] {
  return unary(log, async () => ({ readiness: await readinessOf(store, committer, scrub, stopping) }));
}
