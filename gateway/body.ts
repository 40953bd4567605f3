import type { Context } from 'koa';
import getRawBody from 'raw-body';

/** The largest body that is read; a callback has about 1 KB, a refund list of 1,000 lines about 150 KB. */
const BODY_BYTES_MAX = 2 ** 20;

/** The exact bytes of a request's body. A larger one is HTTP 413, one that breaks off HTTP 400. */
export async function readBody(ctx: Context): Promise<Buffer> {
  return getRawBody(ctx.req, { length: ctx.request.length ?? null, limit: BODY_BYTES_MAX });
}
