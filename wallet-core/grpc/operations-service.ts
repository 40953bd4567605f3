import type { Logger } from 'pino';
import { formatDigest, parseDigest } from '../journal/digest.js';
import { formatId } from '../journal/position.js';
import type { Finding } from '../verify/finding.js';
import type { Progress, Verification } from '../verify/verify.js';
import { BackupError, DamagedLedgerError, type Backup, type PrunedSoFar, type Store } from '../storage/port.js';
import type { Scrub } from '../scrub.js';
import * as pb from '../../proto/gen/wallet/v1/operations.js';
import { busy, cannot, dataLoss, invalidArgument, serverStream, stoppedMeanwhile } from './call.js';

/** How often somebody hears how far a backup is. */
const PROGRESS_MS = 200;
/** Each has a thread of its own. */
const EXPORTS_MAX = 2;

/** OperationsService: the ledger as a whole, for the person on call. `stopping` ends what takes long. */
export function operationsService(
  store: Store,
  scrub: Scrub,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer {
  let verifying = false;
  let backingUp = false;
  let exports = 0;
  let pruning = false;
  return {
    verify: serverStream(log, async ({ against }, { tell, hungUp }) => {
      const digest = parseDigest(against);
      if (against !== '' && !digest) {
        throw invalidArgument(
          `against: is "${against.slice(0, 100)}"; expected "writer:entry:hash", as verify prints it`,
        );
      }
      if (verifying) throw busy('a verification is under way; wait for it, or end it');
      verifying = true;
      try {
        const signal = AbortSignal.any([stopping, hungUp]);
        const verification = await scrub.verify(
          digest,
          (progress) => tell({ news: { $case: 'progress', value: writeProgress(progress) } }),
          signal,
        );
        tell({ news: { $case: 'verification', value: writeVerification(verification) } });
      } catch (error) {
        throw stopping.aborted ? stoppedMeanwhile() : error;
      } finally {
        verifying = false;
      }
    }),
    backup: serverStream(log, async (_request, { tell, hungUp }) => {
      if (backingUp) throw busy('a backup is under way; wait for it, or end it');
      backingUp = true;
      const began = performance.now();
      let told = began;
      try {
        const signal = AbortSignal.any([stopping, hungUp]);
        const backup = await store.backup(({ bytes, totalBytes }) => {
          if (performance.now() - told < PROGRESS_MS) return;
          told = performance.now();
          const value = { bytes: BigInt(bytes), totalBytes: BigInt(totalBytes) };
          tell({ news: { $case: 'progress', value } });
        }, signal);
        const value = writeBackup(backup);
        const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
        log.info({ path: backup.path, digest: value.digest, bytes: backup.bytes, seconds }, 'a backup was made');
        tell({ news: { $case: 'backup', value } });
      } catch (error) {
        if (stopping.aborted) throw stoppedMeanwhile();
        if (!(error instanceof BackupError)) throw error;
        log.error({ err: error }, 'no backup was made');
        throw cannot(`no backup was made: ${error.message}`);
      } finally {
        backingUp = false;
      }
    }),

    export: serverStream(log, async (_, { tell, room, hungUp }) => {
      if (exports >= EXPORTS_MAX) throw busy(`${EXPORTS_MAX} exports are under way; wait for one, or end it`);
      exports += 1;
      try {
        const signal = AbortSignal.any([stopping, hungUp]);
        for await (const { bytes, seq, last } of store.export(signal)) {
          tell({ lines: Buffer.from(bytes), entry: seq, lastEntry: last });
          await room(signal);
        }
        log.info('the ledger was exported');
      } catch (error) {
        if (stopping.aborted) throw stoppedMeanwhile();
        throw error instanceof DamagedLedgerError ? dataLoss(error.message) : error;
      } finally {
        exports -= 1;
      }
    }),

    pruneRequests: serverStream(log, async ({ beforeMs }, { tell, hungUp }) => {
      if (beforeMs <= 0n || beforeMs > BigInt(Date.now())) {
        throw invalidArgument(`before_ms: is ${beforeMs}; expected milliseconds since 1970, not in the future`);
      }
      if (pruning) throw busy('a pruning is under way; wait for it, or end it');
      pruning = true;
      try {
        const write = ({ entries, bytes }: PrunedSoFar) => tell({ entries: BigInt(entries), bytes: BigInt(bytes) });
        const pruned = await store.prune(beforeMs, write, AbortSignal.any([stopping, hungUp]));
        if (pruned.entries === 0) write(pruned);
        log.info({ before: new Date(Number(beforeMs)), ...pruned }, 'requests were pruned');
      } catch (error) {
        throw stopping.aborted ? stoppedMeanwhile() : error;
      } finally {
        pruning = false;
      }
    }),
  };
}

function writeBackup({ path, digest, bytes, lastMs }: Backup): pb.Backup {
  return { path, digest: formatDigest(digest), bytes: BigInt(bytes), lastMs };
}

function writeProgress({ seq, last, movements, findings }: Progress): pb.VerifyProgress {
  return { entry: seq, lastEntry: last, movements: BigInt(movements), findings: BigInt(findings) };
}

function writeVerification(verification: Verification): pb.Verification {
  const { digest, entries, records, movements, accounts, pruned, count, findings } = verification;
  return {
    clean: count === 0,
    digest: formatDigest(digest),
    entries: BigInt(entries),
    records: BigInt(records),
    movements: BigInt(movements),
    accounts: BigInt(accounts),
    requestsPruned: BigInt(pruned),
    findingsCount: BigInt(count),
    findings: findings.map((finding) => writeFinding(finding, digest.writer)),
  };
}

function writeFinding({ check, subject, record, account = '', expected, seen }: Finding, writer: number): pb.Finding {
  const recordId = record === undefined ? '' : formatId(writer, record);
  return { check: pb.Check[check], subject, recordId, account, expected, seen };
}
