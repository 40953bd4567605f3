import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { GetMovementResponse } from '../../proto/gen/wallet/v1/query.js';
import { call, System } from '../system.js';
import { failure } from '../wallet-core/core.js';
import { health } from '../wallet-core/health.js';
import {
  Ebet,
  expectAnswer,
  expectCredit,
  expectRefund,
  fresh,
  number,
  textOf,
  type Answered,
  type Value,
} from './ebet.js';

/** A refund that was not processed as a whole. */
function expectRefused(answered: Answered, status: number): void {
  expectAnswer(answered, { status, username: textOf(answered.sent.username) });
}

const MINUTE = 60_000;

describe('refundSingleWallet', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', refundSettledBets: true },
      { channelId: 3, currency: 'CNY', timestampToleranceMinutes: 1440 },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  it('gives a bet back', async () => {
    const player = await ebet.player('1000.01');
    const bet = await player.makes(1, '-100.1');
    const answered = await player.refund([player.line(bet, '-100.10')]);
    expectRefund(answered, ['899.91', '1000.01', '100.1'], [bet, 200]);
    await player.expectLedger('1000.01', 'BET -100.10', 'REFUND 100.10');
    expect((await ebet.held(bet)).movement).to.include({ refunded: true, outstanding: '0.00' });
  });

  it('is kept with what it caused, without the session', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-100');
    const { body } = await player.refund([player.line(bet, '-100')]);
    const { movementId = '' } = (await player.movements())[1] ?? {};
    const { queries } = system.clients;
    const kept = await call<GetMovementResponse>((done) => queries.getMovement({ movementId }, done));
    expect(kept.request.toString()).to.equal(body.replace('the-session-of-the-player', ''));
  });

  it('answers each line for itself', async () => {
    const [player, other] = [await ebet.player(), await ebet.player()];
    const good = await player.makes(1, '-100');
    const cheap = await player.makes(1, '-10');
    const payout = await player.makes(2, '5');
    const refunded = await player.makes(1, '-20');
    await player.refund([player.line(refunded, '-20')]);
    const theirs = await other.makes(1, '-30');
    const tip = await player.makes(3, '-40');

    const answered = await player.refund([
      player.line('never-seen', '-1'),
      player.line(good, '-100'),
      player.line(cheap, '-10.01'),
      player.line(payout, '-5'),
      player.line(refunded, '-20'),
      player.line(theirs, '-30'),
      player.line(tip, '-40'),
    ]);

    expectRefund(
      answered,
      ['855', '995', '140'],
      ['never-seen', 206],
      [good, 200],
      [cheap, 207],
      [payout, 208],
      [refunded, 209],
      [theirs, 4037],
      [tip, 200],
    );
    await player.expectLedger(
      '995.00',
      'BET -100.00',
      'BET -10.00',
      'PAYOUT 5.00',
      'BET -20.00',
      'REFUND 20.00',
      'TIP -40.00',
      'REFUND 100.00',
      'REFUND 40.00',
    );
    await other.expectLedger('970.00', 'BET -30.00');
  });

  it('does not compare the roundCode, for it is not signed', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-100');
    const answered = await player.refund([player.line(bet, '-100', { roundCode: 'another' })], {
      roundCode: 'a third',
    });
    expectRefund(answered, ['900', '1000', '100'], [bet, 200]);
  });

  it('judges amounts by their value', async () => {
    const player = await ebet.player();
    const [first, second] = [await player.makes(1, '-100'), await player.makes(1, '-0.5')];
    const answered = await player.refund([player.line(first, '-1.0E2'), player.line(second, '-0.500')]);
    expectRefund(answered, ['899.5', '1000', '100.5'], [first, 200], [second, 200]);
  });

  it('goes on while the player is frozen', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-100');
    await player.isFrozen();
    expectRefund(await player.refund([player.line(bet, '-100')]), ['900', '1000', '100'], [bet, 200]);
  });

  it('is for the player in whatever case his name comes, and echoes it as it was sent', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-100');
    const username = player.name.toUpperCase();
    const answered = await player.refund([player.line(bet, '-100', { username })], { username });
    expectRefund(answered, ['900', '1000', '100'], [bet, 200]);
    expect(answered.json.username).to.equal(username);
  });

  describe('of a bet never seen', () => {
    it('is 206 and moves nothing, also for somebody without an account', async () => {
      const [player, stranger] = [await ebet.player(), ebet.stranger()];
      const bet = fresh('bet');
      expectRefund(await player.refund([player.line(bet, '-100')]), ['1000', '1000', '0'], [bet, 206]);
      await player.expectLedger('1000.00');
      expectRefund(await stranger.refund([stranger.line(bet, '-100')]), ['0', '0', '0'], [bet, 206]);
      await stranger.expectLedger('no account');
    });

    for (const [type, kind] of [
      [1, 'BET'],
      [3, 'TIP'],
      [8, 'TOURNAMENT_FEE'],
      [27, 'WITHHOLDING'],
    ] as const) {
      it(`blocks it: of type ${type} and late it is 209, now and when it is sent again`, async () => {
        const player = await ebet.player();
        const seqNo = fresh('bet');
        await player.refund([player.line(seqNo, '-100')]);
        const late = await player.increaseCredit(type, '-100', { seqNo });
        expectCredit(late, 209, '1000');
        expect((await ebet.again(late)).text).to.equal(late.text);
        await player.expectLedger('1000.00', `${kind} -100.00 refused: BLOCKED`);
      });
    }

    it('is 206 again, before and after the bet came', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      const lines = [player.line(seqNo, '-100')];
      expectRefund(await player.refund(lines), ['1000', '1000', '0'], [seqNo, 206]);
      expectRefund(await player.refund(lines), ['1000', '1000', '0'], [seqNo, 206]);
      expectCredit(await player.increaseCredit(1, '-100', { seqNo }), 209, '1000');
      expectRefund(await player.refund(lines), ['1000', '1000', '0'], [seqNo, 206]);
      await player.expectLedger('1000.00', 'BET -100.00 refused: BLOCKED');
    });

    it('blocks debits only: a payout under that seqNo goes on, and so does a bet of 0', async () => {
      const player = await ebet.player();
      const [payout, nothing] = [fresh('payout'), fresh('bet')];
      await player.refund([player.line(payout, '-100'), player.line(nothing, '-100')]);
      expectCredit(await player.increaseCredit(2, '5', { seqNo: payout }), 200, '1005', '1000');
      expectCredit(await player.increaseCredit(1, '0', { seqNo: nothing }), 200, '1005');
    });

    it("blocks it for this player only: another's bet under that seqNo is his own", async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const seqNo = fresh('bet');
      await player.refund([player.line(seqNo, '-100')]);
      expectCredit(await other.increaseCredit(1, '-100', { seqNo }), 200, '900', '1000');
      expectRefund(await player.refund([player.line(seqNo, '-100')]), ['1000', '1000', '0'], [seqNo, 4037]);
      await other.expectLedger('900.00', 'BET -100.00');
    });

    it('blocks it on this channel only', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      await player.refund([player.line(seqNo, '-100')]);
      expectCredit(await player.increaseCredit(1, '-100', { seqNo, channelId: 2 }), 200, '900', '1000');
      expectRefund(await player.refund([player.line(seqNo, '-100')]), ['900', '900', '0'], [seqNo, 206]);
    });

    it('at the same moment as the bet never leaves the bet standing', async () => {
      const player = await ebet.player();
      const seqNos = Array.from({ length: 10 }, () => fresh('bet'));
      const pairs = await Promise.all(
        seqNos.flatMap((seqNo) => [
          player.increaseCredit(1, '-10', { seqNo }),
          player.refund([player.line(seqNo, '-10')]),
        ]),
      );
      for (const seqNo of seqNos) {
        const [bet, refund] = pairs.filter(({ body }) => body.includes(`"${seqNo}"`)).map(({ json }) => json);
        const line = { refundSeqNo: seqNo, status: bet?.status === 200 ? 200 : 206 };
        expect(bet?.status).to.be.oneOf([200, 209]);
        expect(refund?.resultList).to.deep.equal([line]);
      }
      expect((await player.syncCredit()).json.money).to.equal(1000);
    });
  });

  describe('of a bet that was refunded before', () => {
    it('is 209 by another request, and moves nothing', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      await player.refund([player.line(bet, '-100')]);
      expectRefund(await player.refund([player.line(bet, '-100')]), ['1000', '1000', '0'], [bet, 209]);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('is 209 in the second of two lines of one list', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const answered = await player.refund([player.line(bet, '-100'), player.line(bet, '-100')]);
      expectRefund(answered, ['900', '1000', '100'], [bet, 200], [bet, 209]);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('credits exactly once when many requests come at the same moment', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const answers = await Promise.all(Array.from({ length: 8 }, () => player.refund([player.line(bet, '-100')])));
      const statuses = answers.map(({ json }) => (json.resultList as { status: number }[])[0]?.status);
      expect(statuses.sort()).to.deep.equal([200, ...Array<number>(7).fill(209)]);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('leaves the first answer of the bet as it was', async () => {
      const player = await ebet.player();
      const bet = await player.increaseCredit(1, '-100');
      await player.refund([player.line(String(bet.json.seqNo), '-100')]);
      expect((await ebet.again(bet)).text).to.equal(bet.text);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });
  });

  describe('sent again', () => {
    it('gets the first answer, byte for byte, whatever happened since', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const late = fresh('bet');
      const first = await player.refund([player.line(bet, '-100'), player.line(late, '-5'), player.line(bet, '-100')]);
      await player.makes(1, '-50');
      await player.increaseCredit(1, '-5', { seqNo: late });
      expect((await ebet.again(first)).text).to.equal(first.text);
      expectRefund(first, ['900', '1000', '100'], [bet, 200], [late, 206], [bet, 209]);
    });

    it('gets the first answer with a renewed timestamp too', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const [seqNo, lines] = [fresh('refund'), [player.line(bet, '-100')]];
      const first = await player.refund(lines, { seqNo, timestamp: Date.now() - MINUTE });
      const second = await player.refund(lines, { seqNo, timestamp: Date.now() });
      expect(second.text).to.equal(first.text);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('credits once when its copies come at the same moment', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const [seqNo, lines] = [fresh('refund'), [player.line(bet, '-100')]];
      const answers = await Promise.all([1, 2, 3].map(() => player.refund(lines, { seqNo })));
      expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    for (const [what, ...lines] of [
      ['another bet', ['second', '-100']],
      ['another amount', ['first', '-99']],
      ['a line more', ['first', '-100'], ['second', '-100']],
      ['a malformed amount', ['first', '-100.001']],
    ] as const) {
      it(`with ${what} is wrong, and moves nothing`, async () => {
        const player = await ebet.player();
        const bets = { first: await player.makes(1, '-100'), second: await player.makes(1, '-100') };
        const seqNo = fresh('refund');
        await player.refund([player.line(bets.first, '-100')], { seqNo });
        const another = lines.map(([bet, money]) => player.line(bets[bet], money));
        expectRefused(await player.refund(another, { seqNo }), 4025);
        await player.expectLedger('900.00', 'BET -100.00', 'BET -100.00', 'REFUND 100.00');
      });
    }

    it('for another player is wrong, and moves nothing', async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const [seqNo, bet] = [fresh('refund'), await other.makes(1, '-100')];
      await player.refund([player.line('never-seen', '-100')], { seqNo });
      expectRefused(await other.refund([other.line(bet, '-100')], { seqNo }), 4025);
      await other.expectLedger('900.00', 'BET -100.00');
    });
  });

  it('has seqNos of its own: those of movements are free for it, and its own are free for them', async () => {
    const player = await ebet.player();
    const seqNo = await player.makes(1, '-100');
    expectRefund(await player.refund([player.line(seqNo, '-100')], { seqNo }), ['900', '1000', '100'], [seqNo, 200]);
    const refund = await player.refund([player.line('never-seen', '-1')]);
    expectCredit(await player.increaseCredit(2, '5', { seqNo: refund.sent.seqNo }), 200, '1005', '1000');
  });

  describe('with a line', () => {
    for (const [what, refundSeqNo, status] of [
      ['without refundSeqNo', undefined, 4025],
      ['whose refundSeqNo is null', null, 4025],
      ['whose refundSeqNo is empty', '', 4025],
      ['whose refundSeqNo is too long', 'x'.repeat(129), 4025],
      ['whose refundSeqNo is a number', 5, 4030],
    ] as const) {
      it(`${what} is ${status} as a whole`, async () => {
        const player = await ebet.player();
        const bet = await player.makes(1, '-100');
        const lines = [player.line(bet, '-100'), player.line('', '-100', { refundSeqNo })];
        expectRefused(await player.refund(lines), status);
        await player.expectLedger('900.00', 'BET -100.00');
      });
    }

    it('that is no object is 4030 as a whole', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      expectRefused(await player.refund([player.line(bet, '-100'), bet]), 4030);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('whose username is not the signed one is 4037, and blocks nothing', async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const [bet, late] = [await player.makes(1, '-100'), fresh('bet')];
      const lines = [player.line(bet, '-100'), player.line(late, '-100')];
      const renamed = lines.map((line) => ({ ...line, username: other.name }));
      expectRefund(await player.refund(renamed), ['900', '900', '0'], [bet, 4037], [late, 4037]);
      await player.expectLedger('900.00', 'BET -100.00');
      expectCredit(await other.increaseCredit(1, '-100', { seqNo: late }), 200, '900', '1000');
    });

    it('without username is for the player whose name is signed', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const answered = await player.refund([player.line(bet, '-100', { username: undefined })]);
      expectRefund(answered, ['900', '1000', '100'], [bet, 200]);
    });

    for (const [what, refundMoney] of [
      ['positive', 100],
      ['0', 0],
      ['text', '-100'],
      ['absent', undefined],
      ['null', null],
      ['of too many decimals', number('-100.001')],
      ['beyond all numbers', number('-1e400')],
      ['less than the bet', number('-99.99')],
      ['more than the bet', number('-100.01')],
    ] as const) {
      it(`whose refundMoney is ${what} is 207, and moves nothing`, async () => {
        const player = await ebet.player();
        const bet = await player.makes(1, '-100');
        const lines = [player.line(bet, '-100', { refundMoney })];
        expectRefund(await player.refund(lines), ['900', '900', '0'], [bet, 207]);
        await player.expectLedger('900.00', 'BET -100.00');
      });
    }
  });

  describe('of what moved no money out is 208:', () => {
    for (const [what, type, money, kind] of [
      ['a payout', 2, '10', 'PAYOUT 10.00'],
      ['a bet of 0', 1, '0', 'BET 0.00'],
      ['an award taken back', 15, '-10', 'TOURNAMENT_AWARD_REVERSAL -10.00'],
      ['a payout corrected', 37, '-10', 'PAYOUT_CORRECTION -10.00'],
    ] as const) {
      it(what, async () => {
        const player = await ebet.player('100.00');
        const seqNo = await player.makes(type, money);
        const present = String(100 + Number(money));
        expectRefund(await player.refund([player.line(seqNo, '-10')]), [present, present, '0'], [seqNo, 208]);
        await player.expectLedger(`${present}.00`, kind);
      });
    }

    it('a bet that was declined', async () => {
      const player = await ebet.player('5.00');
      const { sent } = await player.increaseCredit(1, '-10');
      const seqNo = sent.seqNo as string;
      expectRefund(await player.refund([player.line(seqNo, '-10')]), ['5', '5', '0'], [seqNo, 208]);
      await player.expectLedger('5.00', 'BET -10.00 refused: INSUFFICIENT_FUNDS');
    });
  });

  describe('and a withholding', () => {
    const part = (seqNo: string, refund: number) => ({
      detail: { withHoldingList: [{ seqNo, refund, betType: 601 }] },
    });

    it('that was partly returned: 207', async () => {
      const player = await ebet.player();
      const withheld = await player.makes(27, '-100');
      await player.makes(28, '1', part(withheld, 1));
      expectRefund(await player.refund([player.line(withheld, '-100')]), ['901', '901', '0'], [withheld, 207]);
      expectRefund(await player.refund([player.line(withheld, '-99')]), ['901', '901', '0'], [withheld, 207]);
      await player.expectLedger('901.00', 'WITHHOLDING -100.00', 'WITHHOLDING_RETURN 1.00');
    });

    it('that a payout partly returned: 207', async () => {
      const player = await ebet.player();
      const withheld = await player.makes(27, '-100');
      await player.makes(2, '1', part(withheld, 1));
      expectRefund(await player.refund([player.line(withheld, '-100')]), ['901', '901', '0'], [withheld, 207]);
    });

    for (const [type, detail] of [
      [11, (withHoldingSeqNo: string) => ({ detail: { withHoldingSeqNo } })],
      [28, (seqNo: string) => part(seqNo, 100)],
    ] as const) {
      it(`that was refunded has nothing left for a type ${type}: 207`, async () => {
        const player = await ebet.player();
        const withheld = await player.makes(27, '-100');
        await player.refund([player.line(withheld, '-100')]);
        expectCredit(await player.increaseCredit(type, '100', detail(withheld)), 207, '1000');
        await player.expectLedger(
          '1000.00',
          'WITHHOLDING -100.00',
          'REFUND 100.00',
          'WITHHOLDING_RETURN 100.00 refused: EXCEEDS_OUTSTANDING',
        );
      });
    }

    it('that was refunded gives nothing to a payout, which is accepted all the same', async () => {
      const player = await ebet.player();
      const withheld = await player.makes(27, '-100');
      await player.refund([player.line(withheld, '-100')]);
      expectCredit(await player.increaseCredit(2, '5', part(withheld, 100)), 200, '1005', '1000');
    });

    it('that is refunded and returned at the same moment comes back once', async () => {
      const player = await ebet.player();
      const withheld = await player.makes(27, '-100');
      const [refund, back] = await Promise.all([
        player.refund([player.line(withheld, '-100')]),
        player.increaseCredit(28, '100', part(withheld, 100)),
      ]);
      const status = (refund.json.resultList as { status: number }[])[0]?.status;
      expect([status, back.json.status].sort()).to.deep.equal([200, 207]);
      expect((await player.syncCredit()).json.money).to.equal(1000);
    });
  });

  describe('of a bet that a payout settled', () => {
    const settles = (seqNo: string, ...betMoneys: readonly Value[]) => ({
      betList: betMoneys.map((betMoney, index) => ({ seqNo, betMoney, betType: 60 + index, payout: 0 })),
    });

    for (const [what, betMoneys, payout, status] of [
      ['with its betMoney', [100], '195', 208],
      ['with betMoney in one of its lines', [0, 100], '195', 208],
      ['for a round that is lost', [100], '0', 208],
      ['without betMoney, for eBET holds it for failed', [0, number('0.0')], '5', 200],
    ] as const) {
      it(`${what} is ${status}`, async () => {
        const player = await ebet.player();
        const bet = await player.makes(1, '-100');
        await player.makes(2, payout, { detail: { roundCode: player.round, ...settles(bet, ...betMoneys) } });
        const present = String(900 + Number(payout));
        const answered = await player.refund([player.line(bet, '-100')]);
        if (status === 208) {
          expectRefund(answered, [present, present, '0'], [bet, 208]);
          await player.expectLedger(`${present}.00`, 'BET -100.00', `PAYOUT ${payout}.00`);
        } else {
          expectRefund(answered, [present, '1005', '100'], [bet, 200]);
          await player.expectLedger('1005.00', 'BET -100.00', `PAYOUT ${payout}.00`, 'REFUND 100.00');
        }
      });
    }

    it('is 208 too if the payout came before the bet', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      await player.makes(2, '195', { detail: { roundCode: player.round, ...settles(seqNo, 100) } });
      await player.makes(1, '-100', { seqNo });
      expectRefund(await player.refund([player.line(seqNo, '-100')]), ['1095', '1095', '0'], [seqNo, 208]);
    });

    for (const [what, detail] of [
      ['named another round', { roundCode: 'another-round' }],
      ['named no round', {}],
    ] as const) {
      it(`is 208 too if the payout ${what}, for rounds are not signed`, async () => {
        const player = await ebet.player();
        const bet = await player.makes(1, '-100');
        await player.makes(2, '195', { detail: { ...detail, ...settles(bet, 100) } });
        expectRefund(await player.refund([player.line(bet, '-100')]), ['1095', '1095', '0'], [bet, 208]);
      });
    }

    it('is answered as at first when the payout is repeated with its list in another order', async () => {
      const player = await ebet.player();
      const [one, two] = [await player.makes(1, '-100'), await player.makes(1, '-50')];
      const lines = [...settles(one, 100).betList, ...settles(two, 50).betList];
      const seqNo = await player.makes(2, '195', { detail: { roundCode: player.round, betList: lines } });
      const again = { seqNo, detail: { roundCode: player.round, betList: lines.toReversed() } };
      const answered = await player.increaseCredit(2, '195', again);
      expect(answered.json).to.include({ status: 200, moneyBefore: 850, money: 1045 });
      await player.expectLedger('1045.00', 'BET -100.00', 'BET -50.00', 'PAYOUT 195.00');
    });

    it('is 200 where the channel says refundSettledBets', async () => {
      const player = await new Ebet(system, 2).player();
      const bet = await player.makes(1, '-100');
      await player.makes(2, '195', { detail: { roundCode: player.round, ...settles(bet, 100) } });
      expectRefund(await player.refund([player.line(bet, '-100')]), ['1095', '1195', '100'], [bet, 200]);
      await player.expectLedger('1195.00', 'BET -100.00', 'PAYOUT 195.00', 'REFUND 100.00');
    });

    it("is 200 if the payout was another player's, whose list is not signed", async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const bet = await player.makes(1, '-100');
      await other.makes(2, '195', { detail: { roundCode: player.round, ...settles(bet, 100) } });
      expectRefund(await player.refund([player.line(bet, '-100')]), ['900', '1000', '100'], [bet, 200]);
    });

    it('is judged per bet: a failed bet of the same round is refunded', async () => {
      const player = await ebet.player();
      const [won, failed] = [await player.makes(1, '-100'), await player.makes(1, '-50')];
      await player.makes(2, '195', { detail: { roundCode: player.round, ...settles(won, 100) } });
      expectRefund(await player.refund([player.line(failed, '-50')]), ['1045', '1095', '50'], [failed, 200]);
    });
  });

  describe('as a whole', () => {
    const cases: readonly (readonly [what: string, more: Record<string, Value | undefined>, status: number])[] = [
      ['with a timestamp of 11 minutes ago', { timestamp: Date.now() - 11 * MINUTE }, 4026],
      ['with a timestamp in an hour', { timestamp: Date.now() + 60 * MINUTE }, 4026],
      ['with the signature of nobody', { signature: 'AAAA' }, 4026],
      ['without a signature', { signature: null }, 4025],
      ['for another event', { event: 'increaseCredit' }, 4025],
      ['in another currency', { currency: 'THB' }, 4025],
      ['without a list', { refundList: undefined }, 4025],
      ['with an empty list', { refundList: [] }, 4025],
      ['with an object for a list', { refundList: {} }, 4030],
      [
        'with more than 1,000 lines',
        { refundList: Array<Value>(1001).fill({ refundSeqNo: 'x', refundMoney: -1 }) },
        4025,
      ],
      ['without seqNo', { seqNo: undefined }, 4025],
      ['with a number for a seqNo', { seqNo: 7 }, 4030],
      ['without timestamp', { timestamp: undefined }, 4025],
      ['with text for a timestamp', { timestamp: String(Date.now()) }, 4030],
      ['with a timestamp of 12 digits', { timestamp: 163730813265 }, 4025],
      ['of a channel that is not configured', { channelId: 99 }, 202],
    ];
    for (const [what, more, status] of cases) {
      it(`${what} is ${status}, and moves and blocks nothing`, async () => {
        const player = await ebet.player();
        const [bet, late] = [await player.makes(1, '-100'), fresh('bet')];
        const lines = [player.line(bet, '-100'), player.line(late, '-5')];
        expectRefused(await player.refund(lines, more), status);
        expectCredit(await player.increaseCredit(1, '-5', { seqNo: late }), 200, '895', '900');
        await player.expectLedger('895.00', 'BET -100.00', 'BET -5.00');
      });
    }

    it("with another's signature is 4026", async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const bet = await player.makes(1, '-100');
      const stolen = ebet.signed('/refundSingleWallet', other.refundRequest([])).signature;
      expectRefused(await player.refund([player.line(bet, '-100')], { signature: stolen }), 4026);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('with another timestamp than was signed is 4026', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const { signature, timestamp } = ebet.signed('/refundSingleWallet', player.refundRequest([]));
      const renewed = { signature, timestamp: Number(timestamp) + 1 };
      expectRefused(await player.refund([player.line(bet, '-100')], renewed), 4026);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('with a timestamp of 9 minutes ago is processed, and of 23 hours where the channel allows a day', async () => {
      const player = await ebet.player();
      const [first, second] = [await player.makes(1, '-100'), await player.makes(1, '-50', { channelId: 3 })];
      const nineMinutes = { timestamp: Date.now() - 9 * MINUTE };
      expectRefund(await player.refund([player.line(first, '-100')], nineMinutes), ['850', '950', '100'], [first, 200]);
      const day = { timestamp: Date.now() - 23 * 60 * MINUTE, channelId: 3 };
      expectRefund(await player.refund([player.line(second, '-50')], day), ['950', '1000', '50'], [second, 200]);
    });

    it('with 1,000 lines is processed', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const unknown = Array.from({ length: 999 }, () => fresh('bet'));
      const answered = await player.refund([
        ...unknown.map((seqNo) => player.line(seqNo, '-1')),
        player.line(bet, '-100'),
      ]);
      const statuses = unknown.map((seqNo) => [seqNo, 206] as const);
      expectRefund(answered, ['900', '1000', '100'], ...statuses, [bet, 200]);
    });
  });
});

