import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { Command, PostBatchResponse } from '../../proto/gen/wallet/v1/posting.js';
import { call, MOVEMENT, System } from '../system.js';
import { Ebet, expectAnswer, fresh, number, textOf, type Answered, type Fields, type Player } from './ebet.js';

/** What a line says beside the time: 200 unless told otherwise, in the player's own round. */
interface Line {
  readonly seqNo: string;
  readonly type: number;
  readonly money: string;
  readonly before: string;
  readonly after: string;
  readonly status?: number;
  readonly round?: string;
}

/** The whole answer has these lines and no others, in this order. */
function expectRecords(answered: Answered, player: Player, ...lines: readonly Line[]): void {
  const username = textOf(answered.sent.username);
  const times = (answered.json.creditRecord as { creditTime?: number }[]).map(({ creditTime }) => creditTime ?? 0);
  const creditRecord = lines.map(({ seqNo, type, money, before, after, status = 200, round }, index) => ({
    querySeqNo: seqNo,
    type,
    username,
    roundCode: round ?? player.round,
    status,
    creditTime: times[index] ?? 0,
    moneyBefore: number(before),
    moneyAfter: number(after),
    money: number(money),
  }));
  expectAnswer(answered, { username, status: 200, creditRecord });
}

/** A query that found out nothing. */
function expectRefused(answered: Answered, status: number): void {
  expectAnswer(answered, { username: textOf(answered.sent.username), status, creditRecord: [] });
}

const seqNosOf = ({ json }: Answered) =>
  (json.creditRecord as { querySeqNo: string }[]).map(({ querySeqNo }) => querySeqNo);
const timesOf = ({ json }: Answered) => (json.creditRecord as { creditTime: number }[]).map((line) => line.creditTime);
const MINUTE = 60_000;

