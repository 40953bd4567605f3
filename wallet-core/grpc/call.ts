import { once } from 'node:events';
import { status, type handleServerStreamingCall, type handleUnaryCall, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';

/** A call that got no outcome; its message may leave the process. */
export class CallError extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
  }
}

/** A call that is malformed as a whole; the message names the field. */
export function invalidArgument(message: string): CallError {
  return new CallError(status.INVALID_ARGUMENT, message);
}

export function notFound(message: string): CallError {
  return new CallError(status.NOT_FOUND, message);
}

/** What runs one at a time is running. */
export function busy(message: string): CallError {
  return new CallError(status.RESOURCE_EXHAUSTED, message);
}

/** Something must be put right before it can be done; the message says what. */
export function cannot(message: string): CallError {
  return new CallError(status.FAILED_PRECONDITION, message);
}

/** What is stored is not whole; the message says what of it. */
export function dataLoss(message: string): CallError {
  return new CallError(status.DATA_LOSS, message);
}

/** Cut short by the end of this process. */
export function stoppedMeanwhile(): CallError {
  return new CallError(status.UNAVAILABLE, 'wallet-core is stopping');
}

/**
 * Makes a handler of an async function. A rejection in a bare grpc-js handler would leave the caller waiting, and the text
 * of an unexpected error belongs into the log, not to the caller.
 */
export function unary<Request, Response>(
  log: Logger,
  answer: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request, call).then(
      (response) => callback(null, response),
      (error: unknown) => callback(statusOf(error, call.getPath(), log)),
    );
  };
}

/** What a call that is answered by several messages is answered with. */
export interface Reader<Response> {
  readonly tell: (response: Response) => void;
  /** Resolves when there is room for more: what was told and not taken waits in memory. Rejects when the signal says so. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  /** Nobody reads any more. */
  readonly hungUp: AbortSignal;
}

/** The same as `unary` for a call that is answered by several messages. */
export function serverStream<Request, Response>(
  log: Logger,
  answer: (request: Request, reader: Reader<Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const hangUp = new AbortController();
    const { signal: hungUp } = hangUp;
    call.on('cancelled', () => hangUp.abort());
    const room = async (signal: AbortSignal) => {
      if (call.writableNeedDrain) await once(call, 'drain', { signal });
    };
    answer(call.request, { tell: (response) => void call.write(response), room, hungUp }).then(
      () => call.end(),
      (error: unknown) => {
        if (!hungUp.aborted) call.emit('error', statusOf(error, call.getPath(), log));
      },
    );
  };
}

function statusOf(error: unknown, method: string, log: Logger): { code: status; details: string } {
  if (error instanceof CallError) return { code: error.code, details: error.message };
  log.error({ err: error, method }, 'a call failed unexpectedly');
  return { code: status.INTERNAL, details: 'unexpected fault of wallet-core; its log has the details' };
}
