import { Router } from '@koa/router';
import type { Context } from 'koa';
import { guessedText, readBody, SECRETS } from '../body.js';
import type { Callback } from '../callback.js';
import type { Answering, Callbacks } from '../callbacks.js';
import { DuplicateKeyError, JsonError, parseAndRedact } from '../json/reader.js';
import { isJsonObject, type Json } from '../json/value.js';
import { writeJson } from '../json/writer.js';
import { TURNED_AWAY, type BusyAnswers, type Intake } from '../intake.js';
import type { WalletClient } from '../wallet-client.js';
import { balanceCheck } from './balance-check.js';
import { balanceUpdate } from './balance-update.js';
import { failure, type Answer, type Call, type Endpoint } from './call.js';
import type { Apiv1Channel } from './channel.js';
import { textOf } from './admission.js';
import type { SignedEndpoint } from './signature.js';
import { STATUS } from './status.js';
import { transactionCheck } from './transaction-check.js';

/** The fields of a callback come to less than 1 KB. */
const CALLBACK_BYTES_MAX = 2 ** 16;

const ENDPOINTS: Readonly<Record<SignedEndpoint, Endpoint>> = {
  'balance-check': balanceCheck,
  'balance-update': balanceUpdate,
  'transaction-check': transactionCheck,
};

/** For calls that were not read: so they cannot name the transaction that they are for. */
export function apiv1BusyAnswers(channels: readonly Apiv1Channel[]): BusyAnswers {
  const answer = () => writeJson(failure('TIME_OUT'));
  const paths = channels.flatMap(({ path }) => Object.keys(ENDPOINTS).map((endpoint) => `${path}/${endpoint}`));
  return new Map(paths.map((path) => [path, answer]));
}

/** The calls of all channels: no call names its merchant, so each channel has a path of its own. */
export function apiv1Routes(
  channels: readonly Apiv1Channel[],
  client: WalletClient,
  callbacks: Callbacks,
  intake: Intake,
): Router {
  const router = new Router({ sensitive: true, strict: true });
  for (const channel of channels) {
    for (const endpoint of Object.keys(ENDPOINTS) as SignedEndpoint[]) {
      router.all(`${channel.path}/${endpoint}`, callbacks.on(endpoint, on(endpoint, channel)));
    }
  }
  return router;

  function on(endpoint: SignedEndpoint, channel: Apiv1Channel): Answering {
    const lists = channel.allowFrom ? [channel.allowFrom] : [];
    return async (ctx, callback) => {
      callback.channel = channel.name;
      const bytes = await readBody(ctx, CALLBACK_BYTES_MAX, intake, callback.address, lists);
      let body: Json;
      let request: Buffer;
      try {
        ({ value: body, redacted: request } = parseAndRedact(bytes, SECRETS));
      } catch (error) {
        if (!(error instanceof JsonError)) throw error;
        callback.isFromListed = isListed(channel, callback);
        callback.isUnreadable(guessedText(bytes, 'transaction_id'), guessedText(bytes, 'member_id'));
        callback.refuse(error.message);
        return send(ctx, failure('OTHERS'), error instanceof DuplicateKeyError ? 200 : 400);
      }
      if (!isJsonObject(body)) {
        callback.refuse('the body is no JSON object');
        return send(ctx, failure('OTHERS'), 400);
      }
      callback.isRead(textOf(body, 'transaction_id'), textOf(body, 'member_id'), request);
      const transactionId = body.get('transaction_id');
      const echo = typeof transactionId === 'string' && endpoint !== 'balance-check' ? transactionId : undefined;
      const answered = await answer({ endpoint, body, request, channel, client, callback }, intake);
      return send(ctx, { transaction_id: echo, ...answered });
    };
  }
}

async function answer(call: Call, intake: Intake): Promise<Answer> {
  const { callback, channel } = call;
  if (!intake.enter()) {
    callback.leaveUndecided(TURNED_AWAY);
    return failure('TIME_OUT');
  }
  try {
    callback.isFromListed = isListed(channel, callback);
    if (channel.allowFrom && !callback.isFromListed) {
      // Not OTHERS, which is final: the list may be wrong, and what was asked for may have happened at an earlier call.
      callback.refuse("the address is not in the channel's allowFrom");
      return failure('TIME_OUT');
    }
    return await ENDPOINTS[call.endpoint](call);
  } catch (error) {
    // A fault of ours may come before or after a commit: the provider asks transaction-check.
    callback.fail(error);
    return failure('TIME_OUT');
  } finally {
    intake.leave();
  }
}

/** Whether it comes from an address that the channel says its provider calls from. */
function isListed({ allowFrom }: Apiv1Channel, { address }: Callback): boolean {
  return allowFrom?.has(address) ?? false;
}

/** Sends an answer; gives the word by which it is told of. */
function send(ctx: Context, body: Answer, httpStatus = 200): string {
  ctx.status = httpStatus;
  ctx.type = 'application/json';
  ctx.body = writeJson(body);
  return body.status === STATUS.SUCCESS ? 'SUCCESS' : (body.error_code ?? 'OTHERS');
}
