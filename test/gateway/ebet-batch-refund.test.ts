import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import { call, System } from '../system.js';
import { Ebet, expectAnswer, expectCredit, expectRefund, fresh, number, type Answered, type Player } from './ebet.js';

/** What a group of the answer has: whose it is, the sum, and the lines that are listed. */
type Group = readonly [player: Player, total: string, ...lines: (readonly [seqNo: string, status: number])[]];

/** The whole answer: these groups in this order, each of the player's own round. */
function expectBatch(answered: Answered, ...groups: readonly Group[]): void {
  expectAnswer(answered, { status: 200, refundResultList: groups.map((group) => groupOf(group)) });
}

function groupOf([player, total, ...lines]: Group, roundCode = player.round, username = player.name) {
  const sucRefundSeqNoList = lines.map(([seqNo, status]) => ({ seqNo, refundSeqNo: seqNo, status }));
  return { username, roundCode, refundTotalMoney: number(total), sucRefundSeqNoList };
}

/** A batch of which nothing was decided. */
function expectRefused(answered: Answered, status: number): void {
  expectAnswer(answered, { status, refundResultList: [] });
}

const MINUTE = 60_000;

describe('autoBatchRefund', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', refundSettledBets: true },
      { channelId: 3, currency: 'JPY', timestampToleranceMinutes: 1440 },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  /** A player with a bet of 100. */
  async function bettor(): Promise<{ player: Player; bet: string }> {
    const player = await ebet.player();
    return { player, bet: await player.makes(1, '-100') };
  }

  it('gives a bet back for a positive amount, and lists it under both names', async () => {
    const player = await ebet.player('1000.01');
    const bet = await player.makes(1, '-100.1');
    const answered = await ebet.batchRefund([player.failedBet(bet, '100.10')]);
    expectBatch(answered, [player, '100.1', [bet, 200]]);
    const { seqNo } = answered.sent;
    expect(answered.json).to.include({ seqNo, event: 'autoBatchRefund' });
    await player.expectLedger('1000.01', 'BET -100.10', 'REFUND 100.10');
    expect((await ebet.held(bet)).movement).to.include({ refunded: true, outstanding: '0.00' });
  });

  it('gives back every kind of stake', async () => {
    const player = await ebet.player();
    const stakes = [];
    for (const type of [1, 3, 8, 27]) stakes.push(await player.makes(type, '-10'));
    const answered = await ebet.batchRefund(stakes.map((seqNo) => player.failedBet(seqNo, '10')));
    expectBatch(answered, [player, '40', ...stakes.map((seqNo) => [seqNo, 200] as const)]);
  });

  it('judges amounts by their value', async () => {
    const { player, bet } = await bettor();
    const small = await player.makes(1, '-0.5');
    const answered = await ebet.batchRefund([player.failedBet(bet, '1.0E2'), player.failedBet(small, '0.500')]);
    expectBatch(answered, [player, '100.5', [bet, 200], [small, 200]]);
  });

  it('sums beyond what a double holds exactly', async () => {
    const player = await ebet.player('9007199254740994.00');
    const bets = [await player.makes(1, '-9007199254740993.01'), await player.makes(1, '-0.02')];
    const lines = [player.failedBet(bets[0] ?? '', '9007199254740993.01'), player.failedBet(bets[1] ?? '', '0.02')];
    const listed = bets.map((bet) => [bet, 200] as const);
    expectBatch(await ebet.batchRefund(lines), [player, '9007199254740993.03', ...listed]);
  });

  describe('signed', () => {
    const TIME = 'timestamp';
    const SIGNED: readonly (readonly [
      what: string,
      text: (time: string) => string,
      time?: string,
      channel?: string,
    ])[] = [
      [TIME, (time) => time],
      ['channelId+timestamp', (time) => `1${time}`],
      ['timestamp as it stands', (time) => `${time}.0`, '.0'],
      ['timestamp in its shortest form', (time) => time, '.0'],
      ['channelId+timestamp as they stand', (time) => `1.0${time}.0`, '.0', '1.0'],
      ['channelId+timestamp in their shortest forms', (time) => `1${time}`, '.0', '1.0'],
    ];
    for (const [what, text, ending = '', channelId = '1'] of SIGNED) {
      it(`over ${what} is accepted`, async () => {
        const { player, bet } = await bettor();
        const now = String(Date.now());
        const answered = await ebet.batchRefund([player.failedBet(bet, '100')], {
          timestamp: number(now + ending),
          channelId: number(channelId),
          signature: system.sign(text(now)),
        });
        expectBatch(answered, [player, '100', [bet, 200]]);
      });
    }

    const UNSIGNED: readonly (readonly [what: string, text: (time: string, name: string) => string, more?: object])[] =
      [
        ['nothing', () => ''],
        ['another timestamp', (time) => String(Number(time) + 1)],
        ['timestamp+channelId', (time) => `${time}1`],
        ["another channel's channelId+timestamp", (time) => `2${time}`],
        ['username+timestamp, as refundSingleWallet is', (time, name) => name + time],
        ['channelId in one form and timestamp in another', (time) => `1.0${time}`, { channelId: number('1.0') }],
        ['what increaseCredit signs', (time) => `seqautoBatchRefund1${time}`, { seqNo: 'seq' }],
      ];
    for (const [what, text, more] of UNSIGNED) {
      it(`over ${what} is 4026 and gives nothing back`, async () => {
        const { player, bet } = await bettor();
        const timestamp = String(Date.now());
        const answered = await ebet.batchRefund([player.failedBet(bet, '100')], {
          ...{ username: player.name, timestamp: number(more ? `${timestamp}.0` : timestamp), ...more },
          signature: system.sign(text(timestamp, player.name)),
        });
        expectRefused(answered, 4026);
        await player.expectLedger('900.00', 'BET -100.00');
      });
    }

    it('by nobody is 4025, in bad base64 4026', async () => {
      const { player, bet } = await bettor();
      const lines = [player.failedBet(bet, '100')];
      expectRefused(await ebet.batchRefund(lines, { signature: undefined }), 4025);
      expectRefused(await ebet.batchRefund(lines, { signature: 'no base64' }), 4026);
    });

    it('may have a username, which decides nothing', async () => {
      const { player, bet } = await bettor();
      const answered = await ebet.batchRefund([player.failedBet(bet, '100')], { username: 'somebody-else' });
      expectBatch(answered, [player, '100', [bet, 200]]);
    });
  });

  describe('with a timestamp', () => {
    for (const minutes of [-11, 11]) {
      it(`${minutes} minutes away is 4026 and gives nothing back`, async () => {
        const { player, bet } = await bettor();
        const timestamp = Date.now() + minutes * MINUTE;
        expectRefused(await ebet.batchRefund([player.failedBet(bet, '100')], { timestamp }), 4026);
        await player.expectLedger('900.00', 'BET -100.00');
      });
    }

    for (const minutes of [-9, 9]) {
      it(`${minutes} minutes away is accepted`, async () => {
        const { player, bet } = await bettor();
        const timestamp = Date.now() + minutes * MINUTE;
        expectBatch(await ebet.batchRefund([player.failedBet(bet, '100')], { timestamp }), [player, '100', [bet, 200]]);
      });
    }

    it('is judged by the tolerance of its channel', async () => {
      const yen = new Ebet(system, 3, 'JPY');
      const player = await yen.player('1000');
      const bet = await player.makes(1, '-100');
      const timestamp = Date.now() - 600 * MINUTE;
      expectBatch(await yen.batchRefund([player.failedBet(bet, '100')], { timestamp }), [player, '100', [bet, 200]]);
    });
  });

  for (const [what, more, status] of [
    ['for another event', { event: 'refundSingleWallet' }, 4025],
    ['without event', { event: undefined }, 4025],
    ['without seqNo', { seqNo: undefined }, 4025],
    ['with an empty seqNo', { seqNo: '' }, 4025],
    ['without timestamp', { timestamp: undefined }, 4025],
    ['without a list', { batchRefundList: undefined }, 4025],
    ['with an empty list', { batchRefundList: [] }, 4025],
    ['with more than 1,000 lines', { batchRefundList: Array<null>(1001).fill(null) }, 4025],
    ['in another currency', { currency: 'THB' }, 4025],
    ['with a negative threshold', { refundThreshold: -1 }, 4025],
    ['with a threshold too small to read', { refundThreshold: number('1e-999') }, 4025],
    ['with a threshold of too many decimals', { refundThreshold: number(`99.${'9'.repeat(80)}`) }, 4025],
    ['with an object for a list', { batchRefundList: {} }, 4030],
    ['with a text for a threshold', { refundThreshold: '100' }, 4030],
    ['with a number for a username', { username: 5 }, 4030],
    ['of a channel that is not configured', { channelId: 99 }, 202],
    ['with a text for a channelId', { channelId: '1' }, 4030],
  ] as const) {
    it(`${what} is ${status} and gives nothing back`, async () => {
      const { player, bet } = await bettor();
      const answered = await ebet.batchRefund([player.failedBet(bet, '100')], more);
      expectRefused(answered, status);
      await player.expectLedger('900.00', 'BET -100.00');
    });
  }

  describe('in groups', () => {
    it('of a player and a round each, in the order of the list', async () => {
      const [one, two] = [await ebet.player(), await ebet.player()];
      const other = { roundCode: ' another round' };
      const a = await one.makes(1, '-1');
      const b = await two.makes(1, '-2');
      const c = await one.makes(1, '-4', { detail: other });
      const d = await one.makes(1, '-8');
      const answered = await ebet.batchRefund([
        two.failedBet(b, '2'),
        one.failedBet(a, '1'),
        one.failedBet(c, '4', other),
        one.failedBet(d, '8'),
      ]);
      expectAnswer(answered, {
        status: 200,
        refundResultList: [
          groupOf([two, '2', [b, 200]]),
          groupOf([one, '9', [a, 200], [d, 200]]),
          groupOf([one, '4', [c, 200]], other.roundCode),
        ],
      });
    });

    it('that no separator in a name or round can mix up', async () => {
      const [one, two] = [await ebet.player(), await ebet.player()];
      const lines = [
        one.failedBet(fresh('bet'), '1', { roundCode: '","x' }),
        two.failedBet(fresh('bet'), '1', { username: `${one.name}","`, roundCode: 'x' }),
      ];
      const { json } = await ebet.batchRefund(lines);
      expect((json.refundResultList as object[]).length).to.equal(2);
    });

    it('also of lines without a roundCode, which is not compared', async () => {
      const { player, bet } = await bettor();
      const answered = await ebet.batchRefund([player.failedBet(bet, '100', { roundCode: undefined })]);
      const refundResultList = [groupOf([player, '100', [bet, 200]], '')];
      expectAnswer(answered, { status: 200, refundResultList });
    });

    it('that have an empty list and 0 if all of their lines failed', async () => {
      const { player, bet } = await bettor();
      const stranger = ebet.stranger();
      const answered = await ebet.batchRefund([
        stranger.failedBet(fresh('bet'), '5'),
        player.failedBet(bet, '99'),
        player.failedBet(fresh('bet'), '1'),
      ]);
      expectBatch(answered, [stranger, '0'], [player, '0']);
      await player.expectLedger('900.00', 'BET -100.00');
      await stranger.expectLedger('no account');
    });

    it('with the name as it was sent: a player in capitals is the same player', async () => {
      const { player, bet } = await bettor();
      const username = player.name.toUpperCase();
      const answered = await ebet.batchRefund([player.failedBet(bet, '100', { username })]);
      const refundResultList = [groupOf([player, '100', [bet, 200]], player.round, username)];
      expectAnswer(answered, { status: 200, refundResultList });
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });
  });

  describe('line by line', () => {
    it('refunds what it can, whatever the others are', async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const good = await player.makes(1, '-100');
      const cheap = await player.makes(1, '-10');
      const award = await player.makes(6, '5');
      const refunded = await player.makes(1, '-20');
      await player.refund([player.line(refunded, '-20')]);
      const settled = await player.makes(1, '-30');
      const betList = [{ seqNo: settled, betMoney: 30 }];
      await player.makes(2, '0', { detail: { roundCode: player.round, betList } });
      const theirs = await other.makes(1, '-40');
      const held = await player.makes(27, '-50');
      await player.makes(28, '1', { detail: { withHoldingList: [{ seqNo: held, refund: 1 }] } });
      const twice = await player.makes(1, '-60');
      const declined = (await player.increaseCredit(1, '-99999')).sent.seqNo as string;
      const never = fresh('bet');

      const answered = await ebet.batchRefund([
        player.failedBet(never, '1'),
        player.failedBet(good, '100'),
        player.failedBet(cheap, '10.01'),
        player.failedBet(award, '5'),
        player.failedBet(refunded, '19'),
        player.failedBet(settled, '30'),
        player.failedBet(theirs, '40'),
        player.failedBet(held, '50'),
        player.failedBet(twice, '60'),
        player.failedBet(twice, '60'),
        player.failedBet(declined, '99999'),
      ]);

      expectBatch(answered, [player, '240', [good, 200], [refunded, 209], [twice, 200], [twice, 209]]);
      const records = (await player.movements()).filter(({ kind }) => kind === Kind.REFUND).map(({ amount }) => amount);
      expect(records).to.deep.equal(['20.00', '100.00', '60.00']);
      expect(await system.clients.balance(player.name)).to.equal('916.00');
      await other.expectLedger('960.00', 'BET -40.00');
      expectCredit(await player.increaseCredit(1, '-1', { seqNo: never }), 209, '916');
    });

    it('counts what is refunded already with what it gave back, whatever the line says', async () => {
      const { player, bet } = await bettor();
      expectBatch(await ebet.batchRefund([player.failedBet(bet, '100')]), [player, '100', [bet, 200]]);
      for (const money of ['100', '7', '100000', '-100', '0', '"100"', 'null']) {
        const answered = await ebet.batchRefund([player.failedBet(bet, money)]);
        expectBatch(answered, [player, '100', [bet, 209]]);
      }
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    for (const [what, money] of [
      ['negative', '-100'],
      ['zero', '0'],
      ['of text', '"100"'],
      ['absent', 'null'],
      ['with too many decimals', '100.001'],
      ['beyond 18 digits', '1e30'],
      ['of another sum', '100.01'],
    ] as const) {
      it(`leaves out a bet whose amount is ${what}`, async () => {
        const { player, bet } = await bettor();
        const good = await player.makes(1, '-1');
        const answered = await ebet.batchRefund([player.failedBet(bet, money), player.failedBet(good, '1')]);
        expectBatch(answered, [player, '1', [good, 200]]);
        await player.expectLedger('900.00', 'BET -100.00', 'BET -1.00', 'REFUND 1.00');
      });
    }

    for (const [what, change] of [
      ['without seqNo', { seqNo: undefined }],
      ['with a number for a seqNo', { seqNo: 7 }],
      ['with a seqNo of 129 characters', { seqNo: 's'.repeat(129) }],
      ['with a seqNo that is not ASCII', { seqNo: '注单' }],
      ['with a roundCode that is no text', { roundCode: 5 }],
    ] as const) {
      it(`has a line ${what} for one that failed, alone`, async () => {
        const { player, bet } = await bettor();
        const malformed = player.failedBet('never-seen', '1', { roundCode: 'of the malformed', ...change });
        const { json, http } = await ebet.batchRefund([malformed, player.failedBet(bet, '100')]);
        expect(http).to.equal(200);
        const groups = json.refundResultList as { refundTotalMoney: number; sucRefundSeqNoList: object[] }[];
        expect(groups.map(({ refundTotalMoney }) => refundTotalMoney)).to.deep.equal([0, 100]);
        expect(groups[0]?.sucRefundSeqNoList).to.deep.equal([]);
        await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
      });
    }

    for (const [what, username] of [
      ['no username', undefined],
      ['a username that is a number', 5],
      ['an empty username', ''],
      ['a username of 65 characters', 'n'.repeat(65)],
      ['a username with a control character', 'a\u0007'],
      ['a username that lower case makes longer than 64', 'İ'.repeat(64)],
    ] as const) {
      it(`has a line with ${what} for one that failed, alone`, async () => {
        const { player, bet } = await bettor();
        const malformed = player.failedBet(fresh('bet'), '1', { username });
        const answered = await ebet.batchRefund([player.failedBet(bet, '100'), malformed]);
        const echoed = typeof username === 'string' ? username : '';
        expectAnswer(answered, {
          status: 200,
          refundResultList: [groupOf([player, '100', [bet, 200]]), groupOf([player, '0'], player.round, echoed)],
        });
      });
    }

    for (const line of [null, 5, 'bet', []] as const) {
      it(`has ${JSON.stringify(line)} in the list for a line that failed, alone`, async () => {
        const { player, bet } = await bettor();
        const answered = await ebet.batchRefund([line, player.failedBet(bet, '100')]);
        const failed = groupOf([player, '0'], '', '');
        const refundResultList = [failed, groupOf([player, '100', [bet, 200]])];
        expectAnswer(answered, { status: 200, refundResultList });
      });
    }

    it('answers also if all lines are malformed', async () => {
      const answered = await ebet.batchRefund([null, {}]);
      const failed = { username: '', roundCode: '', refundTotalMoney: 0, sucRefundSeqNoList: [] };
      expectAnswer(answered, { status: 200, refundResultList: [failed] });
      await system.gateway.prints('"why":"no line of batchRefundList is well formed"');
    });

    it('refunds a settled bet on a channel that says so', async () => {
      const { player } = await bettor();
      const second = new Ebet(system, 2);
      const on = { channelId: 2 };
      const bet = await player.makes(1, '-30', on);
      const betList = [{ seqNo: bet, betMoney: 30 }];
      await player.makes(2, '0', { ...on, detail: { roundCode: player.round, betList } });
      expectBatch(await second.batchRefund([player.failedBet(bet, '30')]), [player, '30', [bet, 200]]);
    });

    it('knows the bets of its own channel only', async () => {
      const { player, bet } = await bettor();
      expectBatch(await new Ebet(system, 2).batchRefund([player.failedBet(bet, '100')]), [player, '0']);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('goes on for a frozen player, and while the channel takes no new stakes', async () => {
      const { player, bet } = await bettor();
      await player.isFrozen();
      const { accounts } = system.clients;
      const maintain = (maintenance: boolean) =>
        call((done) => accounts.setMaintenance({ channel: 'ebet/1', maintenance, note: '' }, done));
      await maintain(true);
      const answered = await ebet.batchRefund([player.failedBet(bet, '100')]);
      await maintain(false);
      expectBatch(answered, [player, '100', [bet, 200]]);
    });
  });

  describe('with a threshold', () => {
    /** Whether a bet of 100 is refunded and a bet never seen of as much is blocked, with this threshold. */
    async function under(threshold: string): Promise<{ refunded: boolean; blocked: boolean }> {
      const { player, bet } = await bettor();
      const never = fresh('bet');
      const lines = [player.failedBet(bet, '100'), player.failedBet(never, '100')];
      const answered = await ebet.batchRefund(lines, { refundThreshold: number(threshold) });
      const balance = await system.clients.balance(player.name);
      if (balance === '1000.00') expectBatch(answered, [player, '100', [bet, 200]]);
      else expectBatch(answered, [player, '0']);
      const late = await player.increaseCredit(1, '-100', { seqNo: never });
      return { refunded: balance === '1000.00', blocked: late.json.status === 209 };
    }

    for (const threshold of ['100', '100.00', '1.0E2', '100.0001', '100.001', '1e30', '1e59', 'null']) {
      it(`of ${threshold} a line of 100 is not above`, async () => {
        expect(await under(threshold)).to.deep.equal({ refunded: true, blocked: true });
      });
    }

    for (const threshold of ['99.99', '99.9999', '99', '0', '0.00', '1e-9', `0.${'0'.repeat(50)}1`]) {
      it(`of ${threshold} a line of 100 is left alone: neither refunded nor blocked`, async () => {
        expect(await under(threshold)).to.deep.equal({ refunded: false, blocked: false });
      });
    }

    for (const [money, status] of [
      ['100.001', 200],
      ['1e30', 200],
      ['1e99', 200],
      ['99.999', 209],
      ['-1e30', 209],
      ['-101', 209],
    ] as const) {
      it(`of 100 a bet never seen, of ${money} in its line, ${status === 200 ? 'is left alone' : 'is blocked'}`, async () => {
        const [player, never] = [await ebet.player(), fresh('bet')];
        expectBatch(await ebet.batchRefund([player.failedBet(never, money)], { refundThreshold: 100 }), [player, '0']);
        expect((await player.increaseCredit(1, '-100', { seqNo: never })).json.status).to.equal(status);
      });
    }

    it('judges line by line, by what the line says', async () => {
      const player = await ebet.player();
      const [small, large] = [await player.makes(1, '-10'), await player.makes(1, '-100')];
      const lines = [player.failedBet(small, '10'), player.failedBet(large, '100')];
      const answered = await ebet.batchRefund(lines, { refundThreshold: 50 });
      expectBatch(answered, [player, '10', [small, 200]]);
      expectBatch(await ebet.batchRefund(lines), [player, '110', [small, 209], [large, 200]]);
    });

    it('does not list a refunded bet that is above it', async () => {
      const { player, bet } = await bettor();
      await ebet.batchRefund([player.failedBet(bet, '100')]);
      expectBatch(await ebet.batchRefund([player.failedBet(bet, '100')], { refundThreshold: 50 }), [player, '0']);
    });

    it('has the decimals of the currency', async () => {
      const yen = new Ebet(system, 3, 'JPY');
      const player = await yen.player('1000');
      const [at, above] = [await player.makes(1, '-100'), await player.makes(1, '-101')];
      const lines = [player.failedBet(at, '100'), player.failedBet(above, '101')];
      const answered = await yen.batchRefund(lines, { refundThreshold: number('100.99') });
      expectBatch(answered, [player, '100', [at, 200]]);
    });
  });

  describe('sent again', () => {
    it('gets the first answer byte for byte, also after what would change it', async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const [bet, twice] = [await player.makes(1, '-100'), await player.makes(1, '-7')];
      const never = fresh('bet');
      const first = await ebet.batchRefund([
        player.failedBet(bet, '100'),
        other.failedBet(never, '5'),
        player.failedBet(twice, '7'),
        player.failedBet(twice, '7'),
        null,
      ]);
      await other.increaseCredit(1, '-5', { seqNo: never });
      await player.makes(6, '1');
      expect((await ebet.again(first)).text).to.equal(first.text);
      await player.expectLedger('1001.00', 'BET -100.00', 'BET -7.00', 'REFUND 100.00', 'REFUND 7.00', 'BONUS 1.00');
    });

    it('with a new timestamp and signature gets it too', async () => {
      const { player, bet } = await bettor();
      const lines = [player.failedBet(bet, '100')];
      const seqNo = fresh('batch');
      const first = await ebet.batchRefund(lines, { seqNo });
      const again = await ebet.batchRefund(lines, { seqNo, timestamp: Date.now() + 1000 });
      expect(again.text).to.equal(first.text);
    });

    it('with another list is 4025 and moves nothing', async () => {
      const { player, bet } = await bettor();
      const seqNo = fresh('batch');
      const second = await player.makes(1, '-5');
      await ebet.batchRefund([player.failedBet(bet, '100')], { seqNo });
      for (const list of [
        [player.failedBet(second, '5')],
        [player.failedBet(bet, '100'), player.failedBet(second, '5')],
        [player.failedBet(bet, '99')],
        [player.failedBet(bet, '100', { username: 'another' })],
      ]) {
        expectRefused(await ebet.batchRefund(list, { seqNo }), 4025);
      }
      await player.expectLedger('995.00', 'BET -100.00', 'BET -5.00', 'REFUND 100.00');
    });

    it('under the seqNo of a movement is a request of its own', async () => {
      const { player, bet } = await bettor();
      const answered = await ebet.batchRefund([player.failedBet(bet, '100')], { seqNo: bet });
      expectBatch(answered, [player, '100', [bet, 200]]);
    });
  });

  describe('of a bet never seen', () => {
    it('blocks it: late it is 209, now and when it is sent again', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      expectBatch(await ebet.batchRefund([player.failedBet(seqNo, '100')]), [player, '0']);
      const late = await player.increaseCredit(1, '-100', { seqNo });
      expectCredit(late, 209, '1000');
      expect((await ebet.again(late)).text).to.equal(late.text);
      expectBatch(await ebet.batchRefund([player.failedBet(seqNo, '100')]), [player, '0']);
      await player.expectLedger('1000.00', 'BET -100.00 refused: BLOCKED');
    });

    it("blocks it for this player only: another's bet under that seqNo is his own", async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const seqNo = fresh('bet');
      await ebet.batchRefund([player.failedBet(seqNo, '100')]);
      expectCredit(await other.increaseCredit(1, '-100', { seqNo }), 200, '900', '1000');
    });
  });

  describe('at the same moment', () => {
    it('two batches for one bet give one credit', async () => {
      const { player, bet } = await bettor();
      const lines = [player.failedBet(bet, '100')];
      const answers = await Promise.all([ebet.batchRefund(lines), ebet.batchRefund(lines)]);
      const statuses = answers.map(({ json }) => {
        const [group] = json.refundResultList as {
          refundTotalMoney: number;
          sucRefundSeqNoList: [{ status: number }];
        }[];
        expect(group?.refundTotalMoney).to.equal(100);
        return group?.sucRefundSeqNoList[0].status;
      });
      expect(statuses.sort()).to.deep.equal([200, 209]);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('a batch and a refundSingleWallet for one bet give one credit', async () => {
      const { player, bet } = await bettor();
      await Promise.all([
        ebet.batchRefund([player.failedBet(bet, '100')]),
        player.refund([player.line(bet, '-100')]),
        ebet.batchRefund([player.failedBet(bet, '100')]),
      ]);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('twenty copies get one answer', async () => {
      const { player, bet } = await bettor();
      const more = { seqNo: fresh('batch'), timestamp: Date.now() };
      const copies = Array.from({ length: 20 }, () => ebet.batchRefund([player.failedBet(bet, '100')], more));
      const texts = (await Promise.all(copies)).map(({ text }) => text);
      expect(new Set(texts).size).to.equal(1);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });

    it('the bets themselves never stand', async () => {
      const player = await ebet.player();
      const seqNos = Array.from({ length: 10 }, () => fresh('bet'));
      await Promise.all([
        ...seqNos.map((seqNo) => player.increaseCredit(1, '-1', { seqNo })),
        ebet.batchRefund(seqNos.map((seqNo) => player.failedBet(seqNo, '1'))),
      ]);
      expect(await system.clients.balance(player.name)).to.equal('1000.00');
    });
  });

  it('and refundSingleWallet each know what the other refunded', async () => {
    const player = await ebet.player();
    const [first, second] = [await player.makes(1, '-1'), await player.makes(1, '-2')];
    await ebet.batchRefund([player.failedBet(first, '1')]);
    expectRefund(await player.refund([player.line(first, '-1')]), ['998', '998', '0'], [first, 209]);
    await player.refund([player.line(second, '-2')]);
    expectBatch(await ebet.batchRefund([player.failedBet(second, '2')]), [player, '2', [second, 209]]);
  });

  it('takes 1,000 lines of several players in one call', async () => {
    const players = [await ebet.player('0.00'), await ebet.player('0.00'), await ebet.player('5.00')] as const;
    const bet = await players[2].makes(1, '-5');
    const lines = Array.from({ length: 999 }, (_, n) => players[n % 2 === 0 ? 0 : 1].failedBet(fresh('bet'), '1'));
    const answered = await ebet.batchRefund([...lines, players[2].failedBet(bet, '5')]);
    expectBatch(answered, [players[0], '0'], [players[1], '0'], [players[2], '5', [bet, 200]]);
    expect((await ebet.again(answered)).text).to.equal(answered.text);
  });

  it('is kept with what it caused', async () => {
    const { player, bet } = await bettor();
    const { body } = await ebet.batchRefund([player.failedBet(bet, '100')]);
    const { movementId = '' } = (await player.movements()).at(-1) ?? {};
    const { queries } = system.clients;
    const kept = await call<{ request: Buffer }>((done) => queries.getMovement({ movementId }, done));
    expect(kept.request.toString()).to.equal(body);
  });

  it('is POST only', async () => {
    const response = await fetch(`${system.url}/autoBatchRefund`);
    expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('is 4003 without wallet-core; sent again when it is back, it refunds once', async () => {
    const { player, bet } = await bettor();
    await system.core.stop('SIGKILL');
    const busy = await ebet.batchRefund([player.failedBet(bet, '100')]);
    expectRefused(busy, 4003);
    await system.startCore(system.clients.address);
    let again = await ebet.again(busy);
    while (again.json.status === 4003) again = await ebet.again(busy);
    expectBatch(again, [player, '100', [bet, 200]]);
    await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
  });
});
