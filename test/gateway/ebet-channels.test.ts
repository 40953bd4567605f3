import { expect } from 'chai';
import { Kind, Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { failure } from '../wallet-core/core.js';
import {
  Ebet,
  expectAnswer,
  expectCredit,
  expectRefund,
  fresh,
  textOf,
  type Answered,
  type Fields,
  type Player,
} from './ebet.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The same player as another channel sees him. */
const as = (ebet: Ebet, { name }: Player): Player => ebet.named(name);

/** A payout that names a bet. */
const settles = (player: Player, seqNo: string, betMoney: number): Fields => ({
  detail: { roundCode: player.round, betList: [{ seqNo, betMoney, payout: 0 }] },
});

describe('eBET channels side by side', () => {
  let system: System;
  /** CNY; all policies as they are by default. */
  let first: Ebet;
  /** CNY; other policies. */
  let second: Ebet;
  /** THB; a day of tolerance. */
  let third: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY', publicKeys: ['first.pem'] },
      {
        channelId: 2,
        currency: 'CNY',
        publicKeys: ['second.pem'],
        timestampToleranceMinutes: 1,
        refundSettledBets: true,
        failedBets: 'self-refund',
      },
      { channelId: 3, currency: 'THB', publicKeys: ['third.pem'], timestampToleranceMinutes: 1440 },
    ]);
    first = new Ebet(system, 1, 'CNY', 'first.pem');
    second = new Ebet(system, 2, 'CNY', 'second.pem');
    third = new Ebet(system, 3, 'THB', 'third.pem');
  });
  after(() => system.stop());

  it('share the balance of a player in their currency', async () => {
    const player = await first.player();
    await player.makes(1, '-100');
    expectCredit(await as(second, player).increaseCredit(1, '-200'), 200, '700', '900');
    expect((await player.syncCredit()).json.money).to.equal(700);
  });

  it('have the balance of their own currency', async () => {
    const player = await first.player();
    const baht = as(third, player);
    expectCredit(await baht.increaseCredit(1, '-100'), 4037, '0');
    await baht.opens('50.00');
    expectCredit(await baht.increaseCredit(1, '-20'), 200, '30', '50');
    expectCredit(await player.increaseCredit(1, '-20'), 200, '980', '1000');
    expectCredit(await baht.increaseCredit(1, '-20', { currency: 'CNY' }), 4025, '30');
    expectCredit(await player.increaseCredit(1, '-20', { currency: 'THB' }), 4025, '980');
  });

  it('have seqNos of their own, for movements and for refunds', async () => {
    const player = await first.player();
    const other = as(second, player);
    const seqNo = fresh('bet');
    expectCredit(await player.increaseCredit(1, '-100', { seqNo }), 200, '900', '1000');
    expectCredit(await other.increaseCredit(1, '-200', { seqNo }), 200, '700', '900');
    const refund = { seqNo: fresh('refund') };
    expectRefund(await player.refund([player.line(seqNo, '-100')], refund), ['700', '800', '100'], [seqNo, 200]);
    expectRefund(await other.refund([other.line(seqNo, '-200')], refund), ['800', '1000', '200'], [seqNo, 200]);
  });

  it("neither refund, return nor tell of what is another channel's", async () => {
    const player = await first.player();
    const other = as(second, player);
    const [bet, withheld] = [await player.makes(1, '-100'), await player.makes(27, '-50')];
    expectRefund(await other.refund([other.line(bet, '-100')]), ['850', '850', '0'], [bet, 206]);
    expectCredit(await other.increaseCredit(11, '50', { detail: { withHoldingSeqNo: withheld } }), 206, '850');
    expect((await other.queryRecords([bet])).json.creditRecord).to.deep.equal([]);
    expect((await other.queryRecords([], { roundCode: player.round })).json.creditRecord).to.deep.equal([]);
    expectRefund(await player.refund([player.line(bet, '-100')]), ['850', '950', '100'], [bet, 200]);
    expectCredit(await player.increaseCredit(11, '50', { detail: { withHoldingSeqNo: withheld } }), 200, '1000', '950');
  });

  describe('have keys of their own:', () => {
    it("what is signed with one channel's key is 4026 on another, and moves nothing", async () => {
      const player = await first.player();
      const bet = await as(second, player).makes(1, '-100');
      const forged = as(new Ebet(system, 2, 'CNY', 'first.pem'), player);
      expectCredit(await forged.increaseCredit(1, '-100'), 4026, '0');
      expectAnswer(await forged.refund([forged.line(bet, '-100')]), { status: 4026, username: player.name });
      expect((await forged.queryRecords([bet])).json).to.include({ status: 4026 });
      expect((await player.syncCredit()).json.money).to.equal(900);
    });

    it('a call that one channel signed is 4026 when it is sent to another', async () => {
      const player = await first.player();
      const { sent } = await player.increaseCredit(1, '-100');
      expectCredit(await first.send('/increaseCredit', { ...sent, channelId: 2 }), 4026, '0');
      const refund = first.signed('/refundSingleWallet', player.refundRequest([player.line('bet', '-100')]));
      const replayed = await first.send('/refundSingleWallet', { ...refund, channelId: 2 });
      expectAnswer(replayed, { status: 4026, username: player.name });
    });
  });

  describe('have policies of their own:', () => {
    it('a bet that was paid out is 208 for its refund on one and refunded on the other', async () => {
      for (const [ebet, status, after] of [
        [first, 208, '1095'],
        [second, 200, '1195'],
      ] as const) {
        const player = await ebet.player();
        const bet = await player.makes(1, '-100');
        await player.makes(2, '195', settles(player, bet, 100));
        const moved = status === 200 ? '100' : '0';
        expectRefund(await player.refund([player.line(bet, '-100')]), ['1095', after, moved], [bet, status]);
      }
    });

    it('a failed bet awaits its refund on one and is refunded by the payout on the other', async () => {
      for (const [ebet, before] of [
        [first, '900'],
        [second, '1000'],
      ] as const) {
        const player = await ebet.player();
        const detail = { roundCode: player.round, betList: [{ betMoney: 100 }] };
        const bet = await player.makes(1, '-100', { detail });
        expectCredit(await player.increaseCredit(2, '0', settles(player, bet, 0)), 200, before);
      }
    });

    for (const [what, ebet, away, status] of [
      ['30 seconds old is good where a minute is allowed', () => second, -MINUTE / 2, 200],
      ['61 seconds old is 4026 where a minute is allowed', () => second, -MINUTE - 1000, 4026],
      ['2 minutes ahead is 4026 where a minute is allowed', () => second, 2 * MINUTE, 4026],
      ['9 minutes old is good by default', () => first, -9 * MINUTE, 200],
      ['11 minutes old is 4026 by default', () => first, -11 * MINUTE, 4026],
      ['23 hours old is good where a day is allowed', () => third, -23 * HOUR, 200],
      ['25 hours old is 4026 where a day is allowed', () => third, -25 * HOUR, 4026],
    ] as const) {
      it(`a refund or a query ${what}`, async () => {
        const player = await ebet().player();
        const bet = await player.makes(1, '-100');
        const timestamp = () => ({ timestamp: Date.now() + away });
        expect((await player.queryRecords([bet], timestamp())).json.status).to.equal(status);
        const refund = await player.refund([player.line(bet, '-100')], timestamp());
        expect(refund.json.status).to.equal(status);
        expect((await player.syncCredit()).json.money).to.equal(status === 200 ? 1000 : 900);
      });
    }

    it('a movement may be as old as it likes on all of them: its seqNo is signed', async () => {
      for (const ebet of [first, second, third]) {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(1, '-1', { timestamp: 1637308132650 }), 200, '999', '1000');
      }
    });
  });
});

