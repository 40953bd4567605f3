import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import getRawBody from 'raw-body';
import type { AddressList } from './address-list.js';
import type { Intake } from './intake.js';

/** Members of bodies whose values are taken out of what is kept of a request. */
export const SECRETS: ReadonlySet<string> = new Set(['sessionToken', 'accessToken', 'password']);

/** What has not come to more is not counted: of all connections that there may be, that comes to 128 MiB. */
const SMALL_BYTES_MAX = 16 * 2 ** 10;

/**
 * The exact bytes of a request's body. A larger one is HTTP 413, one that breaks off HTTP 400. It is read before anything is known
 * of who sent it: where too much of large ones is under way, their connections are closed; those from an address of one of `lists` count
 * apart, because others could do that to them.
 */
export async function readBody(
  ctx: Context,
  bytesMax: number,
  intake: Intake,
  address: string,
  lists: readonly AddressList[],
): Promise<Buffer> {
  const { req, request } = ctx;
  // The connection broke between the request's head and its turn.
  if (req.destroyed) ctx.throw(400, 'request aborted');
  const { length } = request;
  const forget =
    length === undefined || length > SMALL_BYTES_MAX
      ? counted(req, intake, lists.some((list) => list.has(address)) ? 'listed' : 'others')
      : undefined;
  try {
    return await getRawBody(req, { length: length ?? null, limit: bytesMax });
  } catch (error) {
    // What is left of it stands before the next call on this connection, which would wait behind it until the time-out.
    req.resume();
    throw error;
  } finally {
    forget?.();
  }
}

/** Counts what comes of a body, until the function that is returned is called. */
function counted(req: IncomingMessage, intake: Intake, from: 'listed' | 'others'): () => void {
  let bytes = 0;
  let countedBytes = 0;
  const count = ({ length }: Buffer) => {
    bytes += length;
    if (bytes <= SMALL_BYTES_MAX) return;
    const more = bytes - countedBytes;
    countedBytes = bytes;
    if (!intake.countBody(more, from)) req.destroy();
  };
  req.on('data', count);
  return () => {
    req.off('data', count);
    intake.countBody(-countedBytes, from);
  };
}

/** Of a body that is no good JSON so much is looked at to tell what it may have been. */
const GUESSED_BYTES = 2_048;

/** The first text of this name in a body that cannot be parsed, for whoever looks for it later; decides nothing. */
export function guessedText(body: Buffer, name: string): string {
  return guessed(body, name, '"([\\x20-\\x7e]{1,128}?)"');
}

/** The same of a number. */
export function guessedNumber(body: Buffer, name: string): string {
  return guessed(body, name, '(\\d{1,15})');
}

function guessed(body: Buffer, name: string, value: string): string {
  const beginning = body.toString('latin1', 0, GUESSED_BYTES);
  return new RegExp(`"${name}"\\s*:\\s*${value}`).exec(beginning)?.[1] ?? '';
}
