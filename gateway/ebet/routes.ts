import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import { answerBy } from '../deadline.js';
import type { AddressOf } from '../client-address.js';
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

/** eBET's calls: all of one channel list, told apart by `channelId`. `addressOf`: where a request comes from. */
export function ebetRoutes(
  channels: readonly EbetChannel[],
  client: WalletClient,
  log: Logger,
  addressOf: AddressOf,
  intake: Intake,
): Router {
  const handle = handler(channels, client, log, addressOf, intake);
  const router = new Router({ sensitive: true, strict: true });
  for (const [path, endpoint] of Object.entries(ENDPOINTS)) router.post(path, handle(path.slice(1), endpoint));
  return router
    .post('/netCheck', async (ctx: Context) => {
      const answers = await client.isAnswering(answerBy());
      send(ctx, { status: answers ? STATUS.SUCCESS : STATUS.MAINTENANCE });
    })
    .all([...Object.keys(ENDPOINTS), '/netCheck'], (ctx: Context) => {
      ctx.set('Allow', 'POST');
      ctx.status = 405;
    });
}
