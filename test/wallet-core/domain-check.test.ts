import { expect } from 'chai';
import type { Command } from '../../wallet-core/domain/command.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import { check, deposit, freeze, given, move, moveOn, openAccount, refund, type Scenario } from './scenario.js';

const CORRECTION = move({ kind: 'PAYOUT_CORRECTION', amount: -20_000n });
const RETURN = move({
  ...{ kind: 'WITHHOLDING_RETURN', amount: 1n },
  names: [{ reference: 'held', relation: 'RETURN', amount: 1n }],
});

/** What a check tells: "nothing", "APPLIED" or the reason of a refusal. */
function told(scenario: Scenario, command: Command = check()): string {
  const outcome = scenario.when(command);
  if (outcome.status !== 'CHECKED') throw new Error(`the check came to ${outcome.status}`);
  return outcome.movement ? (outcome.movement.reason ?? 'APPLIED') : 'nothing';
}

const blocks = ({ records }: Scenario) => records.filter(({ type }) => type === 'block');

/** A scenario in which these commands came to whatever they came to. */
function after(...commands: readonly Command[]): Scenario {
  const scenario = given();
  for (const command of commands) scenario.when(command);
  return scenario;
}

describe('decide: a check', () => {
  const TOLD: readonly (readonly [told: string, of: string, closes: boolean, ...commands: Command[]])[] = [
    ['APPLIED', 'a bet', false, move({})],
    ['APPLIED', 'a recorded zero', false, move({ amount: 0n })],
    ['APPLIED', 'a payout', false, move({ kind: 'PAYOUT', amount: 5n })],
    ['APPLIED', 'a bet that was refunded since', false, move({}), refund()],
    ['INSUFFICIENT_FUNDS', 'a refused bet', false, move({ amount: -20_000n })],
    ['FROZEN', 'a bet of a frozen player', false, freeze('kyc'), move({})],
    ['BLOCKED', 'a late bet', false, refund(), move({})],
    ['INSUFFICIENT_FUNDS', 'a refused correction', true, CORRECTION],
    ['DEBIT_UNKNOWN', 'a refused return', true, RETURN],
    ['INSUFFICIENT_FUNDS', 'the newest of several attempts', true, RETURN, CORRECTION],
    ['DEBIT_UNKNOWN', 'the newest of several attempts, the other way round', true, CORRECTION, RETURN],
    ['APPLIED', 'what was refused first and accepted then', false, CORRECTION, move({ kind: 'BONUS', amount: 1n })],
    ['nothing', 'what never came', true],
    ['nothing', 'the same reference of another channel', true, moveOn('platform/test', {})],
    ['nothing', 'a refund request of that name', true, refund({ reference: 'bet-1' }, { reference: 'other' })],
    ['nothing', 'a reference that is blocked for one player', true, refund()],
  ];
  for (const [expected, of, closes, ...commands] of TOLD) {
    it(`tells ${expected} of ${of}, and ${closes ? 'closes it' : 'leaves it'}`, () => {
      const scenario = after(...commands);
      const before = blocks(scenario).length;
      expect(told(scenario, check('bet-1', false)), 'without closing').to.equal(expected);
      expect(blocks(scenario).length).to.equal(before);
      expect(told(scenario)).to.equal(expected);
      expect(blocks(scenario).slice(before)).to.have.length(closes ? 1 : 0);
      if (closes) expect(blocks(scenario).at(-1)).to.include({ channel: 'ebet/1', reference: 'bet-1', player: '' });
    });
  }

  it('records nothing but the block, and that once', () => {
    const scenario = given();
    const before = scenario.records.length;
    for (let times = 0; times < 3; times += 1) expect(told(scenario)).to.equal('nothing');
    expect(scenario.records.slice(before).map(({ type }) => type)).to.deep.equal(['block']);
  });

  it('that closes refuses the debit that comes late, of whatever player, and tells so', () => {
    for (const player of ['demo', 'eve']) {
      const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'), check());
      const first = scenario.when(move({ player }));
      expect(first).to.include({ status: 'REFUSED', reason: 'BLOCKED' });
      expect(scenario.when(move({ player }))).to.deep.equal(first);
      expect(told(scenario)).to.equal('BLOCKED');
    }
  });

  it('that closes lets a credit go, and a zero', () => {
    expect(given(check()).word(move({ kind: 'PAYOUT', amount: 1n }))).to.equal('APPLIED');
    expect(given(check()).word(move({ amount: 0n }))).to.equal('APPLIED');
  });

  it('that closes lets a refused settlement be sent again as a credit, not as a debit', () => {
    expect(after(RETURN, check()).word(move({ kind: 'BONUS', amount: 1n }))).to.equal('APPLIED');
    const scenario = after(CORRECTION, deposit(90_000n, 'more'), check());
    expect(scenario.word(CORRECTION)).to.equal('BLOCKED');
  });

  it('that does not close leaves the debit free', () => {
    const scenario = given(check('bet-1', false));
    expect(scenario.word(move({}))).to.equal('APPLIED');
  });

  it('closes its own channel only', () => {
    expect(given(check()).word(moveOn('platform/test', {}))).to.equal('APPLIED');
  });

  it('that closed stays as it is under a refund of the same reference, which is unknown to it', () => {
    const scenario = given(check());
    expect(scenario.statuses(refund())).to.deep.equal(['UNKNOWN']);
    expect(blocks(scenario)).to.have.length(1);
    scenario.when(move({}));
    expect(scenario.statuses(refund({ reference: 'refund-2' }))).to.deep.equal(['UNKNOWN']);
  });

  it('of a channel that has not been opened is invalid', () => {
    const scenario = given();
    expect(scenario.word({ type: 'check', channel: 'ebet/404', reference: 'bet-1', close: true })).to.equal(
      'CHANNEL_UNKNOWN',
    );
    expect(blocks(scenario)).to.deep.equal([]);
  });

  for (const reference of ['', 'r'.repeat(129), '注单']) {
    it(`of ${JSON.stringify(reference.slice(0, 10))} (${reference.length} characters) is malformed`, () => {
      expect(faultOf(check(reference))).to.match(/^reference: is ".*; expected 1 to 128 printable ASCII characters$/);
    });
  }
});
