import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { Committer } from '../../committer.js';
import { formatDigest } from '../../journal/digest.js';
import type { Scrub } from '../../scrub.js';
import type { Store } from '../../storage/port.js';
import { unary } from '../unary.js';
import { readinessOf } from './readiness.js';

/** What is counted later than this is of the next answer. */
const COUNT_MS_MAX = 1_000;

const PACKAGE = new URL('../../../../package.json', import.meta.url);

export function status(
  store: Store,
  committer: Committer,
  scrub: Scrub,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['getStatus'] {
  const startedMs = BigInt(Date.now());
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return unary(log, async (): Promise<pb.GetStatusResponse> => {
    const [{ ledger, wal, free, lastBackupMs }, counts] = await Promise.all([store.room(), store.counts(COUNT_MS_MAX)]);
    return {
      version,
      startedMs,
      readiness: await readinessOf(store, committer, scrub, stopping),
      waiting: committer.waiting,
      digest: formatDigest(await store.queries.digest()),
      ledgerBytes: BigInt(ledger),
      walBytes: BigInt(wal),
      freeBytes: BigInt(free),
      lastBackupMs: BigInt(lastBackupMs),
      lastVerifiedMs: BigInt(scrub.lastMs),
      ...(counts && {
        movements: BigInt(counts.movements),
        openWithholdings: BigInt(counts.openWithholdings),
        countedMs: BigInt(counts.countedMs),
      }),
    };
  });
}