describe('the keys of an eBET channel', () => {
  let system: System;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY', publicKeys: ['old.pem', 'new.pem'] },
      { channelId: 2, currency: 'CNY', publicKeys: ['old.pem'] },
    ]);
  });
  after(() => system.stop());

  it('are rotated: both are good at once, and after a restart without the old one only the new', async () => {
    const [old, renewed] = [new Ebet(system, 1, 'CNY', 'old.pem'), new Ebet(system, 1, 'CNY', 'new.pem')];
    const player = await old.player();
    const newly = as(renewed, player);
    const bet = await player.increaseCredit(1, '-100');
    expectCredit(bet, 200, '900', '1000');
    expectCredit(await newly.increaseCredit(1, '-100'), 200, '800', '900');
    // A repeat may be signed with the other key.
    const { seqNo, timestamp } = bet.sent;
    expect((await newly.increaseCredit(1, '-100', { seqNo, timestamp })).text).to.equal(bet.text);

    await system.restartGateway([
      { channelId: 1, currency: 'CNY', publicKeys: ['new.pem'] },
      { channelId: 2, currency: 'CNY', publicKeys: ['old.pem'] },
    ]);

    expectCredit(await player.increaseCredit(1, '-100'), 4026, '0');
    expectCredit(await old.again(bet), 4026, '0');
    expect((await newly.increaseCredit(1, '-100', { seqNo, timestamp })).text).to.equal(bet.text);
    expectCredit(await newly.increaseCredit(1, '-100'), 200, '700', '800');
    expectCredit(await as(new Ebet(system, 2, 'CNY', 'old.pem'), player).increaseCredit(1, '-1'), 200, '699', '700');
  });
});

