import { expect } from 'chai';
import { errorOf } from '../../gateway/apiv1/status.js';
import { Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { Apiv1, expectFailure, expectSuccess, seconds, type Answered } from './apiv1.js';
import { textOf } from './ebet.js';

describe('api-v1 TIME_OUT', () => {
  let system: System;
  let apiv1: Apiv1;

  beforeEach(async () => {
    const channel = { provider: 'apiv1', currency: 'CNY' } as const;
    const strict = { ...channel, merchant: 'strict', path: '/strict', timestampToleranceSeconds: 60 };
    system = await System.start([{ ...channel, merchant: 'brand-1' }, strict]);
    apiv1 = new Apiv1(system);
  });
  afterEach(() => system.stop());

  const hang = () => system.core.child.kill('SIGSTOP');
  const goOn = () => system.core.child.kill('SIGCONT');
  const idOf = ({ sent }: Answered) => textOf(sent.transaction_id);

  async function inTime<T>(answer: Promise<T>): Promise<T> {
    const sentAt = performance.now();
    const given = await answer;
    expect(performance.now() - sentAt).to.be.below(2000);
    return given;
  }

  /** Asks until the answer is another than TIME_OUT: the gateway may still be reconnecting. */
  async function truth(ask: () => Promise<Answered>): Promise<Answered> {
    const since = performance.now();
    let answer = await ask();
    while (answer.json.error_code === 'TIME_OUT') {
      expect(performance.now() - since).to.be.below(5000);
      answer = await ask();
    }
    return answer;
  }

  const checked = (transactionId: string, by = apiv1) => truth(() => by.transactionCheck(transactionId));

  it('is the answer of every call while wallet-core hangs, in time and without a balance', async () => {
    const member = await apiv1.member();
    const strict = new Apiv1(system, 'strict', 'CNY', '/strict').stranger(member.id);
    hang();
    const answers = await Promise.all([
      inTime(member.update(1, '-100.00')),
      inTime(member.update(3, '5.00')),
      inTime(member.balanceCheck()),
      inTime(apiv1.transactionCheck('T')),
      inTime(strict.update(1, '-1.00', { timestamp: seconds(-3600) })),
    ]);
    for (const answered of answers) expectFailure(answered, 'TIME_OUT');
    goOn();
  });

  it('does not let a copy that is too old be told a failure of what its first copy still does', async () => {
    const strict = new Apiv1(system, 'strict', 'CNY', '/strict');
    const member = await strict.member();
    const debits = Array.from({ length: 5 }, () => member.movement(1, '-1.00'));
    hang();
    const copies = debits.map((debit) => strict.send('balance-update', debit));
    const old = debits.map((debit) => strict.send('balance-update', { ...debit, timestamp: seconds(-3600) }));
    await strict.send('balance-check', { member_id: 7 });
    goOn();
    const [told, toldToOld] = [await Promise.all(copies), await Promise.all(old)];
    expect(toldToOld.map(({ json }) => json.status)).to.deep.equal(told.map(({ json }) => json.status));
  });

  it('is not the answer to what needs no ledger: OTHERS, without a balance that nobody knows', async () => {
    const member = await apiv1.member();
    await system.core.stop('SIGKILL');
    expectFailure(await member.update(1, '5.00'), 'OTHERS');
    expectFailure(await member.update(1, '-5.00', { sign: '0'.repeat(32) }), 'OTHERS');
    expectFailure(await member.update(13, '-5.00'), 'OTHERS');
  });

  it('is followed by the truth: a check before the debit is made closes it, and the debit fails for good', async () => {
    const member = await apiv1.member();
    hang();
    const bet = await inTime(member.update(1, '-100.00'));
    expectFailure(bet, 'TIME_OUT');
    goOn();
    expectFailure(await checked(idOf(bet)), 'OTHERS');
    expectFailure(await apiv1.again(bet), 'OTHERS', '1000.00');
    expectFailure(await apiv1.transactionCheck(idOf(bet)), 'OTHERS');
    await member.expectLedger('1000.00', 'BET -100.00 refused: BLOCKED');
  });

  it('is followed by the truth: a debit that is sent again first is made once, and the check says so', async () => {
    const member = await apiv1.member();
    hang();
    const bet = await inTime(member.update(1, '-100.00'));
    goOn();
    expectSuccess(await truth(() => apiv1.again(bet)), '900.00');
    expectSuccess(await checked(idOf(bet)));
    await member.expectLedger('900.00', 'BET -100.00');
  });

  it('of many calls at once leaves nothing lost or doubled: what the checks say is what the ledger has', async () => {
    const member = await apiv1.member();
    await member.makes(1, '-1.00');
    const underWay = Array.from({ length: 50 }, () => inTime(member.update(1, '-2.00')));
    // The first answer shows that some are committed while others wait.
    await Promise.race(underWay);
    hang();
    const answers = await Promise.all(underWay);
    goOn();
    let made = 0;
    for (const answered of answers) {
      const { status } = (await checked(idOf(answered))).json;
      if (answered.json.status === 1) expect(status, 'an answer once given stays true').to.equal(1);
      if (status === 1) made += 1;
      else expectFailure(await apiv1.again(answered), 'OTHERS', textOfBalance(await member.balanceCheck()));
    }
    const applied = (await member.movements()).filter(({ outcome }) => outcome === Outcome.APPLIED);
    expect(applied).to.have.length(made + 1);
    expectSuccess(await member.balanceCheck(), (999 - 2 * made).toFixed(2));
  });

  it('of calls that were under way when wallet-core was killed is followed by the truth too', async () => {
    const member = await apiv1.member();
    const underWay = Array.from({ length: 30 }, () => inTime(member.update(1, '-2.00')));
    await Promise.race(underWay);
    system.core.child.kill('SIGKILL');
    const answers = await Promise.all(underWay);
    await system.core.ended;
    await system.startCore(system.clients.address);
    let made = 0;
    for (const answered of answers) {
      const { status } = (await checked(idOf(answered))).json;
      if (answered.json.status === 1) expect(status).to.equal(1);
      if (status === 1) made += 1;
    }
    expectSuccess(await member.balanceCheck(), (1000 - 2 * made).toFixed(2));
  });

  it('never stands for a recorded refusal: that is told as it was, also after a restart', async () => {
    const member = await apiv1.member('10.00');
    const refused = await member.update(1, '-10.01');
    const attempt = await member.update(9, '-10.01');
    const bet = await member.update(1, '-1.00');
    await apiv1.transactionCheck('never-seen');
    await member.isFrozen();
    const frozen = await member.update(8, '-1.00');
    await system.core.stop('SIGKILL');
    await system.startCore(system.clients.address);
    expectFailure(await checked(idOf(refused)), 'OUT_OF_BALANCE');
    expectFailure(await apiv1.transactionCheck(idOf(attempt)), 'OUT_OF_BALANCE');
    expectFailure(await apiv1.transactionCheck(idOf(frozen)), 'OTHERS');
    expectSuccess(await apiv1.transactionCheck(idOf(bet)));
    await member.isUnfrozen();
    await member.deposits('100.00');
    for (const answered of [refused, bet, frozen]) {
      expect((await apiv1.again(answered)).text).to.equal(answered.text);
    }
    expectFailure(await member.update(1, '-1.00', { transaction_id: 'never-seen' }), 'OTHERS', '109.00');
  });
});

function textOfBalance({ text }: Answered): string {
  return /"balance":([\d.]+)/.exec(text)?.[1] ?? '';
}

describe('the api-v1 error_code', () => {
  it('of a reason that is new to us is OTHERS where it was refused for good, else TIME_OUT', () => {
    expect(errorOf(Outcome.REFUSED, 9999 as Reason)).to.equal('OTHERS');
    for (const outcome of [Outcome.NOT_APPLIED, Outcome.INVALID, Outcome.UNSPECIFIED]) {
      expect(errorOf(outcome, 9999 as Reason)).to.equal('TIME_OUT');
      expect(errorOf(outcome, Reason.UNSPECIFIED)).to.equal('TIME_OUT');
    }
  });

  it('of what was not decided is TIME_OUT, never a failure', () => {
    for (const reason of [Reason.QUEUE_FULL, Reason.TOO_LATE, Reason.SHUTTING_DOWN, Reason.STORE_FULL, Reason.FAULT]) {
      expect(errorOf(Outcome.NOT_APPLIED, reason)).to.equal('TIME_OUT');
    }
    expect(errorOf(Outcome.INVALID, Reason.CHANNEL_UNKNOWN)).to.equal('TIME_OUT');
  });
});
