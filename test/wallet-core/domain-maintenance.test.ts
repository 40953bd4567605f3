import { expect } from 'chai';
import { KINDS, type Kind } from '../../wallet-core/domain/kinds.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import { check, freeze, given, maintenance, move, moveOn, refund } from './scenario.js';

const ON = maintenance(true);
const OFF = maintenance(false);

describe('decide: maintenance of a channel', () => {
  const KINDS_OF_CALLERS = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== 'REFUND');
  for (const kind of KINDS_OF_CALLERS) {
    const { sign, stake } = KINDS[kind];
    if (sign !== 'credit') {
      it(`refuses a debit: ${kind}, which is ${stake ? 'final' : 'decided anew when it is over'}`, () => {
        const scenario = given(ON);
        const debit = move({ kind, amount: -100n });
        expect(scenario.word(debit)).to.equal('MAINTENANCE');
        expect(scenario.last()).to.include({ balanceBefore: 10_000n, balanceAfter: 10_000n, holdsReference: stake });
        scenario.when(OFF);
        expect(scenario.word(debit)).to.equal(stake ? 'MAINTENANCE' : 'APPLIED');
      });
    }
    if (sign !== 'debit' && kind !== 'WITHHOLDING_RETURN') {
      it(`lets a credit go on: ${kind}`, () => {
        expect(given(ON).word(move({ kind, amount: 100n }))).to.equal('APPLIED');
      });
    }
    it(`lets a zero go on: ${kind}`, () => {
      expect(given(ON).word(move({ kind, amount: 0n }))).to.equal('APPLIED');
    });
  }

  it('lets returns and refunds of earlier debits go on', () => {
    const held = move({ kind: 'WITHHOLDING', amount: -500n, reference: 'held', withholding: true });
    const names = [{ reference: 'held', relation: 'RETURN' as const, amount: 500n }];
    const scenario = given(move({}), held, ON);
    expect(scenario.word(move({ kind: 'WITHHOLDING_RETURN', amount: 500n, reference: 'back', names }))).to.equal(
      'APPLIED',
    );
    expect(scenario.statuses(refund())).to.deep.equal(['REFUNDED']);
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('gives a repeated bet its first answer', () => {
    const scenario = given(move({}));
    const first = scenario.when(move({}));
    scenario.when(ON);
    expect(scenario.when(move({}))).to.deep.equal(first);
  });

  it('comes before a block, the player and his freeze, as the page orders the checks', () => {
    const scenario = given(ON, refund(), freeze('kyc'));
    expect(scenario.word(move({}))).to.equal('MAINTENANCE');
    expect(scenario.word(move({ player: 'nobody', reference: 'bet-2' }))).to.equal('MAINTENANCE');
  });

  it('is of one channel', () => {
    expect(given(ON).word(moveOn('platform/test', {}))).to.equal('APPLIED');
  });

  it('is told by a check, and a refund of the bet that it refused says that nothing moved', () => {
    const scenario = given(ON);
    scenario.when(move({}));
    expect(scenario.when(check())).to.deep.include({ status: 'CHECKED', movement: scenario.last() });
    expect(scenario.statuses(refund())).to.deep.equal(['NOT_REFUNDABLE']);
  });

  it('refuses a command that has one debit whole', () => {
    const scenario = given(ON);
    expect(scenario.word(move({ kind: 'BONUS', amount: 1n, reference: 'bonus' }, {}))).to.equal('MAINTENANCE');
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('is recorded once for each change', () => {
    const scenario = given();
    const changes = [ON, ON, OFF, OFF, ON].map((command) => scenario.when(command));
    expect(changes).to.deep.equal([true, false, true, false, true].map((changed) => ({ status: 'DONE', changed })));
    const records = scenario.records.filter(({ type }) => type === 'maintenance');
    expect(records).to.have.length(3);
  });

  it('is of open channels only', () => {
    for (const holds of [true, false]) {
      expect(given().when(maintenance(holds, 'ebet/404'))).to.deep.equal({ status: 'NO_CHANNEL' });
    }
  });

  it('has a note of up to 200 characters', () => {
    const note = (text: string) => faultOf({ type: 'maintenance', channel: 'ebet/1', maintenance: true, note: text });
    expect(note('n'.repeat(200))).to.equal(undefined);
    expect(note('n'.repeat(201))).to.match(/^note: is "n+…"; expected at most 200 characters$/);
    expect(note('a\n')).to.equal('note: is "a\\n"; expected no control characters');
  });
});
