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
