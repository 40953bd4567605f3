import { once } from 'node:events';
import type { handleServerStreamingCall, Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { statusOf } from './call-error.js';
import { note } from './observed-calls.js';

/** What a call that is answered by several messages is answered with. */
export interface Reader<Response> {
  readonly tell: (response: Response) => void;
  /** Resolves when there is room for more: what was told and not taken waits in memory. Rejects when the signal says so. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  /** What the line of the call says of it. */
  readonly note: (about: Readonly<Record<string, unknown>>) => void;
  /** Nobody reads any more. */
  readonly hungUp: AbortSignal;
  /** What the caller showed. */
  readonly metadata: Metadata;
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
    const tell = (response: Response) => void call.write(response);
    const { metadata } = call;
    answer(call.request, { tell, room, note: (about) => note(call, about), hungUp, metadata }).then(
      () => call.end(),
      (error: unknown) => {
        if (!hungUp.aborted) call.emit('error', statusOf(error, call.getPath(), log));
      },
    );
  };
}
