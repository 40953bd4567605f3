import path from 'node:path';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { CommandLine } from './command-line.js';
import { check, movements, refund, TestCore, words } from './core.js';

describe('what is open', () => {
  let core: TestCore;

  before(async () => (core = await TestCore.start('1000.00')));
  after(() => core.stop());

  const run = (...args: readonly string[]) =>
    CommandLine.run('open', '--older-than', '0s', ...args, '--address', core.clients.address);
  const references = async (...args: readonly string[]) => {
    const { bets, withholdings, blocked, cut } = JSON.parse((await run(...args, '--json')).stdout) as Record<
      'bets' | 'withholdings' | 'blocked',
      { reference: string }[]
    > & { cut: boolean };
    const of = (found: { reference: string }[]) => found.map(({ reference }) => reference);
    return { bets: of(bets), withholdings: of(withholdings), blocked: of(blocked), cut };
  };
  const post = async (...commands: ReturnType<typeof movements>[]) => {
    for (const command of commands) expect(words(await core.post(command))).to.equal('APPLIED');
  };
  const bet = (reference: string, round = reference) => movements({ reference, round, amount: '-10.00' });
  const withhold = (reference: string) =>
    movements({ reference, round: reference, amount: '-20.00', kind: Kind.WITHHOLDING, withholding: true });

  it('is nothing where all was settled, refunded or returned', async () => {
    const settle = { reference: 'named', relation: Relation.SETTLE, amount: '' };
    const back = { reference: 'returned', relation: Relation.RETURN, amount: '20.00' };
    await post(
      bet('named'),
      movements({ reference: 'pay-1', round: 'other', amount: '5.00', kind: Kind.PAYOUT, names: [settle] }),
      bet('in-round'),
      movements({ reference: 'pay-2', round: 'in-round', amount: '0.00', kind: Kind.PAYOUT }),
      bet('refunded'),
      refund({}, { reference: 'refunded', amount: '10.00' }),
      withhold('returned'),
      movements({ reference: 'back-1', amount: '20.00', kind: Kind.WITHHOLDING_RETURN, names: [back] }),
    );
    expect(await run()).to.deep.equal({
      code: 0,
      stdout: 'Nothing is open, and no balance is negative.\n',
      stderr: '',
    });
  });

  it('is a bet without a payout', async () => {
    await post(bet('open-bet'));
    expect(await references()).to.deep.equal({ bets: ['open-bet'], withholdings: [], blocked: [], cut: false });
  });

  it('is a withholding of which something was not given back', async () => {
    await post(withhold('open-withholding'));
    expect((await references()).withholdings).to.deep.equal(['open-withholding']);
  });

  it('is a debit that hit a block', async () => {
    await core.post(check('late-bet'));
    expect(words(await core.post(bet('late-bet')))).to.equal('REFUSED BLOCKED');
    expect((await references()).blocked).to.deep.equal(['late-bet']);
  });

  it('says when there is more, and leaves out bets that are too young, and all that is too old', async () => {
    expect(await references('--limit', '1')).to.deep.include({ bets: ['open-bet'], withholdings: [], cut: true });
    expect(await references('--older-than', '1h')).to.deep.include({
      bets: [],
      withholdings: [],
      blocked: ['late-bet'],
    });
    expect((await run('--since', '0s')).stdout).to.equal('Nothing is open, and no balance is negative.\n');
    expect((await run()).stdout).to.match(/^Bets without a payout:\n/);
  });

  it('is a negative balance, which only another hand can write into the file', async () => {
    await core.end();
    const ledger = new SQLite(path.join(core.data, 'ledger.db'));
    const forge = () => ledger.exec("UPDATE account SET balance = -5 WHERE player = 'demo'");
    expect(forge).to.throw('CHECK constraint failed');
    ledger.pragma('ignore_check_constraints = ON');
    forge();
    ledger.close();
    await core.start();
    const { code, stdout } = await run('--since', '0s');
    expect({ code, stdout }).to.deep.equal({
      code: 1,
      stdout: 'Negative balances:\nplayer  balance\ndemo      -0.05  CNY\n',
    });
    const { negative } = JSON.parse((await run('--json')).stdout) as { negative: unknown };
    expect(negative).to.deep.equal([{ playerId: 'demo', currency: 'CNY', balance: '-0.05' }]);
  });
});
