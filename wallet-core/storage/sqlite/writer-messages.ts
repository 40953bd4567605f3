import type { MessagePort } from 'node:worker_threads';
import type { Outcome } from '../../domain/outcome.js';
import type { GroupTimes, PrunedSoFar, Submission } from '../port.js';
import type { CheckpointLimits } from './checkpoint-plan.js';
import type { Synchronous } from './connection.js';
import type { CopyOrder } from './copy.js';

// What the thread that serves and the one that writes say to each other.

export interface WriterData {
  readonly path: string;
  /** URL of a module that exports `decide`: functions cannot be handed to a thread. */
  readonly rules: string;
  readonly synchronous: Synchronous;
  readonly checkpoints: CheckpointLimits | undefined;
  readonly eraReferences: number | undefined;
  readonly wake: SharedArrayBuffer;
}

export type ToWriter =
  | { readonly type: 'commit'; readonly group: readonly Submission[] }
  | { readonly type: 'copy'; readonly order: CopyOrder }
  | { readonly type: 'prune'; readonly beforeMs: bigint; readonly port: MessagePort }
  | { readonly type: 'close' };

/** Why nothing was written, or that nobody knows. */
export type NotWritten =
  | { readonly type: 'full'; readonly message: string }
  | { readonly type: 'failed'; readonly stack: string; readonly unknown: boolean; readonly damaged: boolean };

/** What one step of a pruning came to. */
export type FromPruner = { readonly type: 'pruned'; readonly step: PrunedSoFar } | NotWritten;

/** A group that is on disk. */
export interface Committed {
  readonly type: 'committed';
  readonly outcomes: readonly Outcome[];
  readonly wrote: boolean;
  readonly took: GroupTimes;
  /** Of ReferenceFilters: those that are new. */
  readonly filterBlocks: readonly SharedArrayBuffer[];
}

export type FromWriter =
  | { readonly type: 'ready'; readonly filterBlocks: readonly SharedArrayBuffer[] }
  | Committed
  | NotWritten
  | { readonly type: 'closed' };
