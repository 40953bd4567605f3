import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { formatMoney } from '../../money.js';
import type { Store, TrialBalance } from '../../storage/port.js';
import { busy } from '../call-error.js';
import { unary } from '../unary.js';

export function trialBalance(store: Store, log: Logger): pb.OperationsServiceServer['getTrialBalance'] {
  let running = false;
  return unary(log, async () => {
    if (running) throw busy('a trial balance is under way; wait for it');
    running = true;
    try {
      return { currencies: (await store.trialBalance()).map(write) };
    } finally {
      running = false;
    }
  });
}

function write({ currency, accounts, players, houses }: TrialBalance): pb.CurrencyBalance {
  const sum = houses.reduce((total, { balance }) => total + balance, players);
  return {
    ...{ currency, accounts: BigInt(accounts), players: formatMoney(players, currency) },
    houses: houses.map(({ balance, ...house }) => ({ ...house, balance: formatMoney(balance, currency) })),
    sum: formatMoney(sum, currency),
  };
}
