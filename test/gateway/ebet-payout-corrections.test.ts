import { expect } from 'chai';
import { Relation } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { Ebet, expectCredit, fresh, number, type Answered, type Fields, type Player } from './ebet.js';

/** Type 37: the payouts of a bet as they were and as they should have been. */
function corrected(player: Player, seqNo: string, was: string, is: string): Fields {
  const line = (payout: string) => ({ betType: 60, betMoney: 100, seqNo, payout: number(payout) });
  return { detail: { roundCode: player.round, betList: [line(was)], modifyBetList: [line(is)] } };
}

describe("eBET's correction of a payout (type 37)", () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  it('gives what was paid too little, after the payout, and mentions the bet', async () => {
    const player = await ebet.player('1000.00');
    const bet = await player.makes(1, '-100');
    await player.makes(2, '0');
    const correction = await player.increaseCredit(37, '195', corrected(player, bet, '0', '195'));
    expectCredit(correction, 200, '1095', '900');
    const { movement } = await ebet.held(correction.sent.seqNo as string);
    expect(movement.names).to.deep.equal([{ reference: bet, relation: Relation.MENTION, amount: '0.00' }]);
    await player.expectLedger('1095.00', 'BET -100.00', 'PAYOUT 0.00', 'PAYOUT_CORRECTION 195.00');
  });

  it('takes what was paid too much', async () => {
    const player = await ebet.player('1000.00');
    const bet = await player.makes(1, '-100');
    await player.makes(2, '195');
    expectCredit(await player.increaseCredit(37, '-195', corrected(player, bet, '195', '0')), 200, '900', '1095');
  });

  it('moves the money that is signed, whatever its lists say', async () => {
    const player = await ebet.player('1000.00');
    expectCredit(
      await player.increaseCredit(37, '-1.5', corrected(player, 'bet', '0', '999999')),
      200,
      '998.5',
      '1000',
    );
    expectCredit(await player.increaseCredit(37, '0', corrected(player, 'bet', '0', '999999')), 200, '998.5');
    expectCredit(await player.increaseCredit(37, '1.5', { detail: null }), 200, '1000', '998.5');
  });

  for (const [does, money, after] of [
    ['gives', '50', '150'],
    ['takes', '-50', '50'],
  ] as const) {
    it(`that ${does} money does it once for twenty copies at the same moment, which get one answer`, async () => {
      const player = await ebet.player('100.00');
      const fields = player.movement(37, money, corrected(player, fresh('bet'), '0', '50'));
      const answers = await Promise.all(Array.from({ length: 20 }, () => ebet.send('/increaseCredit', fields)));
      for (const { text } of answers) expect(text).to.equal(answers[0]?.text);
      expectCredit(answers[0] as Answered, 200, after, '100');
      await player.makes(1, '-1');
      expect((await ebet.again(answers[0] as Answered)).text).to.equal(answers[0]?.text);
      await player.expectLedger(`${Number(after) - 1}.00`, `PAYOUT_CORRECTION ${money}.00`, 'BET -1.00');
    });
  }

  it('is 1003 beyond the balance, and 200 when it is sent again after a win', async () => {
    const player = await ebet.player('10.00');
    const refused = await player.increaseCredit(37, '-100', corrected(player, fresh('bet'), '100', '0'));
    expectCredit(refused, 1003, '10');
    await player.makes(2, '90');
    const accepted = await ebet.again(refused);
    expectCredit(accepted, 200, '0', '100');
    expect((await ebet.again(refused)).text).to.equal(accepted.text);
  });

  it('takes the last cent of one of two corrections at the same moment; the other is 1003 until there is money', async () => {
    const player = await ebet.player('100.00');
    const answers = await Promise.all([player.increaseCredit(37, '-100'), player.increaseCredit(37, '-100')]);
    expect(answers.map(({ json }) => json.status).sort()).to.deep.equal([1003, 200]);
    const refused = answers.find(({ json }) => json.status === 1003);
    await player.deposits('100.00');
    expectCredit(await ebet.again(refused as Answered), 200, '0', '100');
  });

  it('is no stake: it goes on while the player is frozen, up to his balance', async () => {
    const player = await ebet.player('100.00');
    await player.isFrozen();
    expectCredit(await player.increaseCredit(37, '-100.01'), 1003, '100');
    expectCredit(await player.increaseCredit(37, '-100'), 200, '0', '100');
  });
});
