import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { Apiv1, expectFailure, expectSuccess } from './apiv1.js';
import { textOf } from './ebet.js';

/** The page's table: what each action_type is in the ledger, which sign its value may have, and whether it is a stake. */
const TYPES: readonly (readonly [
  type: number,
  kind: keyof typeof Kind,
  sign: '≤ 0' | '≥ 0' | 'either',
  stake?: 'stake',
])[] = [
  [1, 'BET', '≤ 0', 'stake'],
  [2, 'PAYOUT', '≥ 0'],
  [3, 'PAYOUT', '≥ 0'],
  [4, 'PAYOUT_CORRECTION', 'either'],
  [5, 'PAYOUT_CORRECTION', 'either'],
  [6, 'BET_RETURN', 'either'],
  [7, 'BET_RETURN', 'either'],
  [8, 'BET_RESTORED', 'either', 'stake'],
  [9, 'PAYOUT_CORRECTION', 'either'],
  [10, 'PAYOUT_CORRECTION', 'either'],
  [11, 'BET_RETURN', 'either'],
  [12, 'ADJUSTMENT', 'either'],
];

describe('the api-v1 action_type', () => {
  let system: System;
  let apiv1: Apiv1;

  before(async () => {
    system = await System.start([{ provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' }]);
    apiv1 = new Apiv1(system);
  });
  after(() => system.stop());

  for (const [type, kind, sign, stake] of TYPES) {
    describe(String(type), () => {
      it(`is a ${kind}, and carries its number into the ledger`, async () => {
        const member = await apiv1.member();
        const answered = await member.update(type, '0.00');
        expectSuccess(answered, '1000.00');
        await member.expectLedger('1000.00', `${kind} 0.00`);
        const { movement } = await apiv1.held(textOf(answered.sent.transaction_id));
        expect(movement).to.include({ providerType: String(type), round: 'S03827836', wager: type === 1 });
      });

      it(sign === '≥ 0' ? 'is refused where it deducts, and moves nothing' : 'deducts what is negative', async () => {
        const member = await apiv1.member();
        const answered = await member.update(type, '-820.00');
        if (sign === '≥ 0') {
          expectFailure(answered, 'OTHERS', '1000.00');
          await member.expectLedger('1000.00');
        } else {
          expectSuccess(answered, '180.00');
          await member.expectLedger('180.00', `${kind} -820.00`);
        }
      });

      it(sign === '≤ 0' ? 'is refused where it adds, and moves nothing' : 'adds what is positive', async () => {
        const member = await apiv1.member();
        const answered = await member.update(type, '820.00');
        if (sign === '≤ 0') {
          expectFailure(answered, 'OTHERS', '1000.00');
          await member.expectLedger('1000.00');
        } else {
          expectSuccess(answered, '1820.00');
          await member.expectLedger('1820.00', `${kind} 820.00`);
        }
      });

      it('may be sent as text', async () => {
        const member = await apiv1.member();
        expectSuccess(await member.update(type, '0', { action_type: String(type) }), '1000.00');
        await member.expectLedger('1000.00', `${kind} 0.00`);
      });

      if (sign !== '≥ 0') {
        it(`beyond the balance is OUT_OF_BALANCE, and ${stake ? 'stays refused' : 'succeeds'} after a deposit`, async () => {
          const member = await apiv1.member('10.00');
          const refused = await member.update(type, '-10.01');
          expectFailure(refused, 'OUT_OF_BALANCE', '10.00');
          await member.deposits('100.00');
          const refusal = `${kind} -10.01 refused: INSUFFICIENT_FUNDS`;
          if (stake) {
            expect((await apiv1.again(refused)).text).to.equal(refused.text);
            await member.expectLedger('110.00', refusal);
          } else {
            expectSuccess(await apiv1.again(refused), '99.99');
            await member.expectLedger('99.99', refusal, `${kind} -10.01`);
          }
        });
      }

      it(`of a frozen player ${stake ? 'is refused for good with OTHERS' : 'goes on'}`, async () => {
        const member = await apiv1.member();
        await member.isFrozen();
        const answered = await member.update(type, sign === '≤ 0' ? '-1.00' : '1.00');
        if (!stake) return expectSuccess(answered, '1001.00');
        expectFailure(answered, 'OTHERS', '1000.00');
        await member.isUnfrozen();
        expect((await apiv1.again(answered)).text).to.equal(answered.text);
        return member.expectLedger('1000.00', `${kind} ${type === 1 ? '-' : ''}1.00 refused: FROZEN`);
      });
    });
  }

  it('plays an order: bet, win, cancelled, restored, taken back, failed', async () => {
    const member = await apiv1.member();
    for (const [type, value, balance] of [
      [1, '-200.00', '800.00'],
      [2, '200.00', '1000.00'],
      [3, '190.50', '1190.50'],
      [5, '-190.50', '1000.00'],
      [4, '-200.00', '800.00'],
      [6, '200.00', '1000.00'],
      [8, '-200.00', '800.00'],
      [3, '390.50', '1190.50'],
      [9, '-190.50', '1000.00'],
      [10, '-200.00', '800.00'],
      [7, '200.00', '1000.00'],
      [1, '-50.00', '950.00'],
      [11, '50.00', '1000.00'],
      [12, '0.01', '1000.01'],
    ] as const) {
      expectSuccess(await member.update(type, value), balance);
    }
  });
});
