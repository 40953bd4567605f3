import { Router } from '@koa/router';
import type { Answering, Callbacks } from '../callbacks.js';
import type { BusyAnswers, Intake } from '../intake.js';
import { writeJson } from '../json/writer.js';
import type { WalletClient } from '../wallet-client.js';
import { autoBatchRefund } from './auto-batch-refund.js';
import type { Endpoint } from './call.js';
import type { EbetChannel } from './channel.js';
import { handler, send } from './handler.js';
import { increaseCredit } from './increase-credit.js';
import { queryIncreaseCreditRecord } from './query-increase-credit-record.js';
import { refundSingleWallet } from './refund-single-wallet.js';
import { registerOrLogin } from './register-or-login.js';
import { STATUS } from './status.js';
import { syncCredit } from './sync-credit.js';

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/registerOrLogin': registerOrLogin,
  '/syncCredit': syncCredit,
  '/increaseCredit': increaseCredit,
  '/queryIncreaseCreditRecord': queryIncreaseCreditRecord,
  '/refundSingleWallet': refundSingleWallet,
  '/autoBatchRefund': autoBatchRefund,
};

/** For calls that were not read: so they cannot name the call that they are for. */
export function ebetBusyAnswers(): BusyAnswers {
  const answer = () => writeJson({ status: STATUS.BUSY, timestamp: Date.now() });
  return new Map(Object.keys(ENDPOINTS).map((path) => [path, answer]));
}

/** eBET's calls: all of one channel list, told apart by `channelId`. */
export function ebetRoutes(
  channels: readonly EbetChannel[],
  client: WalletClient,
  callbacks: Callbacks,
  intake: Intake,
  isAnswered: () => Promise<boolean>,
): Router {
  const handle = handler(channels, client, intake);
  const router = new Router({ sensitive: true, strict: true });
  for (const [path, endpoint] of Object.entries(ENDPOINTS)) {
    const name = path.slice(1);
    router.all(path, callbacks.on(name, handle(name, endpoint)));
  }
  // Anybody may ask, so all who do share an answer of wallet-core.
  const netCheck: Answering = async (ctx, callback) => {
    if (await isAnswered()) return send(ctx, { status: STATUS.SUCCESS });
    callback.isProbe = true;
    callback.refuse('wallet-core does not answer');
    return send(ctx, { status: STATUS.MAINTENANCE });
  };
  return router.all('/netCheck', callbacks.on('netCheck', netCheck));
}