describe('an eBET channel', () => {
  let system: System;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY', failedBets: 'self-refund' },
      { channelId: 2, currency: 'CNY', publicKeys: ['short-512.pem', 'usual-1024.pem', 'long-2048.pem'] },
    ]);
  });
  after(() => system.stop());

  it('may have keys of 512 and of 1,024 bits, which are in use, and longer ones', async () => {
    const player = await new Ebet(system, 2).player();
    for (const [key, length, after, before] of [
      ['short-512.pem', 64, '900', '1000'],
      ['usual-1024.pem', 128, '800', '900'],
      ['long-2048.pem', 256, '700', '800'],
    ] as const) {
      const bet = await as(new Ebet(system, 2, 'CNY', key), player).increaseCredit(1, '-100');
      expect(Buffer.from(textOf(bet.sent.signature), 'base64')).to.have.length(length);
      expectCredit(bet, 200, after, before);
    }
  });

  it('whose currency is another since then neither returns nor refunds what was debited in the first', async () => {
    const player = await new Ebet(system).player();
    const wager = { detail: { roundCode: player.round, betList: [{ betMoney: 100 }] } };
    const [withheld, bet] = [await player.makes(27, '-50'), await player.makes(1, '-100', wager)];
    await system.restartGateway([{ channelId: 1, currency: 'THB', failedBets: 'self-refund' }]);
    const baht = as(new Ebet(system, 1, 'THB'), player);
    await baht.opens('7.00');

    const part = { detail: { withHoldingList: [{ seqNo: withheld, refund: 50 }] } };
    expectCredit(await baht.increaseCredit(28, '50', part), 206, '7');
    expectCredit(await baht.increaseCredit(11, '50', { detail: { withHoldingSeqNo: withheld } }), 206, '7');
    expectCredit(await baht.increaseCredit(2, '1', settles(baht, bet, 0)), 200, '8', '7');
    expectRefund(await baht.refund([baht.line(bet, '-100')]), ['8', '8', '0'], [bet, 207]);

    await system.restartGateway([{ channelId: 1, currency: 'CNY' }]);
    expectCredit(await player.increaseCredit(11, '50', { detail: { withHoldingSeqNo: withheld } }), 200, '900', '850');
    expectRefund(await player.refund([player.line(bet, '-100')]), ['900', '1000', '100'], [bet, 200]);
  });
});

