import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { statusOf } from '../../gateway/ebet/status.js';
import { Reason } from '../../proto/gen/wallet/v1/movement.js';
import { dial } from '../secured.js';
import { System } from '../system.js';
import {
  Ebet,
  Player,
  expectAnswer,
  expectCredit,
  expectRefund,
  fresh,
  number,
  print,
  textOf,
  type Answered,
  type Endpoint,
  type Fields,
  type Value,
} from './ebet.js';
import { Planted } from './planted.js';

const MIB = 2 ** 20;

/** What a type 28 gives back of one withholding. */
const part = (seqNo: string, refund: number): Fields => ({
  detail: { withHoldingList: [{ seqNo, refund, betType: 601 }] },
});

/** POSTs the first half of a body at once and the rest after some time; gives the text of the answer's body. */
async function sendSlowly(url: string, endpoint: Endpoint, body: string, ms: number): Promise<string> {
  const socket = dial(url);
  const head = `POST ${endpoint} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}`;
  const half = body.length >> 1;
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  // Whoever is answered before he has sent all may find the connection closed.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.write(`${head}\r\n\r\n${body.slice(0, half)}`);
  await Promise.race([closed, pause(ms)]);
  socket.write(body.slice(half));
  await closed;
  return answer.split('\r\n\r\n')[1] ?? '';
}

/** A refund of one line; gives the line's status. */
async function lineStatus(player: Player, seqNo: string, money: string): Promise<unknown> {
  const { json } = await player.refund([player.line(seqNo, money)]);
  return (json.resultList as { status: number }[])[0]?.status;
}

