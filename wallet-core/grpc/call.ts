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

/** The same for a call that is answered by several messages; `hungUp` says that nobody reads them any more. */
export function serverStream<Request, Response>(
  log: Logger,
  answer: (request: Request, tell: (response: Response) => void, hungUp: AbortSignal) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const hangUp = new AbortController();
    call.on('cancelled', () => hangUp.abort());
    answer(call.request, (response) => void call.write(response), hangUp.signal).then(
      () => call.end(),
      (error: unknown) => {
        if (!hangUp.signal.aborted) call.emit('error', statusOf(error, call.getPath(), log));
      },
    );
  };
}

function statusOf(error: unknown, method: string, log: Logger): { code: status; details: string } {
  if (error instanceof CallError) return { code: error.code, details: error.message };
  log.error({ err: error, method }, 'a call failed unexpectedly');
  return { code: status.INTERNAL, details: 'unexpected fault of wallet-core; its log has the details' };
}
