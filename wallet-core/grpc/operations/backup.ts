import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { formatDigest } from '../../journal/digest.js';
import type { Committer } from '../../committer.js';
import { BackupError, type Backup, type Store } from '../../storage/port.js';
import { cannot } from '../call-error.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';
import { RecordedAct, recordCopy } from './recorded-act.js';

/** How often somebody hears how far a backup is. */
const PROGRESS_MS = 200;

export function backup(
  store: Store,
  committer: Committer,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['backup'] {
  const backups = new LongWork(stopping, 1, 'a backup is under way; wait for it, or end it');
  return serverStream(log, async ({ by }, { tell, note, hungUp, metadata }) => {
    const act = new RecordedAct('backup', by, metadata);
    try {
      await backups.run(hungUp, async (signal) => {
        note(await recordCopy(act, committer));
        let told = performance.now();
        const made = await store.backup(({ bytes, totalBytes }) => {
          if (performance.now() - told < PROGRESS_MS) return;
          told = performance.now();
          const value = { bytes: BigInt(bytes), totalBytes: BigInt(totalBytes) };
          tell({ news: { $case: 'progress', value } });
        }, signal);
        const value = writeBackup(made);
        note({ path: made.path, digest: value.digest, bytes: made.bytes });
        tell({ news: { $case: 'backup', value } });
      });
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      throw cannot(`walletCore.backups: ${error.message}`);
    }
  });
}

function writeBackup({ path, digest, bytes, lastMs }: Backup): pb.Backup {
  return { path, digest: formatDigest(digest), bytes: BigInt(bytes), lastMs };
}
