import type { IncomingMessage } from 'node:http';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { DuplicateKeyError, JsonError, parseAndRedact } from '../json/reader.js';
import { isJsonObject, type JsonObject } from '../json/value.js';
import { writeJson } from '../json/writer.js';
import { readBody } from '../body.js';
import { Rates } from '../rates.js';
import { answerBy, type WalletClient } from '../wallet-client.js';
import { addressFault, channelOf, textOf } from './admission.js';
import { logRejection, type Answer, type Call, type Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { autoBatchRefund } from './auto-batch-refund.js';
import { increaseCredit } from './increase-credit.js';
import { queryIncreaseCreditRecord } from './query-increase-credit-record.js';
import { answerWithinRate } from './rate.js';
import { registerOrLogin } from './register-or-login.js';
import { refundSingleWallet } from './refund-single-wallet.js';
import { STATUS } from './status.js';
import { syncCredit } from './sync-credit.js';

/** A callback has about 1 KB, a refund list of 1,000 lines about 150 KB. */
const CALLBACK_BYTES_MAX = 2 ** 20;
/** A balance is not signed, a login has a few hundred bytes: they get less room. */
const SMALL_BYTES_MAX = 2 ** 16;

const PATHS = [
  '/registerOrLogin',
  '/increaseCredit',
  '/queryIncreaseCreditRecord',
  '/refundSingleWallet',
  '/autoBatchRefund',
  '/syncCredit',
  '/netCheck',
];

/** What is known of a call before its channel is. */
type Arrived = Pick<Call, 'body' | 'request' | 'address' | 'deadline'>;

/** Taken out of the requests that the ledger keeps. */
const SECRETS: ReadonlySet<string> = new Set(['sessionToken', 'accessToken', 'password']);

/** eBET's calls: all of one channel list, told apart by `channelId`. `addressOf`: where a request comes from. */
export function ebetRoutes(
  configured: readonly EbetChannel[],
  client: WalletClient,
  log: Logger,
  addressOf: (request: IncomingMessage) => string,
): Router {
  const channels = new Map(configured.map((channel) => [String(channel.channelId), channel]));
  const rates = new Rates();

  const on =
    (endpoint: Endpoint, bodyBytesMax = CALLBACK_BYTES_MAX) =>
    async (ctx: Context) => {
      const deadline = answerBy();
      const address = addressOf(ctx.req);
      const bytes = await readBody(ctx, bodyBytesMax);
      try {
        const { value, redacted } = parseAndRedact(bytes, SECRETS);
        if (!isJsonObject(value)) return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
        const arrived = { body: value, request: redacted, address, deadline };
        const decided = await answer(ctx.path.slice(1), endpoint, arrived);
        send(ctx, { ...decided, ...echo(value), timestamp: decided.timestamp ?? Date.now() });
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        const duplicate = error instanceof DuplicateKeyError;
        log.warn({ endpoint: ctx.path, address, why: error.message }, 'a body that cannot be read');
        if (duplicate) send(ctx, { status: STATUS.WRONG_PARAMETER, timestamp: Date.now() });
        else send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      }
    };

  async function answer(name: string, endpoint: Endpoint, arrived: Arrived): Promise<Answer> {
    const { body, address } = arrived;
    try {
      const channel = channelOf(body, channels);
      if (!('provider' in channel)) {
        log.warn({ endpoint: name, address, seqNo: textOf(body, 'seqNo'), ...channel }, 'a call of no channel of ours');
        return endpoint.refuse(body, channel.status);
      }
      const call: Call = { ...arrived, channel, client, log };
      const outside = addressFault(channel, address);
      if (!outside) return await answerWithinRate(name, endpoint, call, rates);
      logRejection(name, call, outside);
      return endpoint.refuse(body, outside.status);
    } catch (error) {
      // A fault of ours decides nothing: eBET sends the call again.
      log.error({ err: error, seqNo: textOf(body, 'seqNo') }, 'a callback failed unexpectedly');
      return endpoint.refuse(body, STATUS.SYSTEM_ERROR);
    }
  }

  return new Router({ sensitive: true, strict: true })
    .post('/increaseCredit', on(increaseCredit))
    .post('/queryIncreaseCreditRecord', on(queryIncreaseCreditRecord))
    .post('/refundSingleWallet', on(refundSingleWallet))
    .post('/autoBatchRefund', on(autoBatchRefund))
    .post('/syncCredit', on(syncCredit, SMALL_BYTES_MAX))
    .post('/registerOrLogin', on(registerOrLogin, SMALL_BYTES_MAX))
    .post('/netCheck', async (ctx: Context) => {
      const serving = await client.isServing(answerBy());
      send(ctx, { status: serving ? STATUS.SUCCESS : STATUS.MAINTENANCE });
    })
    .all(PATHS, (ctx: Context) => {
      ctx.set('Allow', 'POST');
      ctx.status = 405;
    });
}

/** Every answer names the call that it is for, as far as that could be read. */
function echo(body: JsonObject) {
  const text = (name: string) => {
    const value = body.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { event: text('event'), seqNo: text('seqNo') };
}

function send(ctx: Context, answer: Answer, httpStatus = 200): void {
  ctx.status = httpStatus;
  ctx.type = 'application/json';
  ctx.body = writeJson(answer);
}
