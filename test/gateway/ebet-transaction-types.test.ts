import { expect } from 'chai';
import { Relation } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { Ebet, expectCredit, expectRefund, fresh, number, print, type Fields, type Player } from './ebet.js';

const WITHHELD_BET = { detail: { roundCode: 'texas', withHoldingList: [{ withHolding: 60, betType: 601 }] } };

/** Type 28: the parts that come back, each of a debit; the texts of numbers. */
function returned(...parts: readonly (readonly [seqNo: string, refund: string])[]): Fields {
  const withHoldingList = parts.map(([seqNo, refund]) => ({ betType: 601, seqNo, refund: number(refund), status: 1 }));
  return { detail: { roundCode: 'texas', withHoldingList } };
}

/** Type 11: the bet of a withholding failed. */
function failed(withHoldingSeqNo: string): Fields {
  return { detail: { roundCode: 'texas', withHoldingSeqNo } };
}

interface TransactionType {
  readonly type: number;
  readonly name: string;
  readonly sign: '-' | '+' | 'either';
  readonly kind: string;
  readonly stake?: true;
  /** What its request needs besides; of a debit that the player makes before, if it names one. */
  readonly detail?: (withheld: string) => Fields;
}

const TYPES: readonly TransactionType[] = [
  { type: 1, name: 'bet', sign: '-', kind: 'BET', stake: true },
  { type: 2, name: 'payout', sign: '+', kind: 'PAYOUT' },
  { type: 3, name: 'dealer tip', sign: '-', kind: 'TIP', stake: true },
  { type: 6, name: 'bet award', sign: '+', kind: 'BONUS' },
  { type: 8, name: 'tournament fee', sign: '-', kind: 'TOURNAMENT_FEE', stake: true },
  { type: 9, name: 'tournament fee returned', sign: '+', kind: 'TOURNAMENT_REFUND' },
  { type: 11, name: 'withholding returned, the bet failed', sign: '+', kind: 'WITHHOLDING_RETURN', detail: failed },
  { type: 14, name: 'tournament award', sign: '+', kind: 'TOURNAMENT_AWARD' },
  { type: 15, name: 'tournament award taken back', sign: '-', kind: 'TOURNAMENT_AWARD_REVERSAL' },
  { type: 23, name: 'lucky red envelope', sign: '+', kind: 'BONUS' },
  { type: 24, name: 'limited red envelope', sign: '+', kind: 'BONUS' },
  { type: 27, name: 'withholding', sign: '-', kind: 'WITHHOLDING', stake: true },
  {
    type: 28,
    name: 'withholding returned',
    sign: '+',
    kind: 'WITHHOLDING_RETURN',
    detail: (withheld) => returned([withheld, '25.5']),
  },
  { type: 37, name: 'payout corrected', sign: 'either', kind: 'PAYOUT_CORRECTION' },
  { type: 38, name: 'event bonus', sign: '+', kind: 'BONUS', detail: () => ({ detail: { eventBonusCode: 'test' } }) },
];