describe('eBET gets', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    const channels = [1, 2, 3, 11].map((channelId) => ({ channelId, currency: 'CNY' }));
    system = await System.start([...channels, { channelId: 4, currency: 'THB' }], [3]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  describe('200', () => {
    it('for a bet, with the balances before and after, and one record', async () => {
      const player = await ebet.player('1000.01');
      const answered = await player.increaseCredit(1, '-100.00');
      expectCredit(answered, 200, '900.01', '1000.01');
      await player.expectLedger('900.01', 'BET -100.00');
      const { movement, request } = await ebet.held(textOf(answered.sent.seqNo));
      expect(movement.timeMs).to.equal(BigInt(answered.json.timestamp as number));
      expect(request).to.equal(answered.body.replace('the-session-of-the-player', ''));
    });

    it('for the last cent', async () => {
      const player = await ebet.player('10.01');
      expectCredit(await player.increaseCredit(1, '-10.01'), 200, '0', '10.01');
    });

    it('for a repeat: the first answer byte for byte, whatever happened since', async () => {
      const player = await ebet.player();
      const first = await player.increaseCredit(1, '-100');
      await player.makes(1, '-900');
      await player.isFrozen();
      expect((await ebet.again(first)).text).to.equal(first.text);
      await player.expectLedger('0.00', 'BET -100.00', 'BET -900.00');
    });

    it('for a repeat with a renewed timestamp, another session and without currency', async () => {
      const player = await ebet.player();
      const bet = player.movement(1, '-100', { timestamp: 1637308132650 });
      const first = await ebet.send('/increaseCredit', bet);
      const renewed = { ...bet, timestamp: 1637308199999, sessionToken: 'another', currency: undefined };
      expect((await ebet.send('/increaseCredit', renewed)).text).to.equal(first.text);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('for the same amount written otherwise', async () => {
      const player = await ebet.player();
      const bet = player.movement(1, '-100');
      const first = await ebet.send('/increaseCredit', bet);
      const second = await ebet.send('/increaseCredit', { ...bet, money: number('-1.00e2'), type: number('1.0') });
      expect(second.text).to.equal(first.text);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('for three copies of a bet at the same moment, and it is made once', async () => {
      const player = await ebet.player();
      const bet = player.movement(1, '-100');
      const answers = await Promise.all([1, 2, 3].map(() => ebet.send('/increaseCredit', bet)));
      answers.forEach((answered) => expectCredit(answered, 200, '900', '1000'));
      expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('for one seqNo on two channels: each has its own', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      expectCredit(await player.increaseCredit(1, '-100', { seqNo }), 200, '900', '1000');
      expectCredit(await player.increaseCredit(1, '-200', { seqNo, channelId: 2 }), 200, '700', '900');
    });

    for (const [what, more] of [
      ['the longest seqNo', { seqNo: `${fresh('long')}-`.padEnd(128, '|') }],
      ['a seqNo of spaces and signs', { seqNo: ` ~!"#%&'()*+,-./:;<=>?@[\\]^_\`{|} ` }],
      ['the longest roundCode', { detail: { roundCode: 'r'.repeat(128) } }],
      ['a roundCode that begins and ends with a space', { detail: { roundCode: ' api_test_match_award ' } }],
      ['no detail, platform and sessionToken', { detail: undefined, platform: undefined, sessionToken: null }],
      ['no currency', { currency: undefined }],
      ['members that nobody knows', { accessToken: null, brand: { name: [1.5, true] } }],
      ['a timestamp with a .0', { timestamp: number('1637308132650.0') }],
      ['a channelId with a .0', { channelId: number('1.0') }],
    ] as const) {
      it(`for a bet with ${what}, which is recorded as it came`, async () => {
        const player = await ebet.player();
        const answered = await player.increaseCredit(1, '-100', more);
        expectCredit(answered, 200, '900', '1000');
        const { detail = null } = answered.sent as { detail?: Fields };
        const [record] = await player.movements();
        expect(record).to.include({ reference: answered.sent.seqNo, round: detail?.roundCode ?? '' });
      });
    }

    it('for a player with the longest name', async () => {
      const name = `${fresh('long')}-`.padEnd(64, 'x');
      await system.player(name, 'CNY', '100.00');
      const answered = await ebet.stranger().increaseCredit(1, '-10', { username: name });
      expectCredit(answered, 200, '90', '100');
    });
  });

  describe('202', () => {
    for (const channelId of [99, 0, -1, 1.5, number('1e400'), number('1.0000000000000000001')]) {
      it(`for channel ${print(channelId)}, which is not configured`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(1, '-100', { channelId }), 202, '0');
        await player.expectLedger('1000.00');
      });
    }
  });

  describe('206', () => {
    it('for the return of a debit never seen; it is an attempt, and succeeds after the debit came', async () => {
      const player = await ebet.player();
      const withheld = fresh('withheld');
      const tooEarly = await player.increaseCredit(28, '100', part(withheld, 100));
      expectCredit(tooEarly, 206, '1000');
      expectCredit(await ebet.again(tooEarly), 206, '1000');
      await player.makes(27, '-100', { seqNo: withheld });
      const answered = await ebet.again(tooEarly);
      expectCredit(answered, 200, '1000', '900');
      await player.expectLedger(
        '1000.00',
        'WITHHOLDING_RETURN 100.00 refused: DEBIT_UNKNOWN',
        'WITHHOLDING_RETURN 100.00 refused: DEBIT_UNKNOWN',
        'WITHHOLDING -100.00',
        'WITHHOLDING_RETURN 100.00',
      );
    });

    it('for the refund of a bet never seen, which is blocked', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      expectRefund(await player.refund([player.line(seqNo, '-100')]), ['1000', '1000', '0'], [seqNo, 206]);
      await player.expectLedger('1000.00');
      expectCredit(await player.increaseCredit(1, '-100', { seqNo }), 209, '1000');
    });
  });

  describe('207', () => {
    it('for a return beyond what is left of the debit; it is an attempt', async () => {
      const player = await ebet.player();
      const withheld = await player.makes(27, '-100');
      const answered = await player.increaseCredit(28, '101', part(withheld, 101));
      expectCredit(answered, 207, '900');
      expectCredit(await ebet.again(answered), 207, '900');
      const attempt = 'WITHHOLDING_RETURN 101.00 refused: EXCEEDS_OUTSTANDING';
      await player.expectLedger('900.00', 'WITHHOLDING -100.00', attempt, attempt);
    });

    it('for the refund of another amount', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      expect(await lineStatus(player, bet, '-100.01')).to.equal(207);
      await player.expectLedger('900.00', 'BET -100.00');
    });
  });

  it('208 for the refund of what moved no money out', async () => {
    const player = await ebet.player();
    const payout = await player.makes(2, '100');
    expect(await lineStatus(player, payout, '-100')).to.equal(208);
    await player.expectLedger('1100.00', 'PAYOUT 100.00');
  });

  describe('209', () => {
    it('for a bet whose refund came first; that is recorded, and final', async () => {
      const player = await ebet.player();
      const seqNo = fresh('bet');
      await player.refund([player.line(seqNo, '-100')]);
      const late = await player.increaseCredit(1, '-100', { seqNo });
      expectCredit(late, 209, '1000');
      await player.makes(2, '1');
      expect((await ebet.again(late)).text).to.equal(late.text);
      await player.expectLedger('1001.00', 'BET -100.00 refused: BLOCKED', 'PAYOUT 1.00');
    });

    it('for the refund of a bet that another request refunded', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      expect(await lineStatus(player, bet, '-100')).to.equal(200);
      expect(await lineStatus(player, bet, '-100')).to.equal(209);
      await player.expectLedger('1000.00', 'BET -100.00', 'REFUND 100.00');
    });
  });

  it('500 while the ledger has not opened the channel; nothing is decided, and the same bet is made after that', async () => {
    const player = await new Ebet(system, 3).player();
    const bet = await player.increaseCredit(1, '-100');
    expectCredit(bet, 500, '1000');
    const refund = await player.refund([player.line('the-bet', '-100')]);
    expectAnswer(refund, { status: 500, username: player.name });
    await player.expectLedger('1000.00');
    await system.clients.openChannel('ebet/3');
    expectCredit(await player.ebet.again(bet), 200, '900', '1000');
    expectRefund(await player.ebet.again(refund), ['900', '900', '0'], ['the-bet', 206]);
    await player.expectLedger('900.00', 'BET -100.00');
  });

  describe('1003', () => {
    it('for a bet of a cent too much; it is recorded and stays refused, also after a deposit', async () => {
      const player = await ebet.player('100.00');
      const refused = await player.increaseCredit(1, '-100.01');
      expectCredit(refused, 1003, '100');
      await player.deposits('50.00');
      expect((await ebet.again(refused)).text).to.equal(refused.text);
      await player.expectLedger('150.00', 'BET -100.01 refused: INSUFFICIENT_FUNDS');
    });

    it('for all but as many of 20 bets at once as the balance covers', async () => {
      const player = await ebet.player('100.00');
      const answers = await Promise.all(Array.from({ length: 20 }, () => player.increaseCredit(1, '-30')));
      const accepted = answers.filter(({ json }) => json.status === 200);
      expect(accepted.map(({ json }) => json.money).sort()).to.deep.equal([10, 40, 70]);
      for (const answered of answers) if (!accepted.includes(answered)) expectCredit(answered, 1003, '10');
      expect(await player.movements()).to.have.length(20);
      expect((await player.syncCredit()).json.money).to.equal(10);
    });

    it('for a correction beyond the balance; it is an attempt', async () => {
      const player = await ebet.player('10.00');
      const refused = await player.increaseCredit(37, '-12');
      expectCredit(refused, 1003, '10');
      await player.expectLedger('10.00', 'PAYOUT_CORRECTION -12.00 refused: INSUFFICIENT_FUNDS');
      await player.deposits('2.00');
      expectCredit(await ebet.again(refused), 200, '0', '12');
    });
  });

  describe('4025', () => {
    // Nothing is known of the player before the signature is verified, so the balance is 0.
    const unread: readonly (readonly [what: string, more: Fields])[] = [
      ...['username', 'channelId', 'money', 'type', 'seqNo', 'event', 'timestamp', 'signature'].flatMap((name) => [
        [`without ${name}`, { [name]: undefined }] as const,
        [`whose ${name} is null`, { [name]: null }] as const,
      ]),
      ...['username', 'seqNo', 'event', 'signature'].map((name) => [`whose ${name} is empty`, { [name]: '' }] as const),
      ['whose seqNo has 129 characters', { seqNo: 'x'.repeat(129) }],
      ['whose seqNo is not ASCII', { seqNo: 'seqNo-é' }],
      ['whose seqNo has a line feed', { seqNo: 'seq\nNo' }],
      ['whose username has 65 characters', { username: 'x'.repeat(65) }],
      ['whose username has a tab', { username: 'de\tmo' }],
      ['whose timestamp has 12 digits', { timestamp: number('163730813265') }],
      ['whose timestamp has 14 digits', { timestamp: number('16373081326500') }],
      ['whose timestamp has a fraction', { timestamp: number('1637308132650.5') }],
      ['whose timestamp has an exponent', { timestamp: number('1.637308132650e12') }],
      ['whose timestamp is negative', { timestamp: number('-1637308132650') }],
    ];
    for (const [what, more] of unread) {
      it(`for a request ${what}, which leaves the ledger as it is`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(1, '-100', more), 4025, '0');
        await player.expectLedger('1000.00');
      });
    }

    for (const [type, detail] of [
      [11, undefined],
      [11, null],
      [28, undefined],
      [28, null],
    ] as const) {
      it(`for a type ${type} whose detail is ${detail}, which leaves the ledger as it is`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(type, '100', { detail }), 4025, '0');
        await player.expectLedger('1000.00');
      });
    }

    it('for a timestamp that took the first digit of the name, for both together sign the same', async () => {
      const player = await ebet.player();
      const fields = player.movement(2, '5', { timestamp: 1637308132650, username: `1${player.name}` });
      const shifted = { ...fields, timestamp: number('16373081326501'), username: player.name };
      const { signature } = ebet.signed('/increaseCredit', fields);
      expect(ebet.signedText('/increaseCredit', shifted)).to.equal(ebet.signedText('/increaseCredit', fields));
      expectCredit(await ebet.send('/increaseCredit', { ...shifted, signature }), 4025, '0');
      await player.expectLedger('1000.00');
    });

    for (const [way, from, to, [prefix, otherPrefix], timestamp] of [
      ['later', 1, 11, ['5', ''], 6373081326505],
      ['earlier', 11, 1, ['', '0'], 1163730813265],
    ] as const) {
      it(`for a channelId and a timestamp that are other parts of the digits that were signed, a digit ${way}`, async () => {
        const name = fresh('shifted');
        const signer = new Player(new Ebet(system, from), `${prefix}${name}`);
        const other = new Player(new Ebet(system, to), `${otherPrefix}${name}`);
        for (const player of [signer, other]) await player.opens('1000.00');
        const fields = signer.movement(38, '100', { channelId: from, timestamp: 1637308132650 });
        const shifted = { ...fields, channelId: to, timestamp, username: other.name };
        const { signature } = ebet.signed('/increaseCredit', fields);
        expect(ebet.signedText('/increaseCredit', shifted)).to.equal(ebet.signedText('/increaseCredit', fields));
        expectCredit(await ebet.send('/increaseCredit', { ...shifted, signature }), 4025, '0');
        await other.expectLedger('1000.00');
        expectCredit(await ebet.send('/increaseCredit', { ...fields, signature }), 200, '1100', '1000');
      });
    }

    it('for a name that begins with .0, which signs like a shorter name after a timestamp with a .0', async () => {
      const player = await ebet.player();
      const dotted = new Player(ebet, `.0${player.name}`);
      await dotted.opens('1000.00');
      const fields = player.movement(38, '100', { timestamp: number('1637308132650.0') });
      const shifted = { ...fields, timestamp: number('1637308132650'), username: dotted.name };
      const { signature } = ebet.signed('/increaseCredit', fields);
      expect(ebet.signedText('/increaseCredit', shifted)).to.equal(ebet.signedText('/increaseCredit', fields));
      expectCredit(await ebet.send('/increaseCredit', { ...shifted, signature }), 4025, '0');
      expectCredit(await dotted.increaseCredit(38, '100'), 4025, '0');
      await dotted.expectLedger('1000.00');
      expectCredit(await ebet.send('/increaseCredit', { ...fields, signature }), 200, '1100', '1000');
    });

    it('for a name that is too long in lower case, which nobody can have', async () => {
      const player = new Player(ebet, 'İ'.repeat(64));
      expectCredit(await player.increaseCredit(1, '-100'), 4025, '0');
      expectCredit(await player.increaseCredit(1, '100'), 4025, '0');
    });

    for (const [what, type, money, more] of [
      ['for a bet with a positive amount', 1, '100', {}],
      ['for a payout with a negative amount', 2, '-100', {}],
      ['for an amount of too many decimals', 1, '-0.001', {}],
      ['for an amount of 10^16', 2, '10000000000000000', {}],
      ['for another currency', 1, '-100', { currency: 'THB' }],
      ['for a currency that is none', 1, '-100', { currency: 'cny' }],
      ['for a bet under the event of another call', 1, '-100', { event: 'registerOrLogin' }],
      ['for an event in other letters', 1, '-100', { event: 'increasecredit' }],
      ['for a return that names nothing', 11, '100', { detail: {} }],
      ['for a return whose parts are not its money', 28, '100', part('withheld', 99)],
    ] as const) {
      it(`${what}, with the present balance, and leaves the ledger as it is`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(type, money, more), 4025, '1000');
        await player.expectLedger('1000.00');
      });
    }

    it('for a roundCode of 129 characters, like every field before the signature without a balance', async () => {
      const player = await ebet.player();
      expectCredit(await player.increaseCredit(1, '-100', { detail: { roundCode: 'r'.repeat(129) } }), 4025, '0');
      await player.expectLedger('1000.00');
    });

    it('for a key that stands twice, at the top or deep within', async () => {
      const player = await ebet.player();
      const sent = ebet.signed('/increaseCredit', player.movement(1, '-100'));
      const doubled = (from: string, to: string) => system.post('/increaseCredit', print(sent).replace(from, to));
      for (const answer of [
        await doubled('"money":-100', '"money":-1,"money":-100'),
        await doubled('"money":-100', '"money":-100,"m\\u006fney":-100'),
        await doubled('"roundCode"', '"roundCode":"x","roundCode"'),
      ]) {
        // Which of the two a reader takes is open, so nothing of such a body is taken, nor echoed.
        expect(answer.http).to.equal(200);
        expect(answer.text).to.match(/^\{"status":4025,"timestamp":1\d{12}\}$/);
      }
      await player.expectLedger('1000.00');
    });

    describe('for a known seqNo with a different request:', () => {
      const lines = (seqNo: string) => [{ seqNo, betMoney: 100, payout: 0 }];
      const cases: readonly (readonly [
        what: string,
        first: [number, string, Fields],
        then: [number, string, Fields],
      ])[] = [
        ['another amount', [1, '-100', {}], [1, '-101', {}]],
        ['another type with the same record', [23, '100', {}], [24, '100', {}]],
        ['another type of the other sign', [1, '-100', {}], [2, '100', {}]],
        ['an unknown type', [1, '-100', {}], [99, '-100', {}]],
        ['another round', [1, '-100', {}], [1, '-100', { detail: { roundCode: 'another' } }]],
        ['no round', [1, '-100', {}], [1, '-100', { detail: null }]],
        ['the wrong sign', [1, '-100', {}], [1, '100', {}]],
        ['another currency', [1, '-100', {}], [1, '-100', { currency: 'THB' }]],
        ['another bet that is paid out', [2, '50', { detail: { betList: lines('a') } }], [2, '50', { detail: { betList: lines('b') } }]], // prettier-ignore
        ['one bet more that is paid out', [2, '50', { detail: { betList: lines('a') } }], [2, '50', { detail: { betList: [...lines('a'), ...lines('b')] } }]], // prettier-ignore
        ['no bet that is paid out', [2, '50', { detail: { betList: lines('a') } }], [2, '50', { detail: {} }]],
        ['another corrected bet', [37, '50', { detail: { betList: lines('a') } }], [37, '50', { detail: { betList: lines('b') } }]], // prettier-ignore
      ];
      for (const [what, [type, money, more], [nextType, nextMoney, next]] of cases) {
        it(`${what}, and nothing moves`, async () => {
          const player = await ebet.player();
          const seqNo = await player.makes(type, money, more);
          const present = String(1000 + Number(money));
          const records = await player.movements();
          expectCredit(await player.increaseCredit(nextType, nextMoney, { ...next, seqNo }), 4025, present);
          expect(await player.movements()).to.deep.equal(records);
          await player.expectLedger(`${present}.00`, ...[expectedRecord(type, money)]);
        });
      }

      function expectedRecord(type: number, money: string): string {
        const kinds: Record<number, string> = { 1: 'BET', 2: 'PAYOUT', 23: 'BONUS', 37: 'PAYOUT_CORRECTION' };
        return `${kinds[type] ?? ''} ${money}.00`;
      }

      it('another withholding that is returned', async () => {
        const player = await ebet.player();
        const [first, second] = [await player.makes(27, '-100'), await player.makes(27, '-100')];
        const seqNo = await player.makes(28, '50', part(first, 50));
        expectCredit(await player.increaseCredit(28, '50', { seqNo, ...part(second, 50) }), 4025, '850');
        expect((await ebet.held(second)).movement.outstanding).to.equal('100.00');
      });

      it('another player, whose own balance is answered', async () => {
        const [player, other] = [await ebet.player(), await ebet.player('7.00')];
        const seqNo = await player.makes(1, '-5');
        expectCredit(await other.increaseCredit(1, '-5', { seqNo }), 4025, '7');
        await other.expectLedger('7.00');
      });

      it('that of a stake that was refused', async () => {
        const player = await ebet.player('5.00');
        const refused = await player.increaseCredit(1, '-100');
        expectCredit(await player.increaseCredit(1, '-1', { seqNo: refused.sent.seqNo }), 4025, '5');
        await player.expectLedger('5.00', 'BET -100.00 refused: INSUFFICIENT_FUNDS');
      });

      it('but not of a settlement that was refused, for that has not taken it', async () => {
        const player = await ebet.player('5.00');
        const refused = await player.increaseCredit(37, '-100');
        expectCredit(await player.increaseCredit(37, '-1', { seqNo: refused.sent.seqNo }), 200, '4', '5');
        expectCredit(await ebet.again(refused), 4025, '4');
      });
    });
  });

  describe('4026', () => {
    it('for a bet that somebody else signed, and is told no balance', async () => {
      const player = await ebet.player();
      const fields = player.movement(1, '-100');
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
      const text = Buffer.from(ebet.signedText('/increaseCredit', fields));
      const signature = sign('RSA-MD5', text, privateKey).toString('base64');
      expectCredit(await ebet.send('/increaseCredit', { ...fields, signature }), 4026, '0');
      await player.expectLedger('1000.00');
    });

    for (const [what, change] of [
      ['money', { money: number('100000') }],
      ['money of another last digit', { money: number('100.01') }],
      ['seqNo', { seqNo: 'another' }],
      ['timestamp', { timestamp: 1637308132651 }],
      ['event', { event: 'refundSingleWallet' }],
      ['channelId', { channelId: 2 }],
      ['username', { username: 'another' }],
    ] as const) {
      it(`when the ${what} was changed after signing`, async () => {
        const player = await ebet.player();
        const signed = ebet.signed('/increaseCredit', player.movement(2, '100', { timestamp: 1637308132650 }));
        expectCredit(await ebet.send('/increaseCredit', { ...signed, ...change }), 4026, '0');
        await player.expectLedger('1000.00');
      });
    }

    it('when the signature of a bet is used for a refund, or that of a refund for a payout', async () => {
      const player = await ebet.player();
      const bet = await player.increaseCredit(1, '-100');
      const seqNo = textOf(bet.sent.seqNo);
      const refund = await player.refund([player.line(seqNo, '-100')], { signature: bet.sent.signature });
      expectAnswer(refund, { status: 4026, username: player.name });
      const { signature } = ebet.signed('/refundSingleWallet', player.refundRequest([]));
      expectCredit(await player.increaseCredit(2, '100', { signature }), 4026, '0');
      await player.expectLedger('900.00', 'BET -100.00');
    });

    it('when the timestamp of a refund is stale, which is logged', async () => {
      const player = await ebet.player();
      const bet = await player.makes(1, '-100');
      const refund = await player.refund([player.line(bet, '-100')], { timestamp: Date.now() - 11 * 60_000 });
      expectAnswer(refund, { status: 4026, username: player.name });
      await player.expectLedger('900.00', 'BET -100.00');
      await system.gateway.prints(`"reference":"${textOf(refund.sent.seqNo)}"`);
      const lines = system.gateway.output.split('\n').filter((line) => line.includes(textOf(refund.sent.seqNo)));
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include('"outcome":"4026","why":"timestamp is more than 600000 ms away"');
    });

    for (const signature of ['x', 'AAAA', '签名', 'A'.repeat(100_000)]) {
      it(`for ${signature.slice(0, 4)} as a signature`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(1, '-100', { signature }), 4026, '0');
        await player.expectLedger('1000.00');
      });
    }
  });

  describe('4029', () => {
    for (const type of ['0', '4', '5', '12', '99', '-1', '1.5', '1e400']) {
      it(`for type ${type}, which nobody knows, and leaves the ledger as it is`, async () => {
        const player = await ebet.player();
        expectCredit(await player.increaseCredit(1, '-100', { type: number(type) }), 4029, '1000');
        await player.expectLedger('1000.00');
      });
    }

    it('for a bet of a frozen player; it is recorded and stays refused, also when he is not frozen any more', async () => {
      const player = await ebet.player();
      await player.isFrozen();
      const refused = await player.increaseCredit(1, '-100');
      expectCredit(refused, 4029, '1000');
      await player.isUnfrozen();
      expect((await ebet.again(refused)).text).to.equal(refused.text);
      expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
      await player.expectLedger('900.00', 'BET -100.00 refused: FROZEN', 'BET -100.00');
    });

    it('as long as any reason to freeze the player holds', async () => {
      const player = await ebet.player();
      await player.isFrozen('kyc');
      await player.isFrozen('fraud');
      await player.isUnfrozen('kyc');
      expectCredit(await player.increaseCredit(1, '-100'), 4029, '1000');
      await player.isUnfrozen('fraud');
      expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
    });

    it('not for the credits of a frozen player, which go on', async () => {
      const player = await ebet.player();
      await player.isFrozen();
      expectCredit(await player.increaseCredit(2, '100'), 200, '1100', '1000');
      await player.expectLedger('1100.00', 'PAYOUT 100.00');
    });
  });

  describe('4030', () => {
    for (const [name, value] of [
      ['username', true],
      ['username', ['demo']],
      ['channelId', '1'],
      ['money', '-100'],
      ['money', true],
      ['money', {}],
      ['type', '1'],
      ['seqNo', 5],
      ['seqNo', []],
      ['event', 5],
      ['timestamp', '1637308132650'],
      ['timestamp', false],
      ['signature', 5],
      ['currency', 5],
      ['detail', 'text'],
      ['detail', []],
      ['detail', 5],
      ['detail', { roundCode: 5 }],
    ] as readonly (readonly [string, Value])[]) {
      it(`when ${name} is ${print(value)}, and leaves the ledger as it is`, async () => {
        const player = await ebet.player();
        const answered = await player.increaseCredit(1, '-100', { signature: 'AAAA', [name]: value });
        const username = name === 'username' ? '' : player.name;
        expectAnswer(answered, { username, money: 0, moneyBefore: 0, status: 4030 });
        await player.expectLedger('1000.00');
      });
    }
  });

  describe('4037', () => {
    it('for a bet of nobody; it is recorded and stays refused, also when he has an account', async () => {
      const stranger = ebet.stranger();
      const refused = await stranger.increaseCredit(1, '-100');
      expectCredit(refused, 4037, '0');
      await stranger.expectLedger('no account', 'BET -100.00 refused: NO_ACCOUNT');
      await stranger.opens('1000.00');
      expect((await ebet.again(refused)).text).to.equal(refused.text);
      await stranger.expectLedger('1000.00', 'BET -100.00 refused: NO_ACCOUNT');
    });

    it('for a payout of nobody; it is an attempt, and succeeds when he has an account', async () => {
      const stranger = ebet.stranger();
      const refused = await stranger.increaseCredit(2, '100');
      expectCredit(refused, 4037, '0');
      await stranger.opens();
      expectCredit(await ebet.again(refused), 200, '100', '0');
      await stranger.expectLedger('100.00', 'PAYOUT 100.00 refused: NO_ACCOUNT', 'PAYOUT 100.00');
    });

    it("for a player without an account in the channel's currency", async () => {
      const player = await ebet.player();
      const answered = await player.increaseCredit(1, '-100', { channelId: 4, currency: 'THB' });
      expectCredit(answered, 4037, '0');
    });

    it('for the refund of a bet of another player', async () => {
      const [player, other] = [await ebet.player(), await ebet.player()];
      const bet = await other.makes(1, '-100');
      expect(await lineStatus(player, bet, '-100')).to.equal(4037);
      await player.expectLedger('1000.00');
      await other.expectLedger('900.00', 'BET -100.00');
    });
  });

  describe('HTTP', () => {
    const ENDPOINTS = ['/increaseCredit', '/refundSingleWallet', '/syncCredit'];

    for (const [what, body] of [
      ['nothing', ''],
      ['text', 'money=100'],
      ['a list', '[{"channelId":1}]'],
      ['a number', '1'],
      ['null', 'null'],
      ['an object that breaks off', '{"channelId":1,'],
      ['two objects', '{"channelId":1}{"channelId":1}'],
      ['a trailing comma', '{"channelId":1,}'],
      ['half a character', '{"username":"\\ud800"}'],
      ['33 levels', '{"a":'.repeat(33) + '1' + '}'.repeat(33)],
      ['more than 20,000 values', `{"channelId":1,"x":[${'{},'.repeat(20_000)}1]}`],
    ] as const) {
      it(`400 for ${what} instead of a JSON object`, async () => {
        for (const endpoint of ENDPOINTS) {
          expect(await system.post(endpoint, body)).to.include({ http: 400, text: '{"status":4025}' });
        }
      });
    }

    it('400 for 1 MiB of small values', async () => {
      const body = `{"channelId":1,"x":[${'{},'.repeat(349_500)}1]}`;
      expect(body.length).to.be.within(MIB - 200, MIB);
      for (const endpoint of ['/increaseCredit', '/refundSingleWallet']) {
        expect(await system.post(endpoint, body)).to.include({ http: 400, text: '{"status":4025}' });
      }
    });

    it('400 for bytes that are not UTF-8', async () => {
      const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
      const response = await fetch(`${system.url}/increaseCredit`, { method: 'POST', body });
      expect([response.status, await response.text()]).to.deep.equal([400, '{"status":4025}']);
    });

    for (const unknown of [
      '/',
      '/increase',
      '/increaseCredit/1',
      '/increaseCredit/',
      '/INCREASECREDIT',
      '/favicon.ico',
    ]) {
      it(`404 for ${unknown}`, async () => expect((await system.post(unknown, '{}')).http).to.equal(404));
    }

    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
      it(`405 for ${method}, with the method that is right`, async () => {
        for (const endpoint of [...ENDPOINTS, '/netCheck']) {
          const response = await fetch(system.url + endpoint, { method });
          expect(response.status, endpoint).to.equal(405);
          expect(response.headers.get('allow')).to.equal('POST');
        }
      });
    }

    it('JSON in answers', async () => {
      const { name } = await ebet.player();
      const response = await fetch(`${system.url}/syncCredit`, { method: 'POST', body: print({ username: name }) });
      expect(response.headers.get('content-type')).to.match(/^application\/json\b/);
    });

    describe('413 for a body over 1 MiB:', () => {
      /** A signed bet that is made so long by a member that nobody knows. */
      function padded(player: Player, bytes: number): string {
        const sent = ebet.signed('/increaseCredit', player.movement(1, '-100'));
        return print({ ...sent, padding: 'x'.repeat(bytes - print({ ...sent, padding: '' }).length) });
      }

      it('one byte more, and nothing moves', async () => {
        const player = await ebet.player();
        const body = padded(player, MIB + 1);
        expect((await system.post('/increaseCredit', body)).http).to.equal(413);
        await player.expectLedger('1000.00');
      });

      it('one byte more without a length, in chunks', async () => {
        const player = await ebet.player();
        const body = new Blob([padded(player, MIB + 1)]).stream();
        const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
        expect((await fetch(`${system.url}/increaseCredit`, init)).status).to.equal(413);
        await player.expectLedger('1000.00');
      });

      it('but not of exactly 1 MiB, which is kept whole', async () => {
        const player = await ebet.player();
        const body = padded(player, MIB);
        expect(Buffer.byteLength(body)).to.equal(MIB);
        const answer = await system.post('/increaseCredit', body);
        expect(answer.json).to.include({ status: 200, money: 900 });
        const { request } = await ebet.held(String(answer.json.seqNo));
        expect(request).to.equal(body.replace('the-session-of-the-player', ''));
      });

      it('but not of exactly 1 MiB whose session is shorter than what is kept in its place', async () => {
        const player = await ebet.player();
        const body = padded(player, MIB).replace('"the-session-of-the-player"', '1'.padEnd(27, ' '));
        expect(Buffer.byteLength(body)).to.equal(MIB);
        expect((await system.post('/increaseCredit', body)).json).to.include({ status: 200, money: 900 });
      });
    });
  });

  it('413 for a syncCredit over 64 KiB, but not for one of exactly 64 KiB', async () => {
    const player = await ebet.player('5.00');
    const sync = { channelId: 1, username: player.name, event: 'syncCredit', padding: '' };
    const padded = (bytes: number) => print({ ...sync, padding: 'x'.repeat(bytes - print(sync).length) });
    expect((await system.post('/syncCredit', padded(64 * 1024))).json).to.include({ status: 200, money: 5 });
    expect((await system.post('/syncCredit', padded(64 * 1024 + 1))).http).to.equal(413);
  });

  /** Of two things that are wrong with a request, the one that is answered. */
  describe('the first of two faults, in the order of the protocol:', () => {
    interface Pair {
      readonly what: string;
      /** A request with both. */
      readonly request: (player: Player) => Fields | Promise<Fields>;
      readonly status: number;
      /** The balance that is answered. */
      readonly money: string;
      /** What is recorded. */
      readonly records?: readonly string[];
    }
    const bad = { signature: 'AAAA' };

    /** The signed fields of a bet whose seqNo was refunded before. */
    async function blocked(player: Player, money: string, more: Fields = {}): Promise<Fields> {
      const seqNo = fresh('bet');
      await player.refund([player.line(seqNo, money)]);
      return player.movement(1, money, { seqNo, ...more });
    }

    const PAIRS: readonly Pair[] = [
      {
        what: 'unknown channel before a missing field',
        request: (player) => player.movement(1, '-100', { channelId: 99, money: undefined }),
        status: 202,
        money: '0',
      },
      {
        what: 'unknown channel before a wrong signature',
        request: (player) => player.movement(1, '-100', { channelId: 99, ...bad }),
        status: 202,
        money: '0',
      },
      {
        what: 'missing field before a wrong signature',
        request: (player) => player.movement(1, '-100', { seqNo: undefined, ...bad }),
        status: 4025,
        money: '0',
      },
      {
        what: 'wrong type of a field before a wrong signature',
        request: (player) => player.movement(1, '-100', { timestamp: 'now', ...bad }),
        status: 4030,
        money: '0',
      },
      {
        what: 'missing detail of a return before a wrong signature',
        request: (player) => player.movement(28, '100', { detail: undefined, ...bad }),
        status: 4025,
        money: '0',
      },
      {
        what: 'wrong signature before another event',
        request: (player) => player.movement(1, '-100', { event: 'registerOrLogin', ...bad }),
        status: 4026,
        money: '0',
      },
      {
        what: 'wrong signature before a known seqNo',
        request: async (player) => player.movement(1, '-100', { seqNo: await player.makes(1, '-100'), ...bad }),
        status: 4026,
        money: '0',
        records: ['BET -100.00'],
      },
      {
        what: 'wrong signature before an unknown type',
        request: (player) => player.movement(99, '-100', bad),
        status: 4026,
        money: '0',
      },
      {
        what: 'another event before a known seqNo, which would get its first answer',
        request: async (player) =>
          player.movement(1, '-100', { seqNo: await player.makes(1, '-100'), event: 'registerOrLogin' }),
        status: 4025,
        money: '900',
        records: ['BET -100.00'],
      },
      {
        what: 'another event before an unknown type',
        request: (player) => player.movement(99, '-100', { event: 'registerOrLogin' }),
        status: 4025,
        money: '1000',
      },
      {
        what: 'known seqNo before an unknown type',
        request: async (player) => player.movement(99, '-100', { seqNo: await player.makes(1, '-100') }),
        status: 4025,
        money: '900',
        records: ['BET -100.00'],
      },
      {
        what: 'unknown type before another currency',
        request: (player) => player.movement(99, '-100', { currency: 'THB' }),
        status: 4029,
        money: '1000',
      },
      {
        what: 'unknown type before too many decimals',
        request: (player) => player.movement(99, '-0.001'),
        status: 4029,
        money: '1000',
      },
      {
        what: 'wrong sign before a block',
        request: (player) => blocked(player, '100'),
        status: 4025,
        money: '1000',
      },
      {
        what: 'another currency before a block',
        request: (player) => blocked(player, '-100', { currency: 'THB' }),
        status: 4025,
        money: '1000',
      },
      {
        what: 'wrong sign before a freeze',
        request: async (player) => {
          await player.isFrozen();
          return player.movement(1, '100');
        },
        status: 4025,
        money: '1000',
      },
      {
        what: 'block before a freeze',
        request: async (player) => {
          await player.isFrozen();
          return blocked(player, '-100');
        },
        status: 209,
        money: '1000',
        records: ['BET -100.00 refused: BLOCKED'],
      },
      {
        what: 'block before funds',
        request: (player) => blocked(player, '-1000.01'),
        status: 209,
        money: '1000',
        records: ['BET -1000.01 refused: BLOCKED'],
      },
      {
        what: 'freeze before funds',
        request: async (player) => {
          await player.isFrozen();
          return player.movement(1, '-1000.01');
        },
        status: 4029,
        money: '1000',
        records: ['BET -1000.01 refused: FROZEN'],
      },
    ];

    for (const { what, request, status, money, records = [] } of PAIRS) {
      it(what, async () => {
        const player = await ebet.player();
        const answered = await ebet.send('/increaseCredit', await request(player));
        expectCredit(answered, status, money);
        const present = records.includes('BET -100.00') ? '900.00' : '1000.00';
        await player.expectLedger(present, ...records);
      });
    }

    it('no JSON before an unknown channel, and a doubled key too', async () => {
      expect((await system.post('/increaseCredit', '{"channelId":99')).http).to.equal(400);
      expect((await system.post('/increaseCredit', '{"channelId":99,"channelId":99}')).json.status).to.equal(4025);
    });

    it('wrong path and wrong method before the body', async () => {
      expect((await system.post('/unknown', 'no JSON')).http).to.equal(404);
      const response = await fetch(`${system.url}/increaseCredit`, { method: 'PUT', body: 'no JSON' });
      expect(response.status).to.equal(405);
    });

    it('too large a body before what it says', async () => {
      expect((await system.post('/increaseCredit', ' '.repeat(MIB + 1))).http).to.equal(413);
    });

    it('wrong sign before an unknown player', async () => {
      const stranger = ebet.stranger();
      expectCredit(await stranger.increaseCredit(1, '100'), 4025, '0');
      await stranger.expectLedger('no account');
    });

    it('block before an unknown player', async () => {
      const stranger = ebet.stranger();
      expectCredit(await ebet.send('/increaseCredit', await blocked(stranger, '-100')), 209, '0');
      await stranger.expectLedger('no account', 'BET -100.00 refused: BLOCKED');
    });

    it("unknown player before a freeze, of one who has an account in another channel's currency", async () => {
      const player = await ebet.player();
      await player.isFrozen();
      const answered = await player.increaseCredit(1, '-100', { channelId: 4, currency: 'THB' });
      expectCredit(answered, 4037, '0');
    });

    it('unknown player before an unknown withholding', async () => {
      const stranger = ebet.stranger();
      expectCredit(await stranger.increaseCredit(28, '100', part('never-seen', 100)), 4037, '0');
    });

    it('known seqNo before a freeze and funds', async () => {
      const player = await ebet.player();
      const first = await player.increaseCredit(1, '-1000');
      await player.isFrozen();
      expect((await ebet.again(first)).text).to.equal(first.text);
    });

    it('of a refund: a wrong signature before a stale timestamp, both before another event', async () => {
      const player = await ebet.player();
      const stale = { timestamp: Date.now() - 11 * 60_000, event: 'increaseCredit' };
      expectAnswer(await player.refund([player.line('a', '-1')], stale), { status: 4026, username: player.name });
      const unsigned = { ...bad, event: 'increaseCredit' };
      expectAnswer(await player.refund([player.line('a', '-1')], unsigned), { status: 4026, username: player.name });
      const missing = { ...bad, refundList: undefined };
      expectAnswer(await player.refund([], missing), { status: 4025, username: player.name });
    });
  });
});

