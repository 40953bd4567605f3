import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { formatMoney } from '../../money.js';
import type { MovementView, Store } from '../../storage/port.js';
import { invalidArgument } from '../call-error.js';
import { writeMovement } from '../query-service.js';
import { hungUp, unary } from '../unary.js';
import { LongWork } from './long-work.js';

const LIMIT = 1_000;

export function listOpen(store: Store, log: Logger, stopping: AbortSignal): pb.OperationsServiceServer['listOpen'] {
  const searches = new LongWork(stopping, 1, 'what is open is being looked for; wait for it');
  return unary(log, async ({ fromMs, toMs, limit }: pb.ListOpenRequest, call) => {
    if (fromMs < 0n) throw invalidArgument('from_ms: is below 0; give milliseconds since 1970');
    if (toMs < fromMs) throw invalidArgument('to_ms: is before from_ms; give the end of the time after its start');
    if (limit < 0 || limit > LIMIT) throw invalidArgument(`limit: is not from 0 to ${LIMIT}`);
    const filter = { fromMs, toMs, limit: limit || LIMIT };
    const found = await searches.run(hungUp(call), (signal) => store.open(filter, signal));
    const write = (views: readonly MovementView[]) => views.map((view) => writeMovement(view, store.writer));
    const { bets, withholdings, blocked, cut } = found;
    const negative = found.negative.map(({ player, currency, balance }): pb.NegativeBalance => ({
      playerId: player,
      currency,
      balance: formatMoney(balance, currency),
    }));
    return { bets: write(bets), withholdings: write(withholdings), blocked: write(blocked), cut, negative };
  });
}
