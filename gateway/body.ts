import type { Context } from 'koa';
import getRawBody from 'raw-body';

/** Members of bodies whose values are taken out of what is kept of a request. */
export const SECRETS: ReadonlySet<string> = new Set(['sessionToken', 'accessToken', 'password']);

/** The exact bytes of a request's body. A larger one is HTTP 413, one that breaks off HTTP 400. */
export async function readBody(ctx: Context, bytesMax: number): Promise<Buffer> {
  try {
    return await getRawBody(ctx.req, { length: ctx.request.length ?? null, limit: bytesMax });
  } catch (error) {
    // What is left of it stands before the next call on this connection, which would wait behind it until the time-out.
    ctx.req.resume();
    throw error;
  }
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