describe('eBET gets 4003', () => {
  let system: System;
  let ebet: Ebet;

  beforeEach(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  afterEach(() => system.stop());

  /** eBET waits 2,000 ms. */
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    const sentAt = performance.now();
    const given = await answer;
    expect(performance.now() - sentAt).to.be.below(2000);
    return given;
  }

  /** Sends the same again until it is not 4003. */
  async function untilDecided(answered: Answered): Promise<Answered> {
    const sentAt = performance.now();
    let answer = answered;
    while (answer.json.status === 4003) {
      expect(performance.now() - sentAt).to.be.below(2000);
      answer = await ebet.again(answered);
    }
    return answer;
  }

  async function expectBusy(player: Player): Promise<Answered[]> {
    const { name: username } = player;
    const [bet, payout, unknownType, wrongSign, refund, sync] = await Promise.all([
      inTime(player.increaseCredit(1, '-100')),
      inTime(player.increaseCredit(2, '5')),
      inTime(player.increaseCredit(99, '-1')),
      inTime(player.increaseCredit(1, '1')),
      inTime(player.refund([player.line('never-seen', '-1')])),
      inTime(player.syncCredit()),
    ]);
    for (const answered of [bet, payout, unknownType, wrongSign]) expectCredit(answered, 4003, '0');
    expectAnswer(refund, { status: 4003, username });
    expectAnswer(sync, { status: 4003, username, userName: username, money: 0, currency: 'CNY' });
    return [bet, payout];
  }

  it('in time while wallet-core hangs; within 2 seconds of its return a movement posts, and retries apply once', async () => {
    const player = await ebet.player();
    system.core.child.kill('SIGSTOP');
    const sent = await expectBusy(player);
    // eBET sends its bet again while nothing has changed.
    const [bet] = sent as [Answered];
    const retries = [1, 2].map(() => inTime(ebet.again(bet)));
    for (const retry of await Promise.all(retries)) expectCredit(retry, 4003, '0');

    system.core.child.kill('SIGCONT');
    const decided = await untilDecided(bet);

    expect(decided.json.status).to.equal(200);
    expect((await ebet.again(bet)).text).to.equal(decided.text);
    for (const answered of sent) expect((await untilDecided(answered)).json.status).to.equal(200);
    const amounts = (await player.movements()).map(({ amount }) => amount);
    expect(amounts.sort()).to.deep.equal(['-100.00', '5.00']);
    expect((await player.syncCredit()).json.money).to.equal(905);
  });

  it('in time while wallet-core is gone; within 2 seconds of its return a movement posts, and retries apply once', async () => {
    const player = await ebet.player();
    await player.makes(1, '-1');
    await system.core.stop('SIGKILL');
    const sent = await expectBusy(player);

    await system.startCore(system.clients.address);
    for (const answered of sent) {
      const decided = await untilDecided(answered);
      expect(decided.json.status).to.equal(200);
      expect((await ebet.again(answered)).text).to.equal(decided.text);
    }
    await player.expectLedger('904.00', 'BET -1.00', 'BET -100.00', 'PAYOUT 5.00');
  });

  it('or the answer for each bet under way when wallet-core is killed, and each is made once', async () => {
    const player = await ebet.player();
    await player.makes(1, '-1');
    const underWay = Array.from({ length: 50 }, () => inTime(player.increaseCredit(1, '-2')));
    // The first answer shows that some are committed while others wait.
    await Promise.race(underWay);
    system.core.child.kill('SIGKILL');
    const answers = await Promise.all(underWay);
    await system.core.ended;
    for (const { json } of answers) expect(json.status).to.be.oneOf([200, 4003]);

    await system.startCore(system.clients.address);
    for (const answered of answers) {
      const decided = await untilDecided(await ebet.again(answered));
      expect(decided.json.status).to.equal(200);
      if (answered.json.status === 200) expect(decided.text).to.equal(answered.text);
    }
    await player.expectLedger('899.00', 'BET -1.00', ...Array<string>(50).fill('BET -2.00'));
  });

  it('for a bet that reached wallet-core and was answered before that could decide it: it is not made afterwards', async () => {
    const player = await ebet.player();
    await player.makes(1, '-1');
    system.core.child.kill('SIGSTOP');
    const late = await inTime(player.increaseCredit(1, '-100'));
    expectCredit(late, 4003, '0');

    system.core.child.kill('SIGCONT');
    // Bets go to wallet-core in turn, so what it would still make of the late one stands before this.
    const next = await untilDecided(await player.increaseCredit(1, '-2'));
    expectCredit(next, 200, '997', '999');
    await player.expectLedger('997.00', 'BET -1.00', 'BET -2.00');

    expectCredit(await untilDecided(await ebet.again(late)), 200, '897', '997');
    expectCredit(await ebet.again(late), 200, '897', '997');
    await player.expectLedger('897.00', 'BET -1.00', 'BET -2.00', 'BET -100.00');
  });

  it('for a bet that waited for wallet-core beside a later one: only the later one is made afterwards', async () => {
    const player = await ebet.player();
    await player.makes(1, '-1');
    system.core.child.kill('SIGSTOP');
    // The first goes alone; when it is given up, the others go together, and the earlier of them is answered first.
    const first = inTime(player.increaseCredit(1, '-100'));
    await pause(600);
    const earlier = inTime(player.increaseCredit(1, '-200'));
    await pause(600);
    const later = inTime(player.increaseCredit(1, '-2'));
    for (const late of [await first, await earlier]) expectCredit(late, 4003, '0');

    system.core.child.kill('SIGCONT');
    expectCredit(await untilDecided(await later), 200, '997', '999');
    await player.expectLedger('997.00', 'BET -1.00', 'BET -2.00');
    expectCredit(await untilDecided(await ebet.again(await earlier)), 200, '797', '997');
    await player.expectLedger('797.00', 'BET -1.00', 'BET -2.00', 'BET -200.00');
  });

  it('for a bet whose body came too slowly; it is not made afterwards', async () => {
    const player = await ebet.player();
    const slow = ebet.signed('/increaseCredit', player.movement(1, '-100'));
    const body = print(slow);
    const text = await sendSlowly(system.url, '/increaseCredit', body, 1_700);
    expectCredit({ endpoint: '/increaseCredit', sent: slow, body, http: 200, text, json: {} }, 4003, '0');
    await player.makes(1, '-2');
    await player.expectLedger('998.00', 'BET -2.00');
    expectCredit(await ebet.send('/increaseCredit', slow), 200, '898', '998');
  });

  it('with wallet-core away after what needs no ledger: a wrong channel, field, list or signature is answered as ever', async () => {
    const player = await ebet.player();
    await system.core.stop('SIGKILL');
    const tooMany = Array.from({ length: 1001 }, () => player.line('the-bet', '-1'));
    expectAnswer(await player.refund(tooMany), { status: 4025, username: player.name });
    expectCredit(await player.increaseCredit(1, '-1', { channelId: 99 }), 202, '0');
    expectCredit(await player.increaseCredit(1, '-1', { money: '1' }), 4030, '0');
    expectCredit(await player.increaseCredit(1, '-1', { signature: 'AAAA' }), 4026, '0');
  });
});

