import { expect } from 'chai';
import { System } from '../system.js';
import { Ebet, expectCredit, expectRefund, fresh, number, type Answered, type Fields, type Player } from './ebet.js';

type Part = readonly [seqNo: string, refund: string];

const parts = (list: readonly Part[]): readonly Fields[] =>
  list.map(([seqNo, refund]) => ({ betType: 601, seqNo, refund: number(refund), status: 1 }));

/** Type 28: what is left of withholdings comes back. */
const returns = (player: Player, money: string, ...list: readonly Part[]): Promise<Answered> =>
  player.increaseCredit(28, money, { detail: { roundCode: player.round, withHoldingList: parts(list) } });

/** Type 11: the bet of a withholding failed. */
const betFailed = (player: Player, money: string, withHoldingSeqNo: string): Promise<Answered> =>
  player.increaseCredit(11, money, { detail: { roundCode: player.round, withHoldingSeqNo } });

/** Type 2 with what it returns of withholdings. */
const pays = (player: Player, money: string, ...list: readonly Part[]): Promise<Answered> =>
  player.increaseCredit(2, money, { detail: { roundCode: player.round, withHoldingList: parts(list) } });

/** A bet that includes its withholding: one debit. */
const betsWithholding = (player: Player, money: string, withHolding: string, betMoney: string): Promise<string> => {
  const withHoldingList = [{ betType: 601, withHolding: number(withHolding) }];
  const betList = [{ betType: 601, betMoney: number(betMoney) }];
  return player.makes(1, money, { detail: { roundCode: player.round, betList, withHoldingList } });
};

