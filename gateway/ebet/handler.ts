import type { Context } from 'koa';
import type { Logger } from 'pino';
import { readBody } from '../body.js';
import type { AddressOf } from '../client-address.js';
import { answerBy } from '../deadline.js';
import { DuplicateKeyError, JsonError, parseAndRedact } from '../json/reader.js';
import { isJsonObject, type JsonObject } from '../json/value.js';
import { writeJson } from '../json/writer.js';
import type { Intake } from '../intake.js';
import { Rates } from '../rates.js';
import type { WalletClient } from '../wallet-client.js';
import { addressFault, channelOf, textOf } from './admission.js';
import { logRejection, type Answer, type Call, type Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { answerWithinRate } from './rate.js';
import { STATUS } from './status.js';

/** A callback has about 1 KB, a refund list of 1,000 lines about 150 KB. */
const CALLBACK_BYTES_MAX = 2 ** 20;

/** What is known of a call before its channel is. */
type Arrived = Pick<Call, 'body' | 'request' | 'address' | 'deadline'>;

/** Taken out of the requests that the ledger keeps. */
const SECRETS: ReadonlySet<string> = new Set(['sessionToken', 'accessToken', 'password']);

/** What all calls have in common: body → exact JSON → channel → the endpoint's answer → JSON. */
export function handler(
  configured: readonly EbetChannel[],
  client: WalletClient,
  log: Logger,
  addressOf: AddressOf,
  intake: Intake,
): (name: string, endpoint: Endpoint) => (ctx: Context) => Promise<void> {
  const channels = new Map(configured.map((channel) => [String(channel.channelId), channel]));
  const rates = new Rates();

  async function answer(name: string, endpoint: Endpoint, arrived: Arrived): Promise<Answer> {
    const { body, address } = arrived;
    try {
      const channel = channelOf(body, channels);
      if (!('provider' in channel)) {
        log.warn({ endpoint: name, address, seqNo: textOf(body, 'seqNo'), ...channel }, 'a call of no channel of ours');
        const [reference, playerId] = [textOf(body, 'seqNo'), textOf(body, 'username').toLowerCase()];
        const said = { reference, playerId, status: String(channel.status), reason: 'a call of no channel of ours' };
        const kept = name === 'registerOrLogin' ? Buffer.alloc(0) : arrived.request;
        client.refused.note({ address, channel: '', endpoint: name, ...said, body: kept });
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

  return (name, endpoint) => async (ctx) => {
    const deadline = answerBy();
    const address = addressOf(ctx.req);
    const bytes = await readBody(ctx, endpoint.bodyBytesMax ?? CALLBACK_BYTES_MAX);
    try {
      const { value, redacted } = parseAndRedact(bytes, SECRETS);
      if (!isJsonObject(value)) return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      const arrived = { body: value, request: redacted, address, deadline };
      const taken = await intake.take(() => answer(name, endpoint, arrived));
      const decided = taken ?? endpoint.refuse(value, STATUS.BUSY);
      send(ctx, { ...decided, ...echo(value), timestamp: decided.timestamp ?? Date.now() });
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const duplicate = error instanceof DuplicateKeyError;
      log.warn({ endpoint: name, address, why: error.message }, 'a body that cannot be read');
      const said = { reference: '', playerId: '', status: String(STATUS.WRONG_PARAMETER), reason: error.message };
      client.refused.note({ address, channel: '', endpoint: name, ...said, body: Buffer.alloc(0) });
      if (duplicate) send(ctx, { status: STATUS.WRONG_PARAMETER, timestamp: Date.now() });
      else send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
    }
  };
}

/** Every answer names the call that it is for, as far as that could be read. */
function echo(body: JsonObject) {
  const text = (name: string) => {
    const value = body.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { event: text('event'), seqNo: text('seqNo') };
}

export function send(ctx: Context, answer: Answer, httpStatus = 200): void {
  ctx.status = httpStatus;
  ctx.type = 'application/json';
  ctx.body = writeJson(answer);
}
