import path from 'node:path';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { GetMovementResponse } from '../../proto/gen/wallet/v1/query.js';
import { call, System } from '../system.js';
import { inLedger } from '../wallet-core/core.js';
import { Ebet, expectCredit, expectRefund, fresh, number, type Answered, type Fields, type Player } from './ebet.js';

/** What a payout says of a bet: a line for each betMoney, the text of the number. */
type Said = readonly [seqNo: string, ...betMoneys: readonly string[]];

function said(...bets: readonly Said[]): readonly Fields[] {
  return bets.flatMap(([seqNo, ...betMoneys]) =>
    betMoneys.map((betMoney, index) => ({ seqNo, betType: 60 + index, betMoney: number(betMoney), payout: 0 })),
  );
}

/** A bet with its money on the table: a line for each betMoney. */
function wagered(player: Player, ...betMoneys: readonly string[]): Fields {
  const betList = betMoneys.map((betMoney, index) => ({ betType: 60 + index, betMoney: number(betMoney) }));
  return { detail: { roundCode: player.round, betList } };
}

/** A bet of 100, all of it on the table; gives its seqNo. */
const bets = (player: Player, seqNo = fresh('bet')): Promise<string> =>
  player.makes(1, '-100', { ...wagered(player, '100'), seqNo });

const payout = (player: Player, money: string, ...bets: readonly Said[]): Promise<Answered> =>
  player.increaseCredit(2, money, { detail: { roundCode: player.round, betList: said(...bets) } });

/** An answer without the time at which it was decided. */
const untimed = ({ text }: Answered): string => text.replace(/"timestamp":\d+/, '');

const many = <T>(make: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 20 }, make));

const queried = async (player: Player, seqNo: string): Promise<unknown> =>
  ((await player.queryRecords([seqNo])).json.creditRecord as { status: number }[]).map(({ status }) => status);