describe('eBET gets 500', () => {
  let planted: Planted;

  beforeEach(() => {
    planted = new Planted();
  });
  afterEach(async () => {
    await planted.stop();
    rmSync(planted.folder, { recursive: true });
  });

  it('for a bet that our rules fail on, alone; nothing is decided, and it is made when the fault is mended', async () => {
    await planted.start(new URL('./throwing-rules.js', import.meta.url));
    await planted.clients.openChannel('platform/test');
    await planted.clients.openChannel('ebet/1');
    const ebet = new Ebet(planted);
    const player = await ebet.player();

    const [faulty, ...others] = await Promise.all([
      player.increaseCredit(1, '-1', { seqNo: 'fault-1' }),
      ...Array.from({ length: 5 }, () => player.increaseCredit(1, '-100')),
    ]);
    expectCredit(faulty, 500, '0');
    expect(others.map(({ json }) => json.status)).to.deep.equal([200, 200, 200, 200, 200]);
    const traces = ['"msg":"a command met a fault"', '"msg":"callback"'].map((message) => {
      const line = planted.log.split('\n').find((line) => line.includes(message) && line.includes('fault-1'));
      return /"traceId":"([0-9a-f]{32})"/.exec(line ?? '')?.[1];
    });
    expect(traces[0], planted.log).to.be.a('string').and.to.equal(traces[1]);
    await player.expectLedger('500.00', ...Array<string>(5).fill('BET -100.00'));

    await planted.stop();
    await planted.start();
    expectCredit(await ebet.again(faulty), 200, '499', '500');
    await player.expectLedger('499.00', ...Array<string>(5).fill('BET -100.00'), 'BET -1.00');
  });
});

describe('the status for a reason', () => {
  it('is 500 where there is none, for nobody knows what became of the bet, and where it is new to us', () => {
    expect(statusOf(Reason.UNSPECIFIED)).to.equal(500);
    expect(statusOf(9999 as Reason)).to.equal(500);
  });
});
