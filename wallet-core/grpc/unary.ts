import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { statusOf } from './call-error.js';

/** Makes a handler of an async function. A rejection in a bare grpc-js handler would leave the caller waiting. */
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

/** Nobody waits for the answer of this call any more. */
export function hungUp(call: ServerUnaryCall<unknown, unknown>): AbortSignal {
  const hangUp = new AbortController();
  call.once('cancelled', () => hangUp.abort());
  if (call.cancelled) hangUp.abort();
  return hangUp.signal;
}
