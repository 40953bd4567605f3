import { expect } from 'chai';
import { Kind, Outcome, Reason, type Movement } from '../proto/gen/wallet/v1/movement.js';
import type { GetAccountsResponse } from '../proto/gen/wallet/v1/account.js';
import { Apiv1, expectFailure, expectSuccess, type Member } from './gateway/apiv1.js';
import { Ebet, expectCredit, expectRefund, fresh, type Player } from './gateway/ebet.js';
import { call, System } from './system.js';

/** Such as "ebet/1 BET -30.00 70.00": where, what, how much, and the balance after. */
const told = ({ channel, kind, amount, balanceAfter }: Movement): string =>
  [channel, Kind[kind], amount, balanceAfter].join(' ');

describe('the same player everywhere', () => {
  let system: System;
  let ebet: Ebet;
  let apiv1: Apiv1;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ]);
    ebet = new Ebet(system);
    apiv1 = new Apiv1(system);
    await system.clients.openChannel('platform/cashier');
  });
  after(() => system.stop());

  /** The platform's own movements over gRPC, of any player. */
  const platform = (playerId: string, kind: Kind, amount: string, reference = fresh('platform')) =>
    system.clients.post({ playerId, kind, amount, reference, round: '' }, 'platform/cashier');

  /** A player whom the platform opened and gave this; eBET and the api-v1 provider know him by the same name. */
  async function everywhere(money: string): Promise<{ name: string; player: Player; member: Member }> {
    const name = fresh('same');
    await system.clients.open(name, 'CNY');
    expect((await platform(name, Kind.DEPOSIT, money)).outcome).to.equal(Outcome.APPLIED);
    return { name, player: ebet.named(name), member: apiv1.stranger(name) };
  }

  it('is opened by a platform, bets at one provider, wins at another, and spends the rest at the platform', async () => {
    const { name, player, member } = await everywhere('100.00');
    expect((await player.syncCredit()).json).to.include({ status: 200, money: 100 });
    expect((await member.balanceCheck()).text).to.include('"balance":100.00');

    expectCredit(await player.increaseCredit(1, '-30'), 200, '70', '100');
    expectSuccess(await member.update(1, '-20.00'), '50.00');
    expectSuccess(await member.update(3, '45.50'), '95.50');
    expectCredit(await player.increaseCredit(2, '0'), 200, '95.5');

    const seen = await system.clients.movements({ playerId: name });
    expect(seen.map(told)).to.deep.equal([
      'platform/cashier DEPOSIT 100.00 100.00',
      'ebet/1 BET -30.00 70.00',
      'apiv1/brand-1 BET -20.00 50.00',
      'apiv1/brand-1 PAYOUT 45.50 95.50',
      'ebet/1 PAYOUT 0.00 95.50',
    ]);

    expect((await platform(name, Kind.WITHDRAWAL, '-95.51')).reason).to.equal(Reason.INSUFFICIENT_FUNDS);
    const rest = await platform(name, Kind.WITHDRAWAL, '-95.50');
    expect(rest.movements[0]).to.include({ balanceBefore: '95.50', balanceAfter: '0.00' });
    expectCredit(await player.increaseCredit(1, '-0.01'), 1003, '0');
    expectFailure(await member.update(1, '-0.01'), 'OUT_OF_BALANCE', '0.00');
    const account = await call<GetAccountsResponse>((done) =>
      system.clients.accounts.getAccounts({ playerId: name }, done),
    );
    expect(account.accounts.map(({ currency, balance }) => [currency, balance])).to.deep.equal([['CNY', '0.00']]);
  });

  it('never spends more than he has, whoever asks at the same moment', async () => {
    const { name, player, member } = await everywhere('100.00');
    const spent = await Promise.all(
      Array.from({ length: 20 }, async () => [
        ...(await Promise.all([
          player.increaseCredit(1, '-7').then(({ json }) => (json.status === 200 ? 7 : 0)),
          member.update(1, '-7.00').then(({ json }) => (json.status === 1 ? 7 : 0)),
          platform(name, Kind.WITHDRAWAL, '-7.00').then(({ outcome }) => (outcome === Outcome.APPLIED ? 7 : 0)),
        ])),
      ]),
    );
    const sum = spent.flat().reduce<number>((all, each) => all + each, 0);
    // Fourteen sevens are 98: as many as there is money for, and not one more.
    expect(sum).to.equal(98);
    expect(await system.clients.balance(name)).to.equal('2.00');
    const moved = (await system.clients.movements({ playerId: name })).filter(
      ({ outcome }) => outcome === Outcome.APPLIED,
    );
    let balance = 0;
    for (const { balanceBefore, balanceAfter, amount } of moved) {
      expect(Number(balanceBefore)).to.equal(balance);
      balance += Number(amount);
      expect(Number(balanceAfter)).to.equal(balance);
      expect(balance).to.be.at.least(0);
    }
    expect(moved.length).to.equal(1 + 14);
  });

  it('may have wins, returns and refunds at the same moment as his bets, and every cent is there afterwards', async () => {
    const { name, player, member } = await everywhere('1000.00');
    const bet = await player.makes(1, '-100');
    const [refund, ...others] = await Promise.all([
      player.refund([player.line(bet, '-100')]),
      ...Array.from({ length: 10 }, async () => {
        await Promise.all([
          player.makes(1, '-3'),
          member.makes(1, '-4.00'),
          member.makes(2, '4.00'),
          player.makes(2, '2.5'),
          platform(name, Kind.BONUS, '0.01'),
        ]);
      }),
    ]);
    expect(refund.json).to.include({ status: 200, refundMoney: 100 });
    expect(others.length).to.equal(10);
    expect(await system.clients.balance(name)).to.equal('995.10');
  });

  it('has one reference in each channel: what one of them used is free in the others', async () => {
    const { name, player, member } = await everywhere('100.00');
    const reference = fresh('one');
    const same = { playerId: name, kind: Kind.BET, amount: '-30.00', reference, round: '' };
    expectCredit(await player.increaseCredit(1, '-10', { seqNo: reference }), 200, '90', '100');
    expectSuccess(await member.update(1, '-20.00', { transaction_id: reference }), '70.00');
    const posted = await system.clients.post(same, 'platform/cashier');
    expect(posted.movements[0]).to.include({ balanceBefore: '70.00', balanceAfter: '40.00' });

    // And each of them gets its own first answer again.
    expectCredit(await player.increaseCredit(1, '-10', { seqNo: reference }), 200, '90', '100');
    expectSuccess(await member.update(1, '-20.00', { transaction_id: reference }), '70.00');
    expect(await system.clients.post(same, 'platform/cashier')).to.deep.equal(posted);
    expect(await system.clients.balance(name)).to.equal('40.00');
  });

  it('has the bet of one provider neither refunded, blocked nor closed by another', async () => {
    const { player, member } = await everywhere('100.00');
    const reference = fresh('one');
    expectRefund(await player.refund([player.line(reference, '-10')]), ['100', '100', '0'], [reference, 206]);
    expectSuccess(await member.update(1, '-10.00', { transaction_id: reference }), '90.00');
    expectRefund(await player.refund([player.line(reference, '-10')]), ['90', '90', '0'], [reference, 206]);
    const closed = fresh('two');
    expect((await apiv1.transactionCheck(closed)).json).to.include({ status: 2, error_code: 'OTHERS' });
    expectCredit(await player.increaseCredit(1, '-10', { seqNo: closed }), 200, '80', '90');
    expectFailure(await member.update(1, '-10.00', { transaction_id: closed }), 'OTHERS', '80.00');
  });

  it('is frozen for all of them at once, and his wins go on', async () => {
    const { name, player, member } = await everywhere('100.00');
    await player.isFrozen();
    expectCredit(await player.increaseCredit(1, '-1'), 4029, '100');
    expectFailure(await member.update(1, '-1.00'), 'OTHERS', '100.00');
    expect((await platform(name, Kind.WITHDRAWAL, '-1.00')).reason).to.equal(Reason.FROZEN);
    expectCredit(await player.increaseCredit(2, '1'), 200, '101', '100');
    expectSuccess(await member.update(3, '1.00'), '102.00');
    await player.isUnfrozen();
    expectSuccess(await member.update(1, '-1.00'), '101.00');
  });

  it('is told everywhere what one of them did, also after wallet-core was killed', async () => {
    const { name, player, member } = await everywhere('100.00');
    const [bet, order] = [await player.increaseCredit(1, '-10'), await member.update(1, '-20.00')];
    await system.restartCore('SIGKILL');
    expect((await ebet.again(bet)).text).to.equal(bet.text);
    expect((await apiv1.again(order)).text).to.equal(order.text);
    expect((await player.syncCredit()).json.money).to.equal(70);
    expect((await member.balanceCheck()).text).to.include('"balance":70.00');
    expect(await system.clients.balance(name)).to.equal('70.00');
  });
});
