import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Committer } from '../committer.js';
import { invalid, notApplied, type Outcome } from '../domain/outcome.js';
import type { Observer } from '../observer.js';
import { isTraceId } from '../../trace.js';
import type { Command, PostingServiceServer, Result } from '../../proto/gen/wallet/v1/posting.js';
import { CallError, invalidArgument } from './call-error.js';
import { readCommand, writeResult } from './command-codec.js';
import { traceOf } from './observed-calls.js';
import { unary } from './unary.js';
import { status } from '@grpc/grpc-js';
import { CommitUnknownError } from '../storage/port.js';

const COMMANDS_MAX = 1_000;

type Call = ServerUnaryCall<unknown, unknown>;

/** PostingService: every way to move money. */
export function postingService(
  committer: Committer,
  writer: number,
  observer: Observer,
  log: Logger,
): PostingServiceServer {
  async function post(command: Command, call: Call): Promise<Result> {
    // The command's own trace before that of the call, which may carry those of many callers.
    const traceId = isTraceId(command.traceId ?? '') ? (command.traceId ?? '') : traceOf(call);
    const unread = (outcome: Outcome) => {
      const { channel } = command;
      observer.answered({ command: { type: 'unread', channel }, traceId, outcome, waitMs: 0, commitMs: 0 });
      return writeResult(outcome, writer);
    };
    if (committer.isFull) return unread(notApplied('QUEUE_FULL'));
    const read = readCommand(command, call.metadata);
    if (typeof read === 'string') return unread(invalid('MALFORMED', read));
    // A caller that has hung up takes its commands for failed, so those that still wait must not be applied.
    return writeResult(await committer.submit(read, read.timeoutMs, () => call.cancelled, traceId), writer);
  }

  return {
    post: unary(log, async ({ command }, call) => {
      if (!command) throw invalidArgument('command: is missing');
      return { result: await post(command, call).catch(fateUnknown) };
    }),
    postBatch: unary(log, async ({ commands }, call) => {
      if (commands.length < 1 || commands.length > COMMANDS_MAX) {
        throw invalidArgument(`commands: has ${commands.length}; expected 1 to ${COMMANDS_MAX}`);
      }
      return { results: await Promise.all(commands.map((command) => post(command, call))).catch(fateUnknown) };
    }),
  };
}

function fateUnknown(error: unknown): never {
  if (!(error instanceof CommitUnknownError)) throw error;
  throw new CallError(
    status.UNAVAILABLE,
    'the commit failed and its fate is unknown; send it again, it will not apply twice',
  );
}