describe('syncCredit', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'THB' },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  it('tells the balance, with the name under both spellings', async () => {
    const player = await ebet.player('1000.10');
    const { name } = player;
    const members = { status: 200, username: name, userName: name, money: number('1000.1'), currency: 'CNY' };
    expectAnswer(await player.syncCredit(), members);
  });

  it('tells every cent of a large balance', async () => {
    const player = await ebet.player('9007199254740993.01');
    expect((await player.syncCredit()).text).to.include('"money":9007199254740993.01,');
  });

  it('looks the name up in lower case and echoes it as it was sent', async () => {
    const player = await ebet.player('5.00');
    const username = player.name.toUpperCase();
    const members = { status: 200, username, userName: username, money: 5, currency: 'CNY' };
    expectAnswer(await player.syncCredit({ username }), members);
  });

  it('is good without seqNo and currency', async () => {
    const player = await ebet.player('5.00');
    const { name: username } = player;
    const answered = await player.syncCredit({ seqNo: undefined, currency: undefined, timestamp: undefined });
    expectAnswer(answered, { status: 200, username, userName: username, money: 5, currency: 'CNY' });
  });

  it('is 4037 with money 0 for somebody without an account, and opens none', async () => {
    const stranger = ebet.stranger();
    const { name: username } = stranger;
    const members = { status: 4037, username, userName: username, money: 0, currency: 'CNY' };
    expectAnswer(await stranger.syncCredit(), members);
    await stranger.expectLedger('no account');
  });

  it("is 4037 for a player without an account in the channel's currency", async () => {
    const { name: username } = await ebet.player('5.00');
    const members = { status: 4037, username, userName: username, money: 0, currency: 'THB' };
    const sent = { username, channelId: 2, seqNo: fresh('sync'), event: 'syncCredit' };
    expectAnswer(await ebet.send('/syncCredit', sent), members);
  });

  for (const [what, more, status] of [
    ['for another event', { event: 'increaseCredit' }, 4025],
    ['without event', { event: undefined }, 4025],
    ['without username', { username: undefined }, 4025],
    ['with a number for a username', { username: 5 }, 4030],
    ['in another currency', { currency: 'THB' }, 4025],
  ] as const) {
    it(`${what} is ${status}, and tells no balance`, async () => {
      const answered = await (await ebet.player('5.00')).syncCredit(more);
      const username = textOf(answered.sent.username);
      expectAnswer(answered, { status, username, userName: username, money: 0, currency: 'CNY' });
    });
  }

  it('of a channel that is not configured is 202', async () => {
    const answered = await (await ebet.player('5.00')).syncCredit({ channelId: 99 });
    const username = textOf(answered.sent.username);
    expectAnswer(answered, { status: 202, username, userName: username, money: 0 });
  });
});

