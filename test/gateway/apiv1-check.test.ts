import { expect } from 'chai';
import { System } from '../system.js';
import { Apiv1, expectFailure, expectSuccess, type Member } from './apiv1.js';
import { textOf } from './ebet.js';

describe('the api-v1 transaction-check', () => {
  let system: System;
  let apiv1: Apiv1;
  let member: Member;

  before(async () => {
    const channel = { provider: 'apiv1', currency: 'CNY' } as const;
    const lenient = { ...channel, merchant: 'lenient', path: '/lenient', checkCloses: false };
    system = await System.start([{ ...channel, merchant: 'brand-1' }, lenient]);
    apiv1 = new Apiv1(system);
  });
  after(() => system.stop());
  beforeEach(async () => void (member = await apiv1.member()));

  it('says 1 for what moved money and for a recorded zero', async () => {
    for (const [type, value] of [[1, '-5.00'] as const, [3, '7.00'] as const, [1, '0.00'] as const]) {
      const id = await member.makes(type, value);
      for (let times = 0; times < 2; times++) expectSuccess(await apiv1.transactionCheck(id));
    }
  });

  it('closes an id that is not known for debits of every type and member; a credit still goes', async () => {
    for (const type of [1, 8, 9, 12]) {
      const debit = member.movement(type, '-1.00');
      const id = textOf(debit.transaction_id);
      for (let times = 0; times < 2; times++) expectFailure(await apiv1.transactionCheck(id), 'OTHERS');
      expectFailure(await apiv1.send('balance-update', debit), 'OTHERS', '1000.00');
      expectFailure(await apiv1.transactionCheck(id), 'OTHERS');
    }
    const late = member.movement(3, '1.00');
    expectFailure(await apiv1.transactionCheck(textOf(late.transaction_id)), 'OTHERS');
    expectSuccess(await apiv1.send('balance-update', late), '1001.00');
    expectSuccess(await apiv1.transactionCheck(textOf(late.transaction_id)));
  });

  it('closes its own id alone, and on its own channel alone', async () => {
    const lenient = new Apiv1(system, 'lenient', 'CNY', '/lenient').stranger(member.id);
    expectFailure(await apiv1.transactionCheck('closed'), 'OTHERS');
    for (const id of ['closed ', ' closed', 'Closed', 'closed1'])
      await member.makes(1, '-1.00', { transaction_id: id });
    await lenient.makes(1, '-1.00', { transaction_id: 'closed' });
  });

  it('closes a refused settlement for its debit, which would be decided anew', async () => {
    const attempt = await member.update(9, '-1000.01');
    expectFailure(await apiv1.transactionCheck(textOf(attempt.sent.transaction_id)), 'OUT_OF_BALANCE');
    await member.deposits('1.00');
    expectFailure(await apiv1.again(attempt), 'OTHERS', '1001.00');
  });

  it('closes nothing if its sign is wrong or its channel says so', async () => {
    const debit = member.movement(1, '-1.00');
    const transactionId = textOf(debit.transaction_id);
    expectFailure(await apiv1.transactionCheck(transactionId, { sign: '0'.repeat(32) }), 'OTHERS');
    expectSuccess(await apiv1.send('balance-update', debit), '999.00');
    const lenient = new Apiv1(system, 'lenient', 'CNY', '/lenient');
    expectFailure(await lenient.transactionCheck('later'), 'OTHERS');
    await lenient.stranger(member.id).makes(1, '-1.00', { transaction_id: 'later' });
    expectSuccess(await lenient.transactionCheck('later'));
  });

  it('stands behind every command that was received before, and agrees with each at the same moment', async () => {
    const debits = Array.from({ length: 20 }, () => member.movement(1, '-1.00'));
    const both = await Promise.all(
      debits.map(async (debit) => {
        const made = apiv1.send('balance-update', debit);
        return Promise.all([made, apiv1.transactionCheck(textOf(debit.transaction_id))]);
      }),
    );
    for (const [made, check] of both) expect(check.json.status).to.equal(made.json.status);
  });
});