describe("eBET's transaction", () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { channelId: 2, currency: 'CNY' },
      { channelId: 3, currency: 'JPY' },
      { channelId: 4, currency: 'KWD' },
      { channelId: 5, currency: 'CNY' },
    ]);
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  for (const { type, name, sign, kind, stake, detail } of TYPES) {
    describe(`type ${type}, ${name},`, () => {
      /** A player with 100.00 left and a withholding of 50.00 behind him. */
      async function playerWithDebit(): Promise<{ player: Player; more: Fields; debit: string[] }> {
        const player = await ebet.player('150.00');
        const withheld = await player.makes(27, '-50');
        return { player, more: detail?.(withheld) ?? {}, debit: ['WITHHOLDING -50.00'] };
      }

      const takes = sign === '-' ? ['takes'] : sign === '+' ? ['gives'] : ['takes', 'gives'];
      for (const does of takes) {
        it(`${does} money and is recorded as ${kind}`, async () => {
          const { player, more, debit } = await playerWithDebit();
          const [money, after] = does === 'takes' ? ['-25.5', '74.5'] : ['25.5', '125.5'];
          const answered = await player.increaseCredit(type, money, more);
          expectCredit(answered, 200, after, '100');
          await player.expectLedger(`${after}0`, ...debit, `${kind} ${money}0`);
          const record = (await player.movements()).at(-1);
          expect(record).to.include({ providerType: String(type), reference: answered.sent.seqNo, channel: 'ebet/1' });
        });
      }

      it('may be of 0, names what it likes, and is recorded', async () => {
        const player = await ebet.player('100.00');
        const detail = {
          roundCode: player.round,
          withHoldingSeqNo: 'never-seen',
          betList: [{ seqNo: 'never-seen', betMoney: 10, payout: 0 }],
          withHoldingList: [{ seqNo: 'never-seen', refund: 70, betType: 601 }],
        };
        expectCredit(await player.increaseCredit(type, '0', { detail }), 200, '100');
        expectCredit(await player.increaseCredit(type, '-0.00', { detail: null }), 200, '100');
        await player.expectLedger('100.00', `${kind} 0.00`, `${kind} 0.00`);
      });

      if (sign !== 'either') {
        it('moves nothing with the wrong sign', async () => {
          const { player, more, debit } = await playerWithDebit();
          const answered = await player.increaseCredit(type, sign === '-' ? '25.5' : '-25.5', more);
          expectCredit(answered, 4025, '100');
          await player.expectLedger('100.00', ...debit);
        });
      }

      const money = sign === '-' ? '-25.5' : '25.5';
      if (stake) {
        it('is final when it is refused: a repeat has the first answer, although it could be accepted now', async () => {
          const player = ebet.stranger();
          const refused = await player.increaseCredit(type, money);
          expectCredit(refused, 4037, '0');
          await player.opens('100.00');
          expect((await ebet.again(refused)).text).to.equal(refused.text);
          await player.expectLedger('100.00', `${kind} -25.50 refused: NO_ACCOUNT`);
        });

        it('is stopped by a freeze', async () => {
          const player = await ebet.player('100.00');
          await player.isFrozen();
          expectCredit(await player.increaseCredit(type, money), 4029, '100');
          await player.expectLedger('100.00', `${kind} -25.50 refused: FROZEN`);
        });
      } else {
        it('is an attempt when it is refused, and is decided anew when it is sent again', async () => {
          const player = ebet.stranger();
          // A return that came before its withholding; all others lack the account.
          const withheld = fresh('withheld');
          const names = detail?.(withheld) ?? {};
          const returns = kind === 'WITHHOLDING_RETURN';
          if (returns) await player.opens('100.00');
          const refused = await player.increaseCredit(type, money, names);
          if (returns) {
            expectCredit(refused, 206, '100');
            await player.makes(27, '-30', { seqNo: withheld });
          } else {
            expectCredit(refused, 4037, '0');
            await player.opens('70.00');
          }

          const accepted = await ebet.again(refused);

          const after = money === '25.5' ? '95.5' : '44.5';
          expectCredit(accepted, 200, after, '70');
          expect((await ebet.again(refused)).text).to.equal(accepted.text);
          await player.expectLedger(
            `${after}0`,
            `${kind} ${money}0 refused: ${returns ? 'DEBIT_UNKNOWN' : 'NO_ACCOUNT'}`,
            ...(returns ? ['WITHHOLDING -30.00'] : []),
            `${kind} ${money}0`,
          );
        });

        it('goes on while the player is frozen', async () => {
          const { player, more, debit } = await playerWithDebit();
          await player.isFrozen();
          expectCredit(await player.increaseCredit(type, money, more), 200, sign === '-' ? '74.5' : '125.5', '100');
          await player.expectLedger(sign === '-' ? '74.50' : '125.50', ...debit, `${kind} ${money}0`);
        });
      }
    });
  }

  describe('type 11', () => {
    for (const spelling of ['withHoldingSeqNo', 'withholdingSeqNo']) {
      it(`gives back the withholding that ${spelling} names`, async () => {
        const player = await ebet.player('100.00');
        const withheld = await player.makes(27, '-40');
        expectCredit(await player.increaseCredit(11, '40', { detail: { [spelling]: withheld } }), 200, '100', '60');
        const { movement } = await ebet.held(withheld);
        expect(movement.outstanding).to.equal('0.00');
      });
    }

    it('is wrong without a withholding that it names', async () => {
      const player = await ebet.player('100.00');
      expectCredit(await player.increaseCredit(11, '40', { detail: { roundCode: 'texas' } }), 4025, '100');
      await player.expectLedger('100.00');
    });

    it('cannot give back more than was withheld', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-40');
      expectCredit(await player.increaseCredit(11, '40.01', failed(withheld)), 207, '60');
      await player.expectLedger('60.00', 'WITHHOLDING -40.00', 'WITHHOLDING_RETURN 40.01 refused: EXCEEDS_OUTSTANDING');
    });
  });

  describe('type 28', () => {
    it('gives back parts of several withholdings, two of them of the same', async () => {
      const player = await ebet.player('100.00');
      const [first, second] = [await player.makes(27, '-40'), await player.makes(27, '-30.5')];
      const parts = returned([first, '10'], [second, '30.50'], [first, '20']);
      expectCredit(await player.increaseCredit(28, '60.5', parts), 200, '90', '29.5');
      expect((await ebet.held(first)).movement.outstanding).to.equal('10.00');
      expect((await ebet.held(second)).movement.outstanding).to.equal('0.00');
      await player.expectLedger('90.00', 'WITHHOLDING -40.00', 'WITHHOLDING -30.50', 'WITHHOLDING_RETURN 60.50');
    });

    it('gives back the rest later, and not a cent more', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-40');
      await player.makes(28, '15', returned([withheld, '15']));
      expectCredit(await player.increaseCredit(28, '25.01', returned([withheld, '25.01'])), 207, '75');
      expectCredit(await player.increaseCredit(28, '25', returned([withheld, '25'])), 200, '100', '75');
      expectCredit(await player.increaseCredit(28, '0.01', returned([withheld, '0.01'])), 207, '100');
    });

    it('moves nothing if two of its parts together are more than is left of one withholding', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-40');
      const parts = returned([withheld, '30'], [withheld, '10.01']);
      expectCredit(await player.increaseCredit(28, '40.01', parts), 207, '60');
      expect((await ebet.held(withheld)).movement.outstanding).to.equal('40.00');
    });

    for (const [what, money, refund] of [
      ['more than its parts', '40', '39.99'],
      ['less than its parts', '20', '20.01'],
    ] as const) {
      it(`is wrong if its money is ${what}`, async () => {
        const player = await ebet.player('100.00');
        const withheld = await player.makes(27, '-40');
        expectCredit(await player.increaseCredit(28, money, returned([withheld, refund])), 4025, '60');
        await player.expectLedger('60.00', 'WITHHOLDING -40.00');
      });
    }

    for (const [what, line] of [
      ['no seqNo', { refund: 20 }],
      ['text for a refund', { seqNo: 'withheld', refund: '20' }],
      ['a negative refund', { seqNo: 'withheld', refund: -20 }],
      ['no refund', { seqNo: 'withheld' }],
    ] as const) {
      it(`is wrong if a part has ${what}`, async () => {
        const player = await ebet.player('100.00');
        const detail = { withHoldingList: [line] };
        expectCredit(await player.increaseCredit(28, '20', { detail }), 4025, '100');
        await player.expectLedger('100.00');
      });
    }

    it("cannot draw on another player's withholding", async () => {
      const [player, other] = [await ebet.player('100.00'), await ebet.player('100.00')];
      const withheld = await other.makes(27, '-40');
      expectCredit(await player.increaseCredit(28, '40', returned([withheld, '40'])), 206, '100');
      await player.expectLedger('100.00', 'WITHHOLDING_RETURN 40.00 refused: DEBIT_UNKNOWN');
      expect((await ebet.held(withheld)).movement.outstanding).to.equal('40.00');
    });

    it("cannot draw on another channel's withholding", async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-40', { channelId: 2 });
      expectCredit(await player.increaseCredit(28, '40', returned([withheld, '40'])), 206, '60');
    });

    it('cannot draw on a withholding that was refused', async () => {
      const player = await ebet.player('10.00');
      const { sent } = await player.increaseCredit(27, '-40');
      expectCredit(await player.increaseCredit(28, '40', returned([sent.seqNo as string, '40'])), 206, '10');
    });

    it('moves nothing if one of its parts cannot come back', async () => {
      const player = await ebet.player('100.00');
      const withheld = await player.makes(27, '-40');
      const parts = returned([withheld, '40'], ['never-seen', '10']);
      expectCredit(await player.increaseCredit(28, '50', parts), 206, '60');
      expect((await ebet.held(withheld)).movement.outstanding).to.equal('40.00');
    });

    it('draws on a bet that includes its withholding', async () => {
      const player = await ebet.player('100.00');
      const bet = await player.makes(1, '-60', WITHHELD_BET);
      expectCredit(await player.increaseCredit(28, '45', returned([bet, '45'])), 200, '85', '40');
      expect((await ebet.held(bet)).movement.outstanding).to.equal('15.00');
    });

    for (const [what, detail] of [
      ['a plain bet', { roundCode: 'texas' }],
      ['a bet with an empty withHoldingList', { roundCode: 'texas', withHoldingList: [] }],
    ] as const) {
      it(`cannot draw on ${what}`, async () => {
        const player = await ebet.player('100.00');
        const bet = await player.makes(1, '-60', { detail });
        expectCredit(await player.increaseCredit(28, '45', returned([bet, '45'])), 206, '40');
      });
    }
  });

  describe('type 2', () => {
    const settling = (seqNo: string, refund: string): Fields => ({
      detail: {
        roundCode: 'texas',
        betList: [{ seqNo, betMoney: 60, payout: 0 }],
        withHoldingList: [{ seqNo, refund: number(refund), betType: 601 }],
      },
    });

    it('draws on the withholdings that it names, up to what is left of them', async () => {
      const player = await ebet.player('100.00');
      const bet = await player.makes(1, '-60', WITHHELD_BET);
      const payout = await player.makes(2, '20', settling(bet, '20'));
      expect((await ebet.held(bet)).movement.outstanding).to.equal('40.00');
      expectCredit(await player.increaseCredit(2, '70', settling(bet, '70')), 200, '130', '60');
      expect((await ebet.held(bet)).movement.outstanding).to.equal('0.00');
      const { names } = (await ebet.held(payout)).movement;
      expect(names).to.deep.equal([
        { reference: bet, relation: Relation.SETTLE, amount: '0.00' },
        { reference: bet, relation: Relation.RETURN_CAPPED, amount: '20.00' },
      ]);
    });

    it("is never refused for what it names: unknown, malformed, or another player's", async () => {
      const [player, other] = [await ebet.player('100.00'), await ebet.player('100.00')];
      const withheld = await other.makes(27, '-40');
      const lines = [{ seqNo: 'never-seen', refund: 5 }, { seqNo: withheld, refund: 5 }, { seqNo: 7 }, { refund: -1 }];
      const detail = { betList: [{ betMoney: 'x' }, 3, null], withHoldingList: [...lines, 'x'] };
      expectCredit(await player.increaseCredit(2, '5', { detail }), 200, '105', '100');
      expect((await ebet.held(withheld)).movement.outstanding).to.equal('40.00');
    });

    it('of 0 for a lost round draws nothing', async () => {
      const player = await ebet.player('100.00');
      const bet = await player.makes(1, '-60', WITHHELD_BET);
      expectCredit(await player.increaseCredit(2, '0', settling(bet, '20')), 200, '40');
      expectCredit(await player.increaseCredit(2, '0', settling(bet, '60.01')), 200, '40');
      expect((await ebet.held(bet)).movement.outstanding).to.equal('60.00');
    });

    it('may come before its bet', async () => {
      const player = await ebet.player('100.00');
      const bet = fresh('bet');
      const detail = { roundCode: player.round, betList: [{ seqNo: bet, betMoney: 10, payout: 19 }] };
      expectCredit(await player.increaseCredit(2, '19', { detail }), 200, '119', '100');
      expectCredit(await player.increaseCredit(1, '-10', { seqNo: bet }), 200, '109', '119');
    });
  });

  describe('type 37', () => {
    const lines = [{ seqNo: 'the-bet', betMoney: 100, payout: 200 }];
    const detail = { roundCode: 'B18', betList: lines, modifyBetList: lines };

    it('that found too little money takes it when it is sent again after a deposit', async () => {
      const player = await ebet.player('10.00');
      const refused = await player.increaseCredit(37, '-10.01', { detail });
      expectCredit(refused, 1003, '10');
      expectCredit(await ebet.again(refused), 1003, '10');
      await player.deposits('5.00');
      expectCredit(await ebet.again(refused), 200, '4.99', '15');
      await player.expectLedger(
        '4.99',
        'PAYOUT_CORRECTION -10.01 refused: INSUFFICIENT_FUNDS',
        'PAYOUT_CORRECTION -10.01 refused: INSUFFICIENT_FUNDS',
        'PAYOUT_CORRECTION -10.01',
      );
    });
  });

  it('of type 15 that found too little money takes it when it is sent again after a deposit', async () => {
    const player = await ebet.player('10.00');
    const refused = await player.increaseCredit(15, '-12');
    expectCredit(refused, 1003, '10');
    await player.deposits('5.00');
    expectCredit(await ebet.again(refused), 200, '3', '15');
  });

  it('goes 27, 1, 28, 2 for a round with a withholding', async () => {
    const player = await ebet.player('1000.00');
    const withheld = await player.makes(27, '-500');
    const bet = await player.makes(1, '-100');
    await player.makes(28, '500', returned([withheld, '500']));
    const detail = { roundCode: player.round, betList: [{ seqNo: bet, betMoney: 100, payout: 195.5 }] };
    expectCredit(await player.increaseCredit(2, '195.5', { detail }), 200, '1095.5', '900');
    await player.expectLedger(
      '1095.50',
      'WITHHOLDING -500.00',
      'BET -100.00',
      'WITHHOLDING_RETURN 500.00',
      'PAYOUT 195.50',
    );
  });

  describe('for a player whose name comes in capitals', () => {
    it('is his whose name is the same in small letters, and is answered with the name as it was sent', async () => {
      const player = await ebet.player('100.00');
      const username = player.name.toUpperCase();
      const bet = await player.increaseCredit(1, '-80', { username });
      expectCredit(bet, 200, '20', '100');
      expect(bet.json.username).to.equal(username);
      await player.expectLedger('20.00', 'BET -80.00');
    });

    it('is the same request as in small letters', async () => {
      const player = await ebet.player('100.00');
      const seqNo = await player.makes(1, '-80', { username: player.name.toUpperCase() });
      expectCredit(await player.increaseCredit(1, '-80', { seqNo }), 200, '20', '100');
      await player.expectLedger('20.00', 'BET -80.00');
    });
  });

  describe('of an amount', () => {
    for (const [money, recorded, before, after] of [
      ['10.500', '10.50', '1.00', '11.5'],
      ['1.0E7', '10000000.00', '1.00', '10000001'],
      ['1e2', '100.00', '0.00', '100'],
      ['25E-1', '2.50', '0.00', '2.5'],
      ['0.2', '0.20', '0.10', '0.3'],
      ['0.01', '0.01', '999.99', '1000'],
      ['0.020', '0.02', '1000.01', '1000.03'],
      ['9007199254740993.01', '9007199254740993.01', '0.00', '9007199254740993.01'],
    ] as const) {
      it(`written as ${money} is judged by its value`, async () => {
        const player = await ebet.player(before);
        const answered = await player.increaseCredit(6, money);
        expectCredit(answered, 200, after, String(Number(before)));
        expect((await player.movements())[0]?.amount).to.equal(recorded);
      });
    }

    for (const money of ['0.001', '10.505', '1e-3', '1e16', '10000000000000000', '9999999999999999.999', '1e400']) {
      it(`written as ${money} is wrong`, async () => {
        const player = await ebet.player('100.00');
        expectCredit(await player.increaseCredit(6, money), 4025, '100');
        expectCredit(await player.increaseCredit(1, `-${money}`), 4025, '100');
        await player.expectLedger('100.00');
      });
    }

    it('of 9999999999999999.99 comes in and goes out exactly', async () => {
      const rich = await new Ebet(system, 5).player('0.00');
      expectCredit(await rich.increaseCredit(6, '9999999999999999.99'), 200, '9999999999999999.99', '0');
      await rich.expectLedger('9999999999999999.99', 'BONUS 9999999999999999.99');
      expectCredit(await rich.increaseCredit(1, '-9999999999999999.98'), 200, '0.01', '9999999999999999.99');
      expectCredit(await rich.increaseCredit(1, '-0.01'), 200, '0', '0.01');
    });

    it('that would take a balance beyond 18 digits is wrong, and never wraps', async () => {
      const rich = await new Ebet(system, 2).player('0.00');
      await rich.makes(14, '9999999999999999.99');
      expectCredit(await rich.increaseCredit(6, '0.01'), 4025, '9999999999999999.99');
      await rich.expectLedger(
        '9999999999999999.99',
        'TOURNAMENT_AWARD 9999999999999999.99',
        'BONUS 0.01 refused: BALANCE_LIMIT',
      );
    });

    it('has the decimals of its currency: none in JPY', async () => {
      const player = await new Ebet(system, 3, 'JPY').player('1000');
      expectCredit(await player.increaseCredit(1, '-10.0'), 200, '990', '1000');
      expectCredit(await player.increaseCredit(1, '-10.5'), 4025, '990');
      await player.expectLedger('990', 'BET -10');
    });

    it('has the decimals of its currency: three in KWD', async () => {
      const player = await new Ebet(system, 4, 'KWD').player('1.000');
      expectCredit(await player.increaseCredit(1, '-0.001'), 200, '0.999', '1');
      expectCredit(await player.increaseCredit(1, '-0.0001'), 4025, '0.999');
      await player.expectLedger('0.999', 'BET -0.001');
    });
  });

  describe('is signed over its numbers', () => {
    const timestamp = '1637308132650.0';
    const signedOver = (fields: Fields, time: string, money: string): string =>
      system.sign(ebet.signedText('/increaseCredit', { ...fields, timestamp: number(time), money: number(money) }));

    for (const [what, time, money, status] of [
      ['as they stand', timestamp, '-80.50', 200],
      ['in their shortest form', '1637308132650', '-80.5', 200],
      ['in one form for one and the other form for the other', timestamp, '-80.5', 4026],
      ['in a third form', '1637308132650.0', '-80.500', 4026],
    ] as const) {
      it(`${what}: ${status}`, async () => {
        const player = await ebet.player('100.00');
        const fields = player.movement(1, '-80.50', { timestamp: number(timestamp) });
        const signature = signedOver(fields, time, money);
        const answered = await ebet.send('/increaseCredit', { ...fields, signature });
        if (status === 200) {
          expectCredit(answered, 200, '19.5', '100');
          await player.expectLedger('19.50', 'BET -80.50');
        } else {
          expectCredit(answered, status, '0');
          await player.expectLedger('100.00');
        }
      });
    }

    it('in their shortest form when they stand with an exponent', async () => {
      const player = await ebet.player('100.00');
      const fields = player.movement(2, '1.0E7', { timestamp: number('1637308132650') });
      const signature = signedOver(fields, '1637308132650', '10000000');
      expectCredit(await ebet.send('/increaseCredit', { ...fields, signature }), 200, '10000100', '100');
    });
  });

  it('is signed over the decoded text of its strings, in UTF-8, however the JSON writes them', async () => {
    const player = ebet.named(fresh('плеер-玩家-🀄'));
    await player.opens('100.00');
    const sent = ebet.signed('/increaseCredit', player.movement(1, '-80'));
    const escaped = print(sent).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    expect(escaped).to.include('\\ud83c\\udc04');
    for (const body of [escaped, print(sent)]) {
      expect((await system.post('/increaseCredit', body)).json).to.include({ status: 200, money: 20 });
    }
    await player.expectLedger('20.00', 'BET -80.00');
  });

  describe('that is a refund of another', () => {
    it('is of what the ledger recorded: a type 27 or a type 8 is as refundable as a bet', async () => {
      const player = await ebet.player('100.00');
      const [withheld, fee] = [await player.makes(27, '-40'), await player.makes(8, '-10')];
      const lines = [player.line(withheld, '-40'), player.line(fee, '-10')];
      expectRefund(await player.refund(lines), ['50', '100', '50'], [withheld, 200], [fee, 200]);
    });
  });
});
