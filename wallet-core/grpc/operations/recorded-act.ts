import { status, type Metadata } from '@grpc/grpc-js';
import type * as pb from '../../../proto/gen/wallet/v1/operator.js';
import type { Committer } from '../../committer.js';
import type { ActCommand, Operator } from '../../domain/command.js';
import { faultOf } from '../../domain/validate.js';
import { CallError, invalidArgument } from '../call-error.js';
import { operatorOf } from '../operator.js';

const TIMEOUT_MS = 5_000;

/** An act that changes nothing that the ledger proves, and so is a command of its own. */
export class RecordedAct {
  readonly #command: ActCommand | undefined;

  /** Throws INVALID_ARGUMENT if who does it, or why, is not as it must be. */
  constructor(act: ActCommand['act'], asked: pb.Operator | undefined, shown: Metadata) {
    const { by } = operatorOf(asked, shown);
    this.#command = by && { type: 'act', act, by };
    const fault = this.#command && faultOf(this.#command);
    if (fault !== undefined) throw invalidArgument(fault);
  }

  /** Who does it, and why; undefined: nobody knows, and nothing is recorded. */
  get by(): Operator | undefined {
    return this.#command?.by;
  }

  /** To be done before the act itself. False: the disk of the ledger is full, it is not recorded. */
  async record(committer: Committer): Promise<boolean> {
    const command = this.#command;
    if (!command) return true;
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, TIMEOUT_MS);
    if (outcome.status === 'DONE') return true;
    if (outcome.status !== 'NOT_APPLIED') throw new Error(`${command.act} came to ${outcome.status}`);
    if (outcome.reason === 'STORE_FULL') return false;
    throw new CallError(status.UNAVAILABLE, `${outcome.reason}: nothing happened, send it again`);
  }
}

/**
 * Records that a copy of the ledger is made, and returns what the line of the call says of it. On a full disk it is made all
 * the same, and that line alone tells of it: somebody may need the copy to get out of there.
 */
export async function recordCopy(act: RecordedAct, committer: Committer): Promise<Readonly<Record<string, unknown>>> {
  const { by } = act;
  const recorded = await act.record(committer);
  return { by: by?.name, reason: by?.reason, ...(!recorded && { recorded }) };
}
