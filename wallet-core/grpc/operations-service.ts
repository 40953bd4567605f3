import type { Logger } from 'pino';
import type * as pb from '../../proto/gen/wallet/v1/operations.js';
import type { Committer } from '../committer.js';
import type { Scrub } from '../scrub.js';
import type { RefusedCalls, Store } from '../storage/port.js';
import { backup } from './operations/backup.js';
import { exportJournal } from './operations/export.js';
import { listOpen } from './operations/open.js';
import { pruneRequests } from './operations/prune-requests.js';
import { readiness } from './operations/readiness.js';
import { keepRefused, listRefused } from './operations/refused.js';
import { status } from './operations/status.js';
import { trialBalance } from './operations/trial-balance.js';
import { verify } from './operations/verify.js';

/** OperationsService: the ledger as a whole, for the person on call. `stopping` ends what takes long. */
export function operationsService(
  store: Store,
  committer: Committer,
  scrub: Scrub,
  refused: RefusedCalls,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer {
  return {
    verify: verify(scrub, log, stopping),
    backup: backup(store, committer, log, stopping),
    export: exportJournal(store, committer, log, stopping),
    pruneRequests: pruneRequests(store, committer, log, stopping),
    getReadiness: readiness(store, committer, scrub, log, stopping),
    getTrialBalance: trialBalance(store, log, stopping),
    listOpen: listOpen(store, log, stopping),
    keepRefused: keepRefused(refused, log),
    listRefused: listRefused(refused, log),
    getStatus: status(store, committer, scrub, log, stopping),
  };
}
