import { status, type handleUnaryCall, type ServerUnaryCall } from '@grpc/grpc-js';
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
      (error: unknown) => {
        if (error instanceof CallError) return callback({ code: error.code, details: error.message });
        log.error({ err: error, method: call.getPath() }, 'a call failed unexpectedly');
        callback({ code: status.INTERNAL, details: 'unexpected fault of wallet-core; its log has the details' });
      },
    );
  };
}