describe('an eBET channel under maintenance', () => {
  let system: System;
  let ebet: Ebet;
  let other: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY', failedBets: 'self-refund' },
      { channelId: 2, currency: 'CNY' },
    ]);
    [ebet, other] = [new Ebet(system), new Ebet(system, 2)];
  });
  beforeEach(() => system.clients.setMaintenance('ebet/1', false));
  after(() => system.stop());

  const begins = () => system.clients.setMaintenance('ebet/1', true, 'until eBET has moved its tables');
  const ends = () => system.clients.setMaintenance('ebet/1', false, 'it has');

  for (const [type, kind] of [
    [1, 'BET'],
    [3, 'TIP'],
    [8, 'TOURNAMENT_FEE'],
    [27, 'WITHHOLDING'],
  ] as const) {
    it(`refuses a type ${type} for good: it stays 505 after the maintenance, and a new one is made`, async () => {
      const player = await ebet.player();
      await begins();
      const refused = await player.increaseCredit(type, '-100');
      expectCredit(refused, 505, '1000');
      expect((await ebet.again(refused)).text).to.equal(refused.text);
      await ends();
      expect((await ebet.again(refused)).text).to.equal(refused.text);
      expectCredit(await player.increaseCredit(type, '-100'), 200, '900', '1000');
      await player.expectLedger('900.00', `${kind} -100.00 refused: MAINTENANCE`, `${kind} -100.00`);
    });
  }

  for (const type of [15, 37]) {
    it(`refuses a type ${type} that takes money for now: it is made when it is sent again`, async () => {
      const player = await ebet.player();
      await begins();
      const refused = await player.increaseCredit(type, '-100');
      expectCredit(refused, 505, '1000');
      expectCredit(await ebet.again(refused), 505, '1000');
      await ends();
      expectCredit(await ebet.again(refused), 200, '900', '1000');
    });
  }

  it('goes on with credits, corrections upwards, returns, refunds, queries and balances', async () => {
    const player = await ebet.player();
    const [bet, withheld, tip] = [
      await player.makes(1, '-100'),
      await player.makes(27, '-50'),
      await player.makes(3, '-5'),
    ];
    await begins();
    for (const type of [2, 6, 9, 14, 23, 24, 37, 38]) await player.makes(type, '1');
    const part = { detail: { withHoldingList: [{ seqNo: withheld, refund: 20 }] } };
    expectCredit(await player.increaseCredit(28, '20', part), 200, '873', '853');
    expectCredit(await player.increaseCredit(11, '30', { detail: { withHoldingSeqNo: withheld } }), 200, '903', '873');
    const lines = [player.line(bet, '-100'), player.line(tip, '-5')];
    expectRefund(await player.refund(lines), ['903', '1008', '105'], [bet, 200], [tip, 200]);
    expect((await player.queryRecords([bet])).json.creditRecord).to.have.lengthOf(1);
    expect((await player.syncCredit()).json).to.include({ status: 200, money: 1008 });
    expect((await system.post('/netCheck', '')).json.status).to.equal(200);
  });

  it('still refunds what a payout names as failed, and blocks what was never seen', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-100', { detail: { roundCode: player.round, betList: [{ betMoney: 100 }] } });
    const [late, later] = [fresh('bet'), fresh('bet')];
    await begins();
    const betList = [bet, late].map((seqNo) => ({ seqNo, betMoney: 0, payout: 0 }));
    const detail = { roundCode: player.round, betList };
    expectCredit(await player.increaseCredit(2, '5', { detail }), 200, '1005', '1000');
    await player.refund([player.line(later, '-1')]);
    await ends();
    for (const seqNo of [late, later]) expectCredit(await player.increaseCredit(1, '-1', { seqNo }), 209, '1005');
  });

  it('records a stake of 0', async () => {
    const player = await ebet.player();
    await begins();
    expectCredit(await player.increaseCredit(1, '0'), 200, '1000');
    expectCredit(await player.increaseCredit(27, '-0.00'), 200, '1000');
  });

  it('answers a bet that was accepted or refused before as it did then', async () => {
    const player = await ebet.player();
    const [accepted, refused] = [await player.increaseCredit(1, '-100'), await player.increaseCredit(1, '-1000')];
    expectCredit(refused, 1003, '900');
    await begins();
    for (const answered of [accepted, refused]) expect((await ebet.again(answered)).text).to.equal(answered.text);
    expectCredit(await player.increaseCredit(1, '-1', { seqNo: accepted.sent.seqNo }), 4025, '900');
  });

  it('says 505 before a block, an unknown player, a freeze and funds, and after what is wrong with the call', async () => {
    const [player, stranger] = [await ebet.player(), ebet.stranger()];
    const blocked = fresh('bet');
    await player.refund([player.line(blocked, '-1')]);
    await begins();
    expectCredit(await player.increaseCredit(1, '-1', { seqNo: blocked }), 505, '1000');
    expectCredit(await stranger.increaseCredit(1, '-1'), 505, '0');
    expectCredit(await player.increaseCredit(1, '-1000.01'), 505, '1000');
    await player.isFrozen();
    expectCredit(await player.increaseCredit(1, '-1'), 505, '1000');
    expectCredit(await player.increaseCredit(1, '1'), 4025, '1000');
    expectCredit(await player.increaseCredit(99, '-1'), 4029, '1000');
    expectCredit(await player.increaseCredit(1, '-1', { currency: 'THB' }), 4025, '1000');
    expectCredit(await player.increaseCredit(1, '-1', { signature: 'AAAA' }), 4026, '0');
  });

  it('is a matter of that channel: another one and the platform go on', async () => {
    const player = await other.player();
    await begins();
    expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
    const withdrawal = {
      playerId: player.name,
      kind: Kind.WITHDRAWAL,
      amount: '-1.00',
      reference: fresh('withdrawal'),
    };
    expect((await system.clients.post(withdrawal)).outcome).to.equal(Outcome.APPLIED);
  });

  it('is the same for a channel of the platform: no withdrawals, but deposits', async () => {
    const { clients } = system;
    const { name: playerId } = await ebet.player();
    await clients.openChannel('platform/cashier');
    expect(await clients.setMaintenance('platform/cashier', true)).to.equal(true);
    const withdrawal = { playerId, kind: Kind.WITHDRAWAL, amount: '-1.00', reference: 'out' };
    expect((await clients.post(withdrawal, 'platform/cashier')).reason).to.equal(Reason.MAINTENANCE);
    const deposit = { playerId, kind: Kind.DEPOSIT, amount: '1.00', reference: 'in' };
    expect((await clients.post(deposit, 'platform/cashier')).outcome).to.equal(Outcome.APPLIED);
  });

  it('says whether it changed anything, and of which channel it knows nothing', async () => {
    const { clients } = system;
    expect([await begins(), await begins(), await ends(), await ends()]).to.deep.equal([true, false, true, false]);
    const unknown = 'NOT_FOUND: channel: is not open; open it once with OpenChannel';
    expect(await failure(clients.setMaintenance('ebet/99', true))).to.equal(unknown);
    expect(await failure(clients.setMaintenance('EBET', true))).to.match(
      /^INVALID_ARGUMENT: channel: is "EBET"; expected/,
    );
    expect(await failure(clients.setMaintenance('ebet/1', true, 'x'.repeat(201)))).to.match(
      /^INVALID_ARGUMENT: note: /,
    );
    expect(await ends()).to.equal(false);
  });

  it('survives restarts of both processes, and so does its end', async () => {
    const player = await ebet.player();
    await begins();
    const refused = await player.increaseCredit(1, '-100');
    await system.restartCore('SIGKILL');
    await system.restartGateway([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY' },
    ]);
    expectCredit(await player.increaseCredit(1, '-100'), 505, '1000');
    await ends();
    await system.restartCore('SIGTERM');
    expect((await ebet.again(refused)).text).to.equal(refused.text);
    expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
  });

  it('lets each bet that comes while it begins be made or refused, and no other answer is given', async () => {
    const player = await ebet.player();
    const bets: Promise<Answered>[] = [];
    for (let n = 0; n < 10; n += 1) bets.push(player.increaseCredit(1, '-1'));
    const began = begins();
    for (let n = 0; n < 10; n += 1) bets.push(player.increaseCredit(1, '-1'));
    await began;
    const statuses = (await Promise.all(bets)).map(({ json }) => json.status);
    expect(statuses.every((status) => status === 200 || status === 505)).to.equal(true);
    const made = statuses.filter((status) => status === 200).length;
    expect((await player.syncCredit()).json.money).to.equal(1000 - made);
    expectCredit(await player.increaseCredit(1, '-1'), 505, String(1000 - made));
  });
});