describe('queryIncreaseCreditRecord', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY', timestampToleranceMinutes: 1440 },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  it('tells what was recorded under seqNos, in the order asked, with money signed', async () => {
    const player = await ebet.player('1000.01');
    const bet = await player.makes(1, '-100.1');
    const payout = await player.makes(2, '250.50');
    const lost = await player.makes(2, '0', { detail: { roundCode: ' another round' } });
    expectRecords(
      await player.queryRecords([lost, payout, bet]),
      player,
      { seqNo: lost, type: 2, money: '0', before: '1150.41', after: '1150.41', round: ' another round' },
      { seqNo: payout, type: 2, money: '250.5', before: '899.91', after: '1150.41' },
      { seqNo: bet, type: 1, money: '-100.1', before: '1000.01', after: '899.91' },
    );
  });

  it('has the time of the first answer, also after repeats', async () => {
    const player = await ebet.player();
    const first = await player.increaseCredit(1, '-100');
    await ebet.again(first);
    const answered = await player.queryRecords([textOf(first.sent.seqNo)]);
    expect(timesOf(answered)).to.deep.equal([first.json.timestamp]);
  });

  it('tells each seqNo once, however often it is asked for', async () => {
    const player = await ebet.player();
    const [a, b] = [await player.makes(1, '-1'), await player.makes(1, '-2')];
    expect(seqNosOf(await player.queryRecords([b, a, b, a, a]))).to.deep.equal([b, a]);
  });

  it('leaves out what is not known, and is empty if nothing is', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-1');
    expect(seqNosOf(await player.queryRecords([fresh('bet'), bet, fresh('bet')]))).to.deep.equal([bet]);
    expectRecords(await player.queryRecords([fresh('bet')]), player);
    expectRecords(await ebet.stranger().queryRecords([bet]), player);
  });

  it('leaves out what can be no seqNo', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-1');
    const querySeqNo = ['', '注单', 's'.repeat(129), bet, '\t', ''].join(',');
    expect(seqNosOf(await player.queryRecords([], { querySeqNo }))).to.deep.equal([bet]);
    expectRecords(await player.queryRecords([], { querySeqNo: ',' }), player);
  });

  it('tells what a platform posted on the channel with a type of its own as type 0', async () => {
    const [player, reference] = [await ebet.player(), fresh('platform')];
    const movement = { playerId: player.name, amount: '-1.00', reference, round: player.round, providerType: '007' };
    await system.clients.post(movement, ebet.channel);
    const line = { seqNo: reference, type: 0, money: '-1', before: '1000', after: '999' };
    expectRecords(await player.queryRecords([reference]), player, line);
  });

  it('takes seqNos as they are, with spaces and bars', async () => {
    const player = await ebet.player();
    const odd = [fresh(' 1|2 3'), fresh('a|b')];
    for (const seqNo of odd) await player.makes(1, '-1', { seqNo });
    expect(seqNosOf(await player.queryRecords(odd))).to.deep.equal(odd);
    expect(seqNosOf(await player.queryRecords([odd[0]?.trim() ?? '']))).to.deep.equal([]);
  });

  it("leaves out another player's, also in a round that they share", async () => {
    const [player, other] = [await ebet.player(), await ebet.player()];
    const shared = { detail: { roundCode: fresh('shared round') } };
    const mine = await player.makes(1, '-1', shared);
    const theirs = await other.makes(1, '-2', shared);
    const also = await player.makes(2, '3', shared);
    expect(seqNosOf(await player.queryRecords([theirs, mine]))).to.deep.equal([mine]);
    const round = await player.queryRecords([], { roundCode: shared.detail.roundCode });
    expect(seqNosOf(round)).to.deep.equal([mine, also]);
  });

  it("leaves out another channel's, also of a round and seqNo of the same name", async () => {
    const player = await ebet.player();
    const seqNo = await player.makes(1, '-1');
    const elsewhere = await player.makes(1, '-2', { channelId: 2 });
    const answered = await player.queryRecords([seqNo, elsewhere]);
    expect(seqNosOf(answered)).to.deep.equal([seqNo]);
    expect(seqNosOf(await player.queryRecords([]))).to.deep.equal([seqNo]);
    expect(seqNosOf(await player.queryRecords([seqNo, elsewhere], { channelId: 2 }))).to.deep.equal([elsewhere]);
    await player.makes(1, '-5', { seqNo, channelId: 2 });
    expect(seqNosOf(await player.queryRecords([], { channelId: 2 }))).to.deep.equal([elsewhere, seqNo]);
  });

  it('is for the player in whatever case his name comes, and echoes it as it was sent', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-1');
    const answered = await player.queryRecords([bet], { username: player.name.toUpperCase() });
    expectRecords(answered, player, { seqNo: bet, type: 1, money: '-1', before: '1000', after: '999' });
  });

  describe('of refused stakes', () => {
    it('tells why, with the balance of the time', async () => {
      const player = await ebet.player('50.00');
      const refused = async (more: Fields = {}) =>
        textOf((await player.increaseCredit(1, '-100', more)).sent.seqNo ?? null);
      const poor = await refused();
      await player.isFrozen();
      const frozen = await refused();
      await player.isUnfrozen();
      const { accounts } = system.clients;
      const maintain = (maintenance: boolean) =>
        call((done) => accounts.setMaintenance({ channel: 'ebet/1', maintenance, note: '' }, done));
      await maintain(true);
      const maintained = await refused();
      await maintain(false);
      const blocked = fresh('bet');
      await player.refund([player.line(blocked, '-100')]);
      await refused({ seqNo: blocked });
      await player.deposits('1000.00');
      const line = { type: 1, money: '-100', before: '50', after: '50' };
      expectRecords(
        await player.queryRecords([poor, frozen, maintained, blocked]),
        player,
        { ...line, seqNo: poor, status: 1003 },
        { ...line, seqNo: frozen, status: 4029 },
        { ...line, seqNo: maintained, status: 505 },
        { ...line, seqNo: blocked, status: 209 },
      );
      expect(seqNosOf(await player.queryRecords([]))).to.deep.equal([poor, frozen, maintained, blocked]);
    });

    it('tells those of somebody without an account', async () => {
      const stranger = ebet.stranger();
      const seqNo = textOf((await stranger.increaseCredit(1, '-1')).sent.seqNo);
      const line = { seqNo, type: 1, money: '-1', before: '0', after: '0', status: 4037 };
      expectRecords(await stranger.queryRecords([seqNo]), stranger, line);
      expectRecords(await stranger.queryRecords([]), stranger, line);
    });
  });

  describe('of refused settlements', () => {
    /** A return of 5 of a withholding that is not there yet, sent twice. */
    async function refusedTwice(player: Player): Promise<{ held: string; sent: Answered; seqNo: string }> {
      const held = fresh('held');
      const detail = { roundCode: player.round, withHoldingList: [{ seqNo: held, refund: 5 }] };
      const first = await player.increaseCredit(28, '5', { detail });
      expect(first.json.status).to.equal(206);
      await player.makes(6, '1');
      const sent = await ebet.again(first);
      expect(sent.json.status).to.equal(206);
      return { held, sent, seqNo: textOf(sent.sent.seqNo) };
    }

    it('tells the newest attempt', async () => {
      const player = await ebet.player();
      const { sent, seqNo } = await refusedTwice(player);
      const line = { seqNo, type: 28, money: '5', before: '1001', after: '1001', status: 206 };
      const answered = await player.queryRecords([seqNo]);
      expectRecords(answered, player, line);
      expect(timesOf(answered)).to.deep.equal([sent.json.timestamp]);
      const round = await player.queryRecords([]);
      expect(seqNosOf(round).filter((each) => each === seqNo)).to.deep.equal([seqNo]);
      expect(timesOf(round)[seqNosOf(round).indexOf(seqNo)]).to.equal(sent.json.timestamp);
    });

    it('tells why the newest was refused, though the one before was for another reason', async () => {
      const player = await ebet.player();
      const { held, sent, seqNo } = await refusedTwice(player);
      await player.makes(27, '-4', { seqNo: held });
      expect((await ebet.again(sent)).json.status).to.equal(207);
      const line = { seqNo, type: 28, money: '5', before: '997', after: '997', status: 207 };
      expectRecords(await player.queryRecords([seqNo]), player, line);
    });

    it('tells of no attempt once it was accepted', async () => {
      const player = await ebet.player();
      const { held, sent, seqNo } = await refusedTwice(player);
      await player.makes(27, '-50', { seqNo: held });
      const accepted = await ebet.again(sent);
      expect(accepted.json.status).to.equal(200);
      const answered = await player.queryRecords([seqNo]);
      expectRecords(answered, player, { seqNo, type: 28, money: '5', before: '951', after: '956' });
      expect(timesOf(answered)).to.deep.equal([accepted.json.timestamp]);
      const round = await player.queryRecords([]);
      expect(seqNosOf(round).slice(-2)).to.deep.equal([held, seqNo]);
    });

    it('tells a correction that took more than there was', async () => {
      const player = await ebet.player('5.00');
      const seqNo = textOf((await player.increaseCredit(37, '-9')).sent.seqNo);
      const line = { seqNo, type: 37, money: '-9', before: '5', after: '5', status: 1003 };
      expectRecords(await player.queryRecords([seqNo]), player, line);
    });

    it("leaves out a player's attempt under what another player's movement holds", async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const { seqNo } = await refusedTwice(player);
      await other.makes(6, '1', { seqNo });
      expect(seqNosOf(await player.queryRecords([seqNo]))).to.deep.equal([]);
      expect(seqNosOf(await other.queryRecords([seqNo]))).to.deep.equal([seqNo]);
    });
  });

  describe('of refunds', () => {
    it('tells a bet that was refunded since as 209, by either call, and the refund not at all', async () => {
      const player = await ebet.player();
      const [single, batch] = [await player.makes(1, '-100'), await player.makes(1, '-10')];
      const request = await player.refund([player.line(single, '-100')]);
      await ebet.batchRefund([player.failedBet(batch, '10')]);
      const lines = [
        { seqNo: single, type: 1, money: '-100', before: '1000', after: '900', status: 209 },
        { seqNo: batch, type: 1, money: '-10', before: '900', after: '890', status: 209 },
      ];
      expectRecords(await player.queryRecords([single, batch, textOf(request.sent.seqNo)]), player, ...lines);
      expectRecords(await player.queryRecords([]), player, ...lines);
    });

    it('tells a bet under the seqNo of the refund request all the same', async () => {
      const player = await ebet.player();
      const seqNo = await player.makes(1, '-100');
      await player.refund([player.line(seqNo, '-100')], { seqNo });
      const line = { seqNo, type: 1, money: '-100', before: '1000', after: '900', status: 209 };
      expectRecords(await player.queryRecords([]), player, line);
    });

    it('tells a withholding of which a part came back as 200', async () => {
      const player = await ebet.player();
      const held = await player.makes(27, '-50');
      await player.makes(11, '20', { detail: { roundCode: player.round, withHoldingSeqNo: held } });
      const line = { seqNo: held, type: 27, money: '-50', before: '1000', after: '950' };
      expectRecords(await player.queryRecords([held]), player, line);
    });

    it('leaves out what is merely blocked, and tells it as 209 once it came', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      await ebet.batchRefund([player.failedBet(seqNo, '100')]);
      expectRecords(await player.queryRecords([seqNo]), player);
      expectRecords(await player.queryRecords([]), player);
      await player.increaseCredit(1, '-100', { seqNo });
      const line = { seqNo, type: 1, money: '-100', before: '1000', after: '1000', status: 209 };
      expectRecords(await player.queryRecords([seqNo]), player, line);
      expectRecords(await player.queryRecords([]), player, line);
    });
  });

  describe('of a round', () => {
    for (const [what, querySeqNo] of [
      ['an empty list', ''],
      ['null', null],
      ['no list', undefined],
    ] as const) {
      it(`is asked for with ${what}, and told by time`, async () => {
        const player = await ebet.player();
        const seqNos = [await player.makes(1, '-1'), await player.makes(1, '-2'), await player.makes(2, '5')];
        await player.makes(1, '-4', { detail: { roundCode: fresh('another round') } });
        const answered = await player.queryRecords([], { querySeqNo });
        expect(seqNosOf(answered)).to.deep.equal(seqNos);
        expect(timesOf(answered)).to.deep.equal([...timesOf(answered)].sort((a, b) => a - b));
      });
    }

    it('is found with its spaces, which are never trimmed', async () => {
      const player = await ebet.player();
      const roundCode = ` ${fresh('round')}号`;
      const bet = await player.makes(1, '-1', { detail: { roundCode } });
      expect(seqNosOf(await player.queryRecords([], { roundCode }))).to.deep.equal([bet]);
      expect(seqNosOf(await player.queryRecords([], { roundCode: roundCode.trim() }))).to.deep.equal([]);
    });

    it('does not matter where seqNos are asked for', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-1');
      for (const roundCode of [undefined, null, '', 'of something else']) {
        expect(seqNosOf(await player.queryRecords([bet], { roundCode }))).to.deep.equal([bet]);
      }
    });

    it('of several players and thousands of records is told whole, and only his', async () => {
      const [player, other] = [await ebet.player('0.00'), await ebet.player('0.00')];
      const round = fresh('crowded round');
      const seqNos = Array.from({ length: 1200 }, (_, n) => `${round}-${n}`);
      const bets = seqNos.flatMap((seqNo) => [betOf(player, seqNo, round), betOf(other, `${seqNo}-of-another`, round)]);
      for (let n = 0; n < bets.length; n += 800) {
        const commands = bets.slice(n, n + 800);
        await call<PostBatchResponse>((done) => system.clients.posting.postBatch({ commands }, done));
      }
      const answered = await player.queryRecords([], { roundCode: round });
      expect(seqNosOf(answered)).to.deep.equal(seqNos);
      const listed = await player.queryRecords(seqNos.slice(0, 1000));
      expect(seqNosOf(listed)).to.deep.equal(seqNos.slice(0, 1000));
    });
  });

  function betOf(player: Player, reference: string, round: string): Command {
    const movement = { ...MOVEMENT, playerId: player.name, kind: Kind.BET, amount: '0', providerType: '1' };
    const value = { movements: [{ ...movement, reference, round }] };
    return { channel: ebet.channel, timeoutMs: 10_000, request: Buffer.alloc(0), body: { $case: 'movements', value } };
  }

  for (const [what, more, status] of [
    ['without seqNos and round', { querySeqNo: undefined, roundCode: undefined }, 4025],
    ['with both empty', { querySeqNo: '', roundCode: '' }, 4025],
    [
      'with more than 1,000 seqNos',
      { querySeqNo: Array.from({ length: 1001 }, (_, index) => `bet-${index}`).join(',') },
      4025,
    ],
    ['for another event', { event: 'increaseCredit' }, 4025],
    ['without event', { event: undefined }, 4025],
    ['without seqNo', { seqNo: undefined }, 4025],
    ['without username', { username: undefined }, 4025],
    ['without timestamp', { timestamp: undefined }, 4025],
    ['without signature', { signature: undefined }, 4025],
    ['with a number for a seqNo', { querySeqNo: 5 }, 4030],
    ['with a list of seqNos', { querySeqNo: ['bet'] }, 4030],
    ['with a number for a round', { roundCode: 5 }, 4030],
    ['of 11 minutes ago', { timestamp: Date.now() - 11 * MINUTE }, 4026],
    ['of an hour ahead', { timestamp: Date.now() + 60 * MINUTE }, 4026],
    ['with a wrong signature', { signature: 'AAAA' }, 4026],
    ['of a channel that is not configured', { channelId: 99 }, 202],
  ] as const) {
    it(`${what} is ${status} and tells nothing`, async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-1');
      expectRefused(await player.queryRecords([bet], more), status);
    });
  }

  it('signed for another player is 4026', async () => {
    const [player, other] = [await ebet.player(), await ebet.player()];
    const timestamp = Date.now();
    const signature = system.sign(`${other.name}${timestamp}`);
    expectRefused(await player.queryRecords([await player.makes(1, '-1')], { timestamp, signature }), 4026);
  });

  it('with another timestamp than was signed is 4026', async () => {
    const player = await ebet.player();
    const timestamp = Date.now();
    const signature = system.sign(`${player.name}${timestamp - 1}`);
    expectRefused(await player.queryRecords([await player.makes(1, '-1')], { timestamp, signature }), 4026);
  });

  it('is judged by the tolerance of its channel', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-1', { channelId: 2 });
    const timestamp = Date.now() - 600 * MINUTE;
    const answered = await player.queryRecords([bet], { timestamp, channelId: 2 });
    expect(seqNosOf(answered)).to.deep.equal([bet]);
  });

  it('records nothing', async () => {
    const player = await ebet.player();
    const seqNo = fresh('bet');
    await player.queryRecords([seqNo]);
    await player.expectLedger('1000.00');
    await player.makes(1, '-1', { seqNo });
  });

  it('is 4003 without wallet-core, and tells the same as before when it is back', async () => {
    const player = await ebet.player();
    const refused = textOf((await player.increaseCredit(1, '-5000')).sent.seqNo);
    const seqNos = [await player.makes(1, '-100'), refused];
    await player.refund([player.line(seqNos[0] ?? '', '-100')]);
    const first = [await player.queryRecords(seqNos), await player.queryRecords([])];
    await system.core.stop('SIGKILL');
    expectRefused(await player.queryRecords(seqNos), 4003);
    expectRefused(await player.queryRecords([]), 4003);
    await system.startCore(system.clients.address);
    for (const { sent, json } of first) {
      let again = await ebet.send('/queryIncreaseCreditRecord', sent);
      while (again.json.status === 4003) again = await ebet.again(again);
      expect(again.json.creditRecord).to.deep.equal(json.creditRecord);
    }
  });
});
