import type { ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Committer } from '../committer.js';
import { invalid, notApplied } from '../domain/outcome.js';
import type { Command, PostingServiceServer, Result } from '../../proto/gen/wallet/v1/posting.js';
import { CallError, invalidArgument } from './call-error.js';
import { readCommand, writeResult } from './command-codec.js';
import { unary } from './unary.js';
import { status } from '@grpc/grpc-js';
import { CommitUnknownError } from '../storage/port.js';

const COMMANDS_MAX = 1_000;

/** PostingService: every way to move money. */
export function postingService(committer: Committer, writer: number, log: Logger): PostingServiceServer {
  async function post(command: Command, abandoned: () => boolean): Promise<Result> {
    if (committer.isFull) return writeResult(notApplied('QUEUE_FULL'), writer);
    const read = readCommand(command);
    if (typeof read === 'string') return writeResult(invalid('MALFORMED', read), writer);
    return writeResult(await committer.submit(read, read.timeoutMs, abandoned), writer);
  }

  return {
    post: unary(log, async ({ command }, call) => {
      if (!command) throw invalidArgument('command: is missing');
      return { result: await post(command, abandonedBy(call)).catch(fateUnknown) };
    }),
    postBatch: unary(log, async ({ commands }, call) => {
      if (commands.length < 1 || commands.length > COMMANDS_MAX) {
        throw invalidArgument(`commands: has ${commands.length}; expected 1 to ${COMMANDS_MAX}`);
      }
      const abandoned = abandonedBy(call);
      return { results: await Promise.all(commands.map((command) => post(command, abandoned))).catch(fateUnknown) };
    }),
  };
}

/** A caller that has hung up takes its commands for failed, so those that still wait must not be applied. */
function abandonedBy(call: ServerUnaryCall<unknown, unknown>): () => boolean {
  return () => call.cancelled;
}

function fateUnknown(error: unknown): never {
  if (!(error instanceof CommitUnknownError)) throw error;
  throw new CallError(
    status.UNAVAILABLE,
    'the commit failed and its fate is unknown; send it again, it will not apply twice',
  );
}
