import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { Committer } from '../../committer.js';
import { DamagedLedgerError, type Store } from '../../storage/port.js';
import { dataLoss } from '../call-error.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';
import { RecordedAct, recordCopy } from './recorded-act.js';

/** Each has a thread of its own. */
const EXPORTS_MAX = 2;

export function exportJournal(
  store: Store,
  committer: Committer,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['export'] {
  const full = `${EXPORTS_MAX} exports are under way; wait for one, or end it`;
  const exports = new LongWork(stopping, EXPORTS_MAX, full);
  return serverStream(log, async ({ by }, { tell, room, note, hungUp, metadata }) => {
    const act = new RecordedAct('export', by, metadata);
    try {
      await exports.run(hungUp, async (signal) => {
        note(await recordCopy(act, committer));
        for await (const { bytes, seq, last } of store.export(signal)) {
          tell({ lines: Buffer.from(bytes), entry: seq, lastEntry: last });
          await room(signal);
        }
      });
    } catch (error) {
      throw error instanceof DamagedLedgerError ? dataLoss(error.message) : error;
    }
  });
}