describe('netCheck', () => {
  let system: System;

  beforeEach(async () => {
    system = await System.start();
  });
  afterEach(() => system.stop());

  /** Asks until the answer is this one: of wallet-core it may be a quarter of a second old. */
  async function becomes(text: string): Promise<void> {
    while ((await system.post('/netCheck', '{}')).text !== text);
  }

  it('is 200 while wallet-core answers, 505 while it does not, and 200 again when it is back', async () => {
    expect(await system.post('/netCheck', '')).to.include({ http: 200, text: '{"status":200}' });
    expect(await system.post('/netCheck', '{"anything":1}')).to.include({ http: 200, text: '{"status":200}' });
    await system.core.stop('SIGKILL');
    await becomes('{"status":505}');
    await system.startCore(system.clients.address);
    await becomes('{"status":200}');
  });

  it('is 200 also where wallet-core has its health service turned off', async () => {
    const file = path.join(system.folder, 'single-wallet.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^walletCore:$/m, '$&\n  health: "off"'));
    await system.core.stop();
    await system.startCore(system.clients.address);
    while ((await fetch(`${system.url}/readyz`)).status !== 200);
    expect(await system.post('/netCheck', '')).to.include({ http: 200, text: '{"status":200}' });
    expect(await failure(health(system.clients))).to.match(/^UNIMPLEMENTED/);
  });

  it('is 505 while wallet-core hangs', async () => {
    system.core.child.kill('SIGSTOP');
    await becomes('{"status":505}');
    await system.gateway.prints('"outcome":"505","why":"wallet-core does not answer"');
  });
});
