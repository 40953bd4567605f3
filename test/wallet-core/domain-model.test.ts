import { DomainLedger } from '../model/domain-ledger.js';
import { playHistories } from '../model/histories.js';

describe('the rules, held against the model', () => {
  it('agree with it in 300 random histories', async () => {
    await playHistories({ count: 300, seed: 1, lanes: 1, ledger: () => new DomainLedger(), played: () => {} });
  });
});