describe('a bet that a payout names with betMoney 0', () => {
  let system: System;
  let awaits: Ebet;
  let refunds: Ebet;
  let rejects: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', failedBets: 'self-refund' },
      { channelId: 3, currency: 'CNY', failedBets: 'reject-payout' },
      { channelId: 4, currency: 'CNY', failedBets: 'await-refund' },
    ]);
    [awaits, refunds, rejects] = [new Ebet(system), new Ebet(system, 2), new Ebet(system, 3)];
  });
  after(() => system.stop());

  describe('where the channel says await-refund, or nothing,', () => {
    for (const channelId of [1, 4]) {
      it(`stays debited until eBET asks for its refund (channel ${channelId})`, async () => {
        const player = await new Ebet(system, channelId).player();
        const bet = await bets(player);
        expectCredit(await payout(player, '5', [bet, '0']), 200, '905', '900');
        expect(await queried(player, bet)).to.deep.equal([200]);
        expectRefund(await player.refund([player.line(bet, '-100')]), ['905', '1005', '100'], [bet, 200]);
        expect(await queried(player, bet)).to.deep.equal([209]);
        await player.expectLedger('1005.00', 'BET -100.00', 'PAYOUT 5.00', 'REFUND 100.00');
      });
    }

    it('is not blocked if it was not seen: it is made when it comes', async () => {
      const player = await awaits.player();
      const late = fresh('bet');
      expectCredit(await payout(player, '5', [late, '0']), 200, '1005', '1000');
      await bets(player, late);
      await player.expectLedger('905.00', 'PAYOUT 5.00', 'BET -100.00');
    });
  });

  describe('where the channel says self-refund', () => {
    it('is refunded before the payout, whose moneyBefore is the balance after that', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      expectCredit(await payout(player, '5', [bet, '0']), 200, '1005', '1000');
      await player.expectLedger('1005.00', 'BET -100.00', 'REFUND 100.00', 'PAYOUT 5.00');
    });

    it('is refunded in the same commit, and both are kept with the request that caused them', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      const { sent, body } = await payout(player, '5', [bet, '0']);
      const [, refund, paid] = await player.movements();
      const entries = [refund, paid].map((movement) => movement?.movementId.split('.')[1]);
      expect(entries[0]).to.equal(entries[1]);
      expect(refund).to.deep.include({
        kind: Kind.REFUND,
        reference: sent.seqNo,
        round: player.round,
        names: [{ reference: bet, relation: Relation.REFUND, amount: '100.00' }],
      });
      expect(paid?.names).to.deep.equal([{ reference: bet, relation: Relation.REFUND_FAILED, amount: '0.00' }]);
      const { queries } = system.clients;
      const movementId = refund?.movementId ?? '';
      const kept = await call<GetMovementResponse>((done) => queries.getMovement({ movementId }, done));
      expect(kept.request.toString()).to.equal(body.replace('the-session-of-the-player', ''));
    });

    it('is 209 for the query and for refund calls from then on', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      expect(await queried(player, bet)).to.deep.equal([200]);
      await payout(player, '5', [bet, '0']);
      expect(await queried(player, bet)).to.deep.equal([209]);
      expectRefund(await player.refund([player.line(bet, '-100')]), ['1005', '1005', '0'], [bet, 209]);
      expect((await refunds.held(bet)).movement).to.include({ refunded: true, outstanding: '0.00' });
    });

    it('is refunded by a payout of 0 for a round that is lost', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      expectCredit(await payout(player, '0', [bet, '0']), 200, '1000');
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00', 'PAYOUT 0.00');
    });

    it('is refunded as a whole if any of its lines had money', async () => {
      const player = await refunds.player();
      const bet = await player.makes(1, '-100', wagered(player, '0', '40', '0.0', '60'));
      expectCredit(await payout(player, '5', [bet, '0', '0.00', '-0']), 200, '1005', '1000');
    });

    it('is refunded with the withholding that it includes, of which nothing is left to return', async () => {
      const player = await refunds.player();
      const withHoldingList = [{ betType: 601, withHolding: 60 }];
      const detail = { roundCode: player.round, betList: [{ betType: 601, betMoney: 40 }], withHoldingList };
      const bet = await player.makes(1, '-100', { detail });
      const returned = { withHoldingList: [{ seqNo: bet, refund: 60, betType: 601 }] };
      const settled = { roundCode: player.round, betList: said([bet, '0']), ...returned };
      expectCredit(await player.increaseCredit(2, '5', { detail: settled }), 200, '1005', '1000');
      expectCredit(await player.increaseCredit(28, '60', { detail: returned }), 207, '1005');
    });

    it('is refunded while the player is frozen', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      await player.isFrozen();
      expectCredit(await payout(player, '5', [bet, '0']), 200, '1005', '1000');
    });

    it('is refunded alone, not with the other bets of its round, in the order in which they are named', async () => {
      const player = await refunds.player();
      const [won, failed, tooSmall] = [await bets(player), await bets(player), fresh('bet')];
      await player.makes(1, '-1.5', { ...wagered(player, '1.5'), seqNo: tooSmall });
      expectCredit(await payout(player, '195', [tooSmall, '0'], [won, '100'], [failed, '0']), 200, '1095', '900');
      await player.expectLedger(
        '1095.00',
        'BET -100.00',
        'BET -100.00',
        'BET -1.50',
        'REFUND 1.50',
        'REFUND 100.00',
        'PAYOUT 195.00',
      );
    });

    it('is refunded although its round has been paid out', async () => {
      const player = await refunds.player();
      const [won, failed] = [await bets(player), await bets(player)];
      await payout(player, '195', [won, '100']);
      expectCredit(await payout(player, '0', [failed, '0']), 200, '1095');
      expect(await queried(player, won)).to.deep.equal([200]);
      await player.expectLedger(
        '1095.00',
        'BET -100.00',
        'BET -100.00',
        'PAYOUT 195.00',
        'REFUND 100.00',
        'PAYOUT 0.00',
      );
    });

    it('is refunded once, however many payouts name it at the same moment', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      const answers = await many(() => payout(player, '1', [bet, '0']));
      expect(answers.map(({ json }) => json.status)).to.deep.equal(Array(20).fill(200));
      await player.expectLedger('1020.00', 'BET -100.00', 'REFUND 100.00', ...Array<string>(20).fill('PAYOUT 1.00'));
    });

    it('is refunded once, by the payout or by a refund that comes at the same moment', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      const [refund] = await Promise.all([
        player.refund([player.line(bet, '-100')]),
        payout(player, '5', [bet, '0']),
        player.refund([player.line(bet, '-100')]),
      ]);
      expect(refund.json.status).to.equal(200);
      expect((await player.movements()).filter(({ kind }) => kind === Kind.REFUND).length).to.equal(1);
      expect((await player.syncCredit()).json.money).to.equal(1005);
    });

    it('comes late, at the same moment as its payout: it is refunded or was never made', async () => {
      const player = await refunds.player();
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const bet = fresh('bet');
          const late = { ...wagered(player, '10'), seqNo: bet };
          const [answered] = await Promise.all([
            player.increaseCredit(1, '-10', late),
            payout(player, '0', [bet, '0']),
          ]);
          expect(answered.json.status).to.be.oneOf([200, 209]);
        }),
      );
      expect((await player.syncCredit()).json.money).to.equal(1000);
    });

    it('has its payout repeated with the first answer byte for byte, whatever happened since', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      const first = await payout(player, '5', [bet, '0'], ['never-seen', '0']);
      await player.makes(1, '-7');
      expect((await refunds.again(first)).text).to.equal(first.text);
      const { seqNo, detail = null } = first.sent;
      const renewed = await player.increaseCredit(2, '5.00', { seqNo, detail, timestamp: Date.now() + 1 });
      expect(renewed.text).to.equal(first.text);
      await player.expectLedger('998.00', 'BET -100.00', 'REFUND 100.00', 'PAYOUT 5.00', 'BET -7.00');
    });

    it('has twenty copies of its payout at the same moment answered alike, and is refunded once', async () => {
      const player = await refunds.player();
      const bet = await bets(player);
      const fields = player.movement(2, '5', { detail: { roundCode: player.round, betList: said([bet, '0']) } });
      const answers = await many(() => refunds.send('/increaseCredit', fields));
      for (const { text } of answers) expect(text).to.equal(answers[0]?.text);
      for (const answered of answers) expectCredit(answered, 200, '1005', '1000');
      await player.expectLedger('1005.00', 'BET -100.00', 'REFUND 100.00', 'PAYOUT 5.00');
    });

    it('stays as it is by a payout that is wrong: nothing moves and nothing is blocked', async () => {
      const player = await refunds.player();
      const [bet, late] = [await bets(player), fresh('bet')];
      const detail = { roundCode: player.round, betList: said([bet, '0'], [late, '0']) };
      const known = await player.makes(2, '5');
      expectCredit(await player.increaseCredit(2, '-5', { detail }), 4025, '905');
      expectCredit(await player.increaseCredit(2, '5.001', { detail }), 4025, '905');
      expectCredit(await player.increaseCredit(2, '5', { detail, signature: 'AAAA' }), 4026, '0');
      expectCredit(await player.increaseCredit(2, '5', { detail, seqNo: known }), 4025, '905');
      await bets(player, late);
      await player.expectLedger('805.00', 'BET -100.00', 'PAYOUT 5.00', 'BET -100.00');
    });

    it('is named only by payouts: a correction or an award with the same list refunds nothing', async () => {
      const player = await refunds.player();
      const [bet, late] = [await bets(player), fresh('bet')];
      const betList = said([bet, '0'], [late, '0']);
      const detail = { roundCode: player.round, betList, modifyBetList: betList };
      for (const type of [37, 6])
        expect((await player.increaseCredit(type, '5', { detail })).json.status).to.equal(200);
      await bets(player, late);
      expect((await player.syncCredit()).json.money).to.equal(810);
    });
  });

  describe('where the channel says reject-payout', () => {
    const rejected = 'PAYOUT 5.00 refused: FAILED_BET_DEBITED';

    it('has the payout refused while it is debited, and accepted when that is sent again after its refund', async () => {
      const player = await rejects.player();
      const bet = await bets(player);
      const refused = await payout(player, '5', [bet, '0']);
      expectCredit(refused, 4025, '900');
      expect(await queried(player, bet)).to.deep.equal([200]);
      expectRefund(await player.refund([player.line(bet, '-100')]), ['900', '1000', '100'], [bet, 200]);
      const accepted = await rejects.again(refused);
      expectCredit(accepted, 200, '1005', '1000');
      expect((await rejects.again(refused)).text).to.equal(accepted.text);
      expect(await queried(player, bet)).to.deep.equal([209]);
      await player.expectLedger('1005.00', 'BET -100.00', rejected, 'REFUND 100.00', 'PAYOUT 5.00');
    });

    it('has the payout refused with the same answer as often as it is sent', async () => {
      const player = await rejects.player();
      const bet = await bets(player);
      const refused = await payout(player, '5', [bet, '0']);
      expect(untimed(await rejects.again(refused))).to.equal(untimed(refused));
      await player.expectLedger('900.00', 'BET -100.00', rejected, rejected);
    });

    it('has a payout of 0 refused too', async () => {
      const player = await rejects.player();
      const bet = await bets(player);
      expectCredit(await payout(player, '0', [bet, '0']), 4025, '900');
    });

    it('has the payout refused until every such bet is refunded, while the bets that count do not matter', async () => {
      const player = await rejects.player();
      const [won, one, two] = [await bets(player), await bets(player), await bets(player)];
      const refused = await payout(player, '5', [won, '100'], [one, '0'], [two, '0']);
      expectCredit(refused, 4025, '700');
      await player.refund([player.line(two, '-100')]);
      expectCredit(await rejects.again(refused), 4025, '800');
      await player.refund([player.line(one, '-100')]);
      expectCredit(await rejects.again(refused), 200, '905', '900');
    });

    it('does not stop the payout of another bet of its round', async () => {
      const player = await rejects.player();
      const [won, failed] = [await bets(player), await bets(player)];
      expectCredit(await payout(player, '195', [won, '100']), 200, '995', '800');
      expectCredit(await payout(player, '0', [failed, '0']), 4025, '995');
    });

    it('has twenty copies of its payout at the same moment refused, and after the refund accepted once', async () => {
      const player = await rejects.player();
      const bet = await bets(player);
      const fields = player.movement(2, '5', { detail: { roundCode: player.round, betList: said([bet, '0']) } });
      const refused = await many(() => rejects.send('/increaseCredit', fields));
      for (const answered of refused) expectCredit(answered, 4025, '900');
      await player.refund([player.line(bet, '-100')]);
      const accepted = await many(() => rejects.send('/increaseCredit', fields));
      for (const { text } of accepted) expect(text).to.equal(accepted[0]?.text);
      for (const answered of accepted) expectCredit(answered, 200, '1005', '1000');
      const rejections = Array<string>(20).fill(rejected);
      await player.expectLedger('1005.00', 'BET -100.00', ...rejections, 'REFUND 100.00', 'PAYOUT 5.00');
    });

    it('leaves a bet that was never seen blocked, although the payout is refused for another', async () => {
      const player = await rejects.player();
      const [bet, late] = [await bets(player), fresh('bet')];
      expectCredit(await payout(player, '5', [late, '0'], [bet, '0']), 4025, '900');
      const answered = await player.increaseCredit(1, '-100', { ...wagered(player, '100'), seqNo: late });
      expectCredit(answered, 209, '900');
    });
  });

  for (const [way, channelId] of [
    ['self-refund', 2],
    ['reject-payout', 3],
  ] as const) {
    describe(`where the channel says ${way}, and that was never seen,`, () => {
      const ebet = () => new Ebet(system, channelId);

      it('is blocked: late it is 209, now and when it is sent again', async () => {
        const player = await ebet().player();
        const late = fresh('bet');
        expectCredit(await payout(player, '5', [late, '0']), 200, '1005', '1000');
        const answered = await player.increaseCredit(1, '-100', { ...wagered(player, '100'), seqNo: late });
        expectCredit(answered, 209, '1005');
        expect((await ebet().again(answered)).text).to.equal(answered.text);
        expect(await queried(player, late)).to.deep.equal([209]);
        await player.expectLedger('1005.00', 'PAYOUT 5.00', 'BET -100.00 refused: BLOCKED');
      });

      it('is left out of the query and 206 for a refund, before and after it came', async () => {
        const player = await ebet().player();
        const late = fresh('bet');
        await payout(player, '5', [late, '0']);
        expect(await queried(player, late)).to.deep.equal([]);
        expectRefund(await player.refund([player.line(late, '-100')]), ['1005', '1005', '0'], [late, 206]);
        await player.increaseCredit(1, '-100', { seqNo: late });
        expectRefund(await player.refund([player.line(late, '-100')]), ['1005', '1005', '0'], [late, 206]);
      });

      it('is blocked by a payout of 0 too, and by two payouts as by one', async () => {
        const player = await ebet().player();
        const late = fresh('bet');
        expectCredit(await payout(player, '0', [late, '0'], [late, '0']), 200, '1000');
        expectCredit(await payout(player, '0', [late, '0']), 200, '1000');
        expectCredit(await player.increaseCredit(1, '-100', { seqNo: late }), 209, '1000');
      });

      it('is blocked by a payout of somebody without an account, which is refused and may be sent again', async () => {
        const player = ebet().stranger();
        const late = fresh('bet');
        const refused = await payout(player, '5', [late, '0']);
        expectCredit(refused, 4037, '0');
        await player.opens('1000.00');
        expectCredit(await player.increaseCredit(1, '-100', { seqNo: late }), 209, '1000');
        expectCredit(await ebet().again(refused), 200, '1005', '1000');
      });

      it('is blocked for this player and on this channel only', async () => {
        const [player, other] = [await ebet().player(), await ebet().player()];
        const late = fresh('bet');
        await payout(player, '5', [late, '0']);
        expectCredit(await player.increaseCredit(1, '-100', { seqNo: late, channelId: 1 }), 200, '905', '1005');
        expectCredit(await other.increaseCredit(1, '-100', { seqNo: late }), 200, '900', '1000');
      });

      it('is not blocked if its betMoney counts', async () => {
        const player = await ebet().player();
        const late = fresh('bet');
        expectCredit(await payout(player, '5', [late, '0', '100']), 200, '1005', '1000');
        expectCredit(await player.increaseCredit(1, '-100', { seqNo: late }), 200, '905', '1005');
      });
    });

    describe(`where the channel says ${way}, is not failed and stays as it is`, () => {
      const ebet = () => new Ebet(system, channelId);
      /** A player with 900.00 whom eBET's payout names a bet of. */
      type Story = readonly [what: string, prepare: (player: Player) => Promise<string>, balance: string];

      const lineless = (player: Player, more: Fields) => player.makes(1, '-100', more);
      const STORIES: readonly Story[] = [
        [
          'if it consists of its withholding alone',
          (player) => {
            const withHoldingList = [{ betType: 601, withHolding: 100 }];
            const detail = { roundCode: player.round, betList: [{ betType: 601, betMoney: 0 }], withHoldingList };
            return player.makes(1, '-100', { detail });
          },
          '900',
        ],
        ['if all its own lines have betMoney 0', (player) => lineless(player, wagered(player, '0', '0.00')), '900'],
        ['if its own request had no lines', (player) => lineless(player, {}), '900'],
        ['if its own request had no detail', (player) => lineless(player, { detail: null }), '900'],
        [
          'if its own lines have text for betMoney',
          (player) => lineless(player, { detail: { roundCode: player.round, betList: [{ betMoney: '100' }] } }),
          '900',
        ],
        [
          'if it is of another round',
          (player) => {
            const betList = [{ betType: 60, betMoney: 100 }];
            return lineless(player, { detail: { roundCode: `${player.round}-before`, betList } });
          },
          '900',
        ],
        ['if it is a withholding', (player) => player.makes(27, '-100', wagered(player, '100')), '900'],
        ['if it is a tip', (player) => player.makes(3, '-100', wagered(player, '100')), '900'],
        ['if it is a bet of 0', (player) => player.makes(1, '0', wagered(player, '100')), '1000'],
        [
          'if it was refused',
          async (player) =>
            (await player.increaseCredit(1, '-1000.01', wagered(player, '1000.01'))).sent.seqNo as string,
          '1000',
        ],
        [
          'if it was refunded before',
          async (player) => {
            const bet = await bets(player);
            await player.refund([player.line(bet, '-100')]);
            return bet;
          },
          '1000',
        ],
        [
          'if a part of it was returned',
          async (player) => {
            const withHoldingList = [{ betType: 601, withHolding: 60 }];
            const detail = { roundCode: player.round, betList: [{ betType: 601, betMoney: 40 }], withHoldingList };
            const bet = await player.makes(1, '-100', { detail });
            await player.makes(28, '60', { detail: { withHoldingList: [{ seqNo: bet, refund: 60 }] } });
            return bet;
          },
          '960',
        ],
        [
          "if it is another player's",
          async (player) => {
            const other = await ebet().player();
            return other.makes(1, '-100', { detail: { roundCode: player.round, betList: [{ betMoney: 100 }] } });
          },
          '1000',
        ],
      ];
      for (const [what, prepare, balance] of STORIES) {
        it(what, async () => {
          const player = await ebet().player();
          const bet = await prepare(player);
          const before = await ebet().held(bet);
          const after = String(Number(balance) + 5);
          expectCredit(await payout(player, '5', [bet, '0']), 200, after, balance);
          expect(await ebet().held(bet)).to.deep.equal(before);
          expect((await player.syncCredit()).json.money).to.equal(Number(after));
        });
      }

      it('if it is of another channel: there it stays, here it is blocked', async () => {
        const player = await ebet().player();
        const bet = await player.makes(1, '-100', { ...wagered(player, '100'), channelId: 1 });
        expectCredit(await payout(player, '5', [bet, '0']), 200, '905', '900');
        expect((await awaits.held(bet)).movement.refunded).to.equal(false);
        expectCredit(await player.increaseCredit(1, '-100', { seqNo: bet }), 209, '905');
      });

      for (const [what, lines] of [
        ['one of whose lines counts', (seqNo: string) => said([seqNo, '0', '100'])],
        [
          'with lines apart, one of which counts',
          (seqNo: string) => said([seqNo, '0'], ['other', '1'], [seqNo, '0.01']),
        ],
        ['without betMoney', (seqNo: string) => [{ seqNo, payout: 0 }]],
        ['with null for betMoney', (seqNo: string) => [{ seqNo, betMoney: null }]],
        ['with text for betMoney', (seqNo: string) => [{ seqNo, betMoney: '0' }]],
        ['with a list for a line', (seqNo: string) => [[{ seqNo, betMoney: 0 }]]],
      ] as const) {
        it(`if the payout names it ${what}`, async () => {
          const player = await ebet().player();
          const bet = await bets(player);
          const detail = { roundCode: player.round, betList: lines(bet) };
          expectCredit(await player.increaseCredit(2, '5', { detail }), 200, '905', '900');
          await player.expectLedger('905.00', 'BET -100.00', 'PAYOUT 5.00');
        });
      }

      it('if an earlier payout settled it: it has won already, and its refund would be 208', async () => {
        const player = await ebet().player();
        const bet = await bets(player);
        expectCredit(await payout(player, '190', [bet, '100']), 200, '1090', '900');
        expectCredit(await payout(player, '5', [bet, '0']), 200, '1095', '1090');
        expectRefund(await player.refund([player.line(bet, '-100')]), ['1095', '1095', '0'], [bet, 208]);
        await player.expectLedger('1095.00', 'BET -100.00', 'PAYOUT 190.00', 'PAYOUT 5.00');
      });

      it('if the payout names no round', async () => {
        const player = await ebet().player();
        const bet = await bets(player);
        expectCredit(await player.increaseCredit(2, '5', { detail: { betList: said([bet, '0']) } }), 200, '905', '900');
      });
    });
  }

  describe('in the end', () => {
    it('has its payout answered as at first, and stays blocked, after wallet-core has been killed', async () => {
      const player = await refunds.player();
      const late = fresh('bet');
      const first = await payout(player, '5', [await bets(player), '0'], [late, '0']);
      await system.restartCore('SIGKILL');
      expect((await refunds.again(first)).text).to.equal(first.text);
      expectCredit(await player.increaseCredit(1, '-100', { seqNo: late }), 209, '1005');
      await player.expectLedger(
        '1005.00',
        'BET -100.00',
        'REFUND 100.00',
        'PAYOUT 5.00',
        'BET -100.00 refused: BLOCKED',
      );
    });

    it('leaves a ledger whose players and house sum up to 0, with each account chained from movement to movement', async () => {
      await system.core.stop('SIGTERM');
      inLedger(path.join(system.folder, 'data'), (db) => {
        const sum = 'SELECT sum(balance) FROM (SELECT balance FROM account UNION ALL SELECT balance FROM house)';
        expect(db.prepare(sum).pluck().get()).to.equal(0n);
        const moved = `SELECT sum(amount) FROM (SELECT amount FROM movement WHERE reason IS NULL
        UNION ALL SELECT amount FROM house_movement)`;
        expect(db.prepare(moved).pluck().get()).to.equal(0n);
        const broken = `SELECT count(*) FROM movement m JOIN movement p ON p.id = m.previous_id
        WHERE p.balance_after <> m.balance_before`;
        expect(db.prepare(broken).pluck().get()).to.equal(0n);
      });
    });
  });
});
