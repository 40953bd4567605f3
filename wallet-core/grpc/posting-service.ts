import { type Metadata, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Committer } from '../committer.js';
import { invalid, notApplied, type Outcome } from '../domain/outcome.js';
import type { Observer, Origin } from '../observer.js';
import { isTraceId } from '../../trace.js';
import type { Command, PostingServiceServer, Result } from '../../proto/gen/wallet/v1/posting.js';
import { CommitUnknownError } from '../storage/port.js';
import { tokenOf } from './authentication.js';
import { CallError, invalidArgument } from './call-error.js';
import { readCommand, writeResult } from './command-codec.js';
import { traceOf } from './observed-calls.js';
import { unary } from './unary.js';

const COMMANDS_MAX = 1_000;

/** The call that commands come with. */
interface Call {
  readonly metadata: Metadata;
  /** A caller that has hung up takes its commands for failed, so those that still wait must not be applied. */
  readonly cancelled: boolean;
}

/** Gives commands to the committer, and says what became of them. Rejects with a CallError. */
export class Poster {
  readonly #committer: Committer;
  readonly #writer: number;
  readonly #observer: Observer;

  constructor(committer: Committer, writer: number, observer: Observer) {
    this.#committer = committer;
    this.#writer = writer;
    this.#observer = observer;
  }

  /** Empties the list: what it holds would live, and be copied by V8, for as long as a command waits. */
  async post(commands: Command[], call: Call): Promise<Result[]> {
    if (commands.length < 1 || commands.length > COMMANDS_MAX) {
      throw invalidArgument(`commands: has ${commands.length}; expected 1 to ${COMMANDS_MAX}`);
    }
    const token = tokenOf(call.metadata);
    const hungUp = () => call.cancelled;
    const results = commands.splice(0).map((command) => this.#post(command, call.metadata, hungUp, token));
    return Promise.all(results).catch(fateUnknown);
  }

  /** Holds nothing of the command while it waits: so the answer is not awaited here. */
  async #post(command: Command, metadata: Metadata, hungUp: () => boolean, token: string | undefined): Promise<Result> {
    // The command's own trace before that of the call, which may carry those of many callers.
    const { channel, traceId = '' } = command;
    const origin = { traceId: isTraceId(traceId) ? traceId : traceOf({ metadata }), token };
    if (this.#committer.turnsAway()) return this.#unread(channel, origin, notApplied('QUEUE_FULL'));
    const read = readCommand(command, metadata);
    if (typeof read === 'string') return this.#unread(channel, origin, invalid('MALFORMED', read));
    return this.#committer.submit(read, read.timeoutMs, hungUp, origin).then(this.#result);
  }

  readonly #result = (outcome: Outcome): Result => writeResult(outcome, this.#writer);

  #unread(channel: string, origin: Origin, outcome: Outcome): Result {
    this.#observer.answered({ command: { type: 'unread', channel }, origin, outcome, waitMs: 0, commitMs: 0 });
    return this.#result(outcome);
  }
}

/** PostingService: every way to move money. */
export function postingService(poster: Poster, log: Logger): PostingServiceServer {
  return {
    post: unary(log, async ({ command }, call) => {
      if (!command) throw invalidArgument('command: is missing');
      const [result] = await poster.post([command], call);
      return { result };
    }),
    postBatch: unary(log, async ({ commands }, call) => ({ results: await poster.post(commands, call) })),
  };
}

function fateUnknown(error: unknown): never {
  if (!(error instanceof CommitUnknownError)) throw error;
  throw new CallError(
    status.UNAVAILABLE,
    'the commit failed and its fate is unknown; send it again, it will not apply twice',
  );
}
