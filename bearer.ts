import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';

/**
 * Shows a token with every call of a client. grpc-js has credentials for that, but they refuse a connection without TLS, as it
 * may be on one machine.
 */
export function bearer(token: string): Interceptor {
  const authorization = `Bearer ${token}`;
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        metadata.set('authorization', authorization);
        next(metadata, listener);
      },
    });
}
