import type { Context } from 'koa';
import { readBody } from '../body.js';
import type { Answering } from '../callbacks.js';
import { DuplicateKeyError, JsonError, parseAndRedact } from '../json/reader.js';
import { isJsonObject, type JsonObject } from '../json/value.js';
import { writeJson } from '../json/writer.js';
import { TURNED_AWAY, type Intake } from '../intake.js';
import { Rates } from '../rates.js';
import type { WalletClient } from '../wallet-client.js';
import { addressFault, channelOf, textOf } from './admission.js';
import type { Answer, Call, Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { answerWithinRate } from './rate.js';
import { STATUS } from './status.js';

/** A callback has about 1 KB, a refund list of 1,000 lines about 150 KB. */
const CALLBACK_BYTES_MAX = 2 ** 20;

/** What is known of a call before its channel is. */
type Arrived = Pick<Call, 'body' | 'request' | 'callback'>;

/** Taken out of the requests that the ledger keeps. */
const SECRETS: ReadonlySet<string> = new Set(['sessionToken', 'accessToken', 'password']);

const LOGIN = 'registerOrLogin';
const NOTHING = Buffer.alloc(0);

/** What all calls have in common: body → exact JSON → channel → the endpoint's answer → JSON. */
export function handler(
  configured: readonly EbetChannel[],
  client: WalletClient,
  intake: Intake,
): (name: string, endpoint: Endpoint) => Answering {
  const channels = new Map(configured.map((channel) => [String(channel.channelId), channel]));
  const rates = new Rates();

  async function answer(endpoint: Endpoint, arrived: Arrived): Promise<Answer> {
    const { body, callback } = arrived;
    try {
      const channel = channelOf(body, channels);
      if (!('provider' in channel)) {
        callback.refuse(channel.why);
        return endpoint.refuse(body, channel.status);
      }
      callback.channel = channel.name;
      const outside = addressFault(channel, callback.address);
      if (!outside) return await answerWithinRate(endpoint, { ...arrived, channel, client }, rates);
      callback.refuse(outside.why);
      return endpoint.refuse(body, outside.status);
    } catch (error) {
      // A fault of ours decides nothing: eBET sends the call again.
      callback.fail(error);
      return endpoint.refuse(body, STATUS.SYSTEM_ERROR);
    }
  }

  return (name, endpoint) => async (ctx, callback) => {
    const bytes = await readBody(ctx, endpoint.bodyBytesMax ?? CALLBACK_BYTES_MAX);
    try {
      const { value, redacted } = parseAndRedact(bytes, SECRETS);
      if (!isJsonObject(value)) {
        callback.refuse('the body is no JSON object');
        return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      }
      // Of a login not even what is left without its secrets: a password could stand where none belongs.
      callback.isRead(textOf(value, 'seqNo'), textOf(value, 'username'), name === LOGIN ? NOTHING : redacted);
      const taken = await intake.take(() => answer(endpoint, { body: value, request: redacted, callback }));
      if (!taken) callback.refuse(TURNED_AWAY);
      const decided = taken ?? endpoint.refuse(value, STATUS.BUSY);
      return send(ctx, { ...decided, ...echo(value), timestamp: decided.timestamp ?? Date.now() });
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      callback.refuse(error.message);
      if (!(error instanceof DuplicateKeyError)) return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      return send(ctx, { status: STATUS.WRONG_PARAMETER, timestamp: Date.now() });
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

/** Sends an answer; gives the status by which it is told of. */
export function send(ctx: Context, answer: Answer, httpStatus = 200): string {
  ctx.status = httpStatus;
  ctx.type = 'application/json';
  ctx.body = writeJson(answer);
  return String(answer.status);
}