describe('a withholding', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', failedBets: 'self-refund' },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  const outstanding = async (seqNo: string): Promise<string> => (await ebet.held(seqNo)).movement.outstanding;

  describe('whose bet fails', () => {
    it('goes 27, 1, 11: all of it comes back, and the bet stays refused', async () => {
      const player = await ebet.player('500.00');
      const withheld = await player.makes(27, '-450');
      const bet = await player.increaseCredit(1, '-100');
      expectCredit(bet, 1003, '50');
      expectCredit(await betFailed(player, '450', withheld), 200, '500', '50');
      expect((await ebet.again(bet)).text).to.equal(bet.text);
      await player.expectLedger(
        '500.00',
        'WITHHOLDING -450.00',
        'BET -100.00 refused: INSUFFICIENT_FUNDS',
        'WITHHOLDING_RETURN 450.00',
      );
    });

    it('has nothing left afterwards for a 28, another 11 or a refund', async () => {
      const player = await ebet.player('500.00');
      const withheld = await player.makes(27, '-450');
      await betFailed(player, '450', withheld);
      expectCredit(await returns(player, '0.01', [withheld, '0.01']), 207, '500');
      expectCredit(await betFailed(player, '450', withheld), 207, '500');
      expectRefund(await player.refund([player.line(withheld, '-450')]), ['500', '500', '0'], [withheld, 207]);
    });

    it('goes 27, 1, refund, 11 where the bet was debited although it failed at eBET', async () => {
      const player = await ebet.player('1000.00');
      const withheld = await player.makes(27, '-500');
      const bet = await player.makes(1, '-100');
      expectRefund(await player.refund([player.line(bet, '-100')]), ['400', '500', '100'], [bet, 200]);
      expectCredit(await betFailed(player, '500', withheld), 200, '1000', '500');
    });

    it('goes 27, 1, 2, 11 where the payout refunds the bet', async () => {
      const player = await new Ebet(system, 2).player('1000.00');
      const withheld = await player.makes(27, '-500');
      const bet = await player.makes(1, '-100', { detail: { roundCode: player.round, betList: [{ betMoney: 100 }] } });
      const detail = { roundCode: player.round, betList: [{ seqNo: bet, betMoney: 0, payout: 0 }] };
      expectCredit(await player.increaseCredit(2, '0', { detail }), 200, '500');
      expectCredit(await betFailed(player, '500', withheld), 200, '1000', '500');
    });

    it('is named under the first spelling if the request has both', async () => {
      const player = await ebet.player('100.00');
      const [first, second] = [await player.makes(27, '-40'), await player.makes(27, '-40')];
      const detail = { withholdingSeqNo: second, withHoldingSeqNo: first };
      expectCredit(await player.increaseCredit(11, '40', { detail }), 200, '60', '20');
      expect([await outstanding(first), await outstanding(second)]).to.deep.equal(['0.00', '40.00']);
    });

    for (const [what, detail] of [
      ['null', { withHoldingSeqNo: null }],
      ['a number', { withHoldingSeqNo: 27 }],
      ['empty', { withHoldingSeqNo: '' }],
      ['129 characters long', { withHoldingSeqNo: 'w'.repeat(129) }],
      ['a list', { withHoldingList: [{ seqNo: 'withheld', refund: 40 }] }],
    ] as const) {
      it(`moves nothing when what the 11 names is ${what}`, async () => {
        const player = await ebet.player('100.00');
        expectCredit(await player.increaseCredit(11, '40', { detail }), 4025, '100');
        await player.expectLedger('100.00');
      });
    }
  });

  describe('that is returned in parts', () => {
    it('comes back by 28, 2 and 11 until nothing is left, and not a cent beyond by any of them', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-100');
      expectCredit(await returns(player, '33.33', [withheld, '33.33']), 200, '33.33', '0');
      expectCredit(await pays(player, '33.33', [withheld, '33.33']), 200, '66.66', '33.33');
      expectCredit(await betFailed(player, '33.35', withheld), 207, '66.66');
      expectCredit(await betFailed(player, '33.33', withheld), 200, '99.99', '66.66');
      expect(await outstanding(withheld)).to.equal('0.01');
      expectCredit(await returns(player, '0.02', [withheld, '0.02']), 207, '99.99');
      expectCredit(await returns(player, '0.01', [withheld, '0.01']), 200, '100', '99.99');
      expectCredit(await returns(player, '0.01', [withheld, '0.01']), 207, '100');
      expectCredit(await betFailed(player, '0.01', withheld), 207, '100');
      expect(await outstanding(withheld)).to.equal('0.00');
      // The payout's money is signed: it moves, but it is nothing of the withholding.
      const last = await pays(player, '0.01', [withheld, '0.01']);
      expectCredit(last, 200, '100.01', '100');
      const { names } = (await ebet.held(last.sent.seqNo as string)).movement;
      expect(names.map(({ amount }) => amount)).to.deep.equal(['0.00']);
    });

    it('gives the same answer to twenty copies of a return, and returns it once', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-100');
      const detail = { roundCode: player.round, withHoldingList: parts([[withheld, '60']]) };
      const fields = player.movement(28, '60', { detail });
      const answers = await Promise.all(Array.from({ length: 20 }, () => ebet.send('/increaseCredit', fields)));
      for (const { text } of answers) expect(text).to.equal(answers[0]?.text);
      expectCredit(answers[0] as Answered, 200, '60', '0');
      expect(await outstanding(withheld)).to.equal('40.00');
    });

    it('gives to as many of twenty returns at the same moment as it covers, and 207 to the others', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-100');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          n % 2 === 0 ? returns(player, '8', [withheld, '8']) : betFailed(player, '8', withheld),
        ),
      );
      const statuses = answers.map(({ json }) => json.status).sort();
      expect(statuses).to.deep.equal([...Array<number>(12).fill(200), ...Array<number>(8).fill(207)]);
      expect(await outstanding(withheld)).to.equal('4.00');
      expect((await player.syncCredit()).json.money).to.equal(96);
    });

    it('is known by its seqNo alone: rounds are not signed', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-100');
      const detail = { roundCode: 'another-round', withHoldingList: parts([[withheld, '60']]) };
      expectCredit(await player.increaseCredit(28, '60', { detail }), 200, '60', '0');
    });

    it('has so much left after a restart of wallet-core', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-100');
      const first = await returns(player, '60', [withheld, '60']);
      await system.restartCore('SIGKILL');
      expect((await ebet.again(first)).text).to.equal(first.text);
      expectCredit(await returns(player, '40.01', [withheld, '40.01']), 207, '60');
      expectCredit(await returns(player, '40', [withheld, '40']), 200, '100', '60');
    });
  });

  describe('in one debit with its bet', () => {
    it('goes 1, 28, 2: the payout returns what is left, capped and never refused', async () => {
      const player = await ebet.player('1000.00');
      const bet = await betsWithholding(player, '-300', '200', '100');
      expectCredit(await returns(player, '150', [bet, '150']), 200, '850', '700');
      const payout = await pays(player, '400', [bet, '200'], [bet, '50']);
      expectCredit(payout, 200, '1250', '850');
      expect((await ebet.again(payout)).text).to.equal(payout.text);
      expect(await outstanding(bet)).to.equal('0.00');
      const { names } = (await ebet.held(payout.sent.seqNo as string)).movement;
      expect(names.map(({ amount }) => amount)).to.deep.equal(['150.00', '0.00']);
      expectCredit(await returns(player, '0.01', [bet, '0.01']), 207, '1250');
    });

    it('returns by a payout no more than the money that is signed', async () => {
      const player = await ebet.player('1000.00');
      const bet = await betsWithholding(player, '-300', '200', '100');
      expectCredit(await pays(player, '20', [bet, '200']), 200, '720', '700');
      expect(await outstanding(bet)).to.equal('280.00');
    });

    it('is refunded whole while nothing was returned', async () => {
      const player = await ebet.player('1000.00');
      const bet = await betsWithholding(player, '-300', '200', '100');
      expectRefund(await player.refund([player.line(bet, '-300')]), ['700', '1000', '300'], [bet, 200]);
      expectCredit(await returns(player, '150', [bet, '150']), 207, '1000');
      expectCredit(await pays(player, '5', [bet, '150']), 200, '1005', '1000');
    });

    it('consists of its withholding alone, and comes back as one', async () => {
      const player = await ebet.player('1000.00');
      const bet = await betsWithholding(player, '-200', '200', '0');
      expectCredit(await betFailed(player, '200', bet), 200, '1000', '800');
    });
  });

  describe('that comes after its return', () => {
    it('lets a 28 of several parts wait for the last of them, and draws on none before', async () => {
      const player = await ebet.player('100.00');
      const [withheld, late] = [await player.makes(27, '-40'), fresh('withheld')];
      const early = await returns(player, '60', [withheld, '40'], [late, '20']);
      expectCredit(early, 206, '60');
      expect(await outstanding(withheld)).to.equal('40.00');
      await player.makes(27, '-20', { seqNo: late });
      const answered = await ebet.again(early);
      expectCredit(answered, 200, '100', '40');
      expect((await ebet.again(early)).text).to.equal(answered.text);
      expect([await outstanding(withheld), await outstanding(late)]).to.deep.equal(['0.00', '0.00']);
    });

    it('is whole where a payout overtook it, which was accepted and returned nothing of it', async () => {
      const player = await ebet.player('100.00');
      const late = fresh('withheld');
      const payout = await pays(player, '20', [late, '20']);
      expectCredit(payout, 200, '120', '100');
      await player.makes(27, '-20', { seqNo: late });
      expect((await ebet.again(payout)).text).to.equal(payout.text);
      expect(await outstanding(late)).to.equal('20.00');
      expectCredit(await betFailed(player, '20', late), 200, '120', '100');
    });

    it('or at the same moment comes back once, if the return is sent until it is accepted', async () => {
      const player = await ebet.player('200.00');
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const withheld = fresh('withheld');
          const [first] = await Promise.all([
            betFailed(player, '10', withheld),
            player.makes(27, '-10', { seqNo: withheld }),
          ]);
          expect(first.json.status).to.be.oneOf([200, 206]);
          expect((await ebet.again(first)).json.status).to.equal(200);
        }),
      );
      expect((await player.syncCredit()).json.money).to.equal(200);
    });
  });

  describe('that is refunded', () => {
    it('untouched comes back whole; after every part was returned it is 207', async () => {
      const player = await ebet.player('100.00');
      const [whole, returned] = [await player.makes(27, '-60'), await player.makes(27, '-40')];
      await returns(player, '15', [returned, '15']);
      await betFailed(player, '25', returned);
      const lines = [player.line(whole, '-60'), player.line(returned, '-40'), player.line(returned, '0')];
      const answered = await player.refund(lines);
      expectRefund(answered, ['40', '100', '60'], [whole, 200], [returned, 207], [returned, 207]);
    });

    it('before it came is refused when it comes late, and so is its return: 206', async () => {
      const player = await ebet.player('100.00');
      const late = fresh('withheld');
      expectRefund(await player.refund([player.line(late, '-60')]), ['100', '100', '0'], [late, 206]);
      expectCredit(await player.increaseCredit(27, '-60', { seqNo: late }), 209, '100');
      expectCredit(await betFailed(player, '60', late), 206, '100');
      expectCredit(await returns(player, '60', [late, '60']), 206, '100');
      await player.expectLedger(
        '100.00',
        'WITHHOLDING -60.00 refused: BLOCKED',
        'WITHHOLDING_RETURN 60.00 refused: DEBIT_UNKNOWN',
        'WITHHOLDING_RETURN 60.00 refused: DEBIT_UNKNOWN',
      );
    });
  });
});
