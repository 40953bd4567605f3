import type { Context } from 'koa';
import { guessedNumber, guessedText, readBody, SECRETS } from '../body.js';
import type { Callback } from '../callback.js';
import type { Answering } from '../callbacks.js';
import { DuplicateKeyError, JsonError, parseAndRedact } from '../json/reader.js';
import { isJsonObject, type JsonObject } from '../json/value.js';
import { writeJson } from '../json/writer.js';
import { TURNED_AWAY, type Intake } from '../intake.js';
import { Rates } from '../rates.js';
import type { WalletClient } from '../wallet-client.js';
import { addressFault, channelOf, textOf } from './admission.js';
import type { Answer, Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { answerWithinRate } from './rate.js';
import { STATUS } from './status.js';

/** A callback has about 1 KB, a refund list of 1,000 lines about 150 KB. */
const CALLBACK_BYTES_MAX = 2 ** 20;

const LOGIN = 'registerOrLogin';
const NOTHING = Buffer.alloc(0);

/** What all calls have in common: body → exact JSON → channel → the endpoint's answer → JSON. */
export function handler(
  configured: readonly EbetChannel[],
  client: WalletClient,
  intake: Intake,
): (name: string, endpoint: Endpoint) => Answering {
  const channels = new Map(configured.map((channel) => [String(channel.channelId), channel]));
  const lists = configured.flatMap(({ allowFrom }) => allowFrom ?? []);
  const rates = new Rates();

  async function answer(endpoint: Endpoint, body: JsonObject, request: Buffer, callback: Callback): Promise<Answer> {
    if (!intake.enter()) {
      callback.leaveUndecided(TURNED_AWAY);
      return endpoint.refuse(body, STATUS.BUSY);
    }
    try {
      const channel = channelOf(body, channels);
      if (!('provider' in channel)) {
        callback.refuse(channel.why);
        return endpoint.refuse(body, channel.status);
      }
      callback.channel = channel.name;
      const outside = addressFault(channel, callback.address);
      callback.isFromListed = !outside && channel.allowFrom !== undefined;
      if (!outside) return await answerWithinRate(endpoint, { body, request, channel, client, callback }, rates);
      callback.refuse(outside.why);
      return endpoint.refuse(body, outside.status);
    } catch (error) {
      // A fault of ours decides nothing: eBET sends the call again.
      callback.fail(error);
      return endpoint.refuse(body, STATUS.SYSTEM_ERROR);
    } finally {
      intake.leave();
    }
  }

  /** What it may have been, for the record of it alone. */
  function noteUnreadable(bytes: Buffer, callback: Callback): void {
    const channel = channels.get(guessedNumber(bytes, 'channelId'));
    callback.channel = channel?.name ?? '';
    callback.isFromListed = channel?.allowFrom?.has(callback.address) ?? false;
    callback.isUnreadable(guessedText(bytes, 'seqNo'), guessedText(bytes, 'username'));
  }

  return (name, endpoint) => async (ctx, callback) => {
    const bytes = await readBody(ctx, endpoint.bodyBytesMax ?? CALLBACK_BYTES_MAX, intake, callback.address, lists);
    try {
      const { value, redacted } = parseAndRedact(bytes, SECRETS);
      if (!isJsonObject(value)) {
        callback.refuse('the body is no JSON object');
        return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      }
      // Of a login not even what is left without its secrets: a password could stand where none belongs.
      callback.isRead(textOf(value, 'seqNo'), textOf(value, 'username'), name === LOGIN ? NOTHING : redacted);
      return send(ctx, completed(await answer(endpoint, value, redacted, callback), value));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      noteUnreadable(bytes, callback);
      callback.refuse(error.message);
      if (!(error instanceof DuplicateKeyError)) return send(ctx, { status: STATUS.WRONG_PARAMETER }, 400);
      return send(ctx, { status: STATUS.WRONG_PARAMETER, timestamp: Date.now() });
    }
  };
}

/** Every answer names the call that it is for, as far as that could be read. */
function completed(answer: Answer, body: JsonObject): Answer {
  const [event, seqNo] = [body.get('event'), body.get('seqNo')];
  // Not by spreads: V8 adds each member behind a spread the long way.
  answer.event = typeof event === 'string' ? event : undefined;
  answer.seqNo = typeof seqNo === 'string' ? seqNo : undefined;
  answer.timestamp ??= Date.now();
  return answer;
}

/** Sends an answer; gives the status by which it is told of. */
export function send(ctx: Context, answer: Answer, httpStatus = 200): string {
  ctx.status = httpStatus;
  ctx.type = 'application/json';
  ctx.body = writeJson(answer);
  return String(answer.status);
}
