import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { formatMoney } from '../../money.js';
import type { Store, TrialBalance } from '../../storage/port.js';
import { hungUp, unary } from '../unary.js';
import { LongWork } from './long-work.js';

export function trialBalance(
  store: Store,
  log: Logger,
  stopping: AbortSignal,
): pb.OperationsServiceServer['getTrialBalance'] {
  const trialBalances = new LongWork(stopping, 1, 'a trial balance is under way; wait for it');
  return unary(log, async (_request: pb.GetTrialBalanceRequest, call) => {
    const balances = await trialBalances.run(hungUp(call), (signal) => store.trialBalance(signal));
    return { currencies: balances.map(write) };
  });
}

function write({ currency, accounts, players, houses }: TrialBalance): pb.CurrencyBalance {
  const sum = houses.reduce((total, { balance }) => total + balance, players);
  return {
    currency,
    accounts: BigInt(accounts),
    players: formatMoney(players, currency),
    houses: houses.map(({ balance, ...house }) => ({ ...house, balance: formatMoney(balance, currency) })),
    sum: formatMoney(sum, currency),
  };
}
