import { status } from '@grpc/grpc-js';
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

/** Nobody hears it: it is no fault that the log must tell of. */
export function hungUpMeanwhile(): CallError {
  return new CallError(status.CANCELLED, 'the caller hung up');
}

/** What the caller is told of a call that threw: the text of an unexpected error belongs into the log, not to him. */
export function statusOf(error: unknown, method: string, log: Logger): { code: status; details: string } {
  if (error instanceof CallError) return { code: error.code, details: error.message };
  log.error({ err: error, method }, 'a call failed unexpectedly');
  return { code: status.INTERNAL, details: 'unexpected fault of wallet-core; its log has the details' };
}
