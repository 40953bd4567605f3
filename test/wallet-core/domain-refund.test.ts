import { expect } from 'chai';
import type { Named, RefundCommand, RefundLine } from '../../wallet-core/domain/command.js';
import type { RefundLineStatus } from '../../wallet-core/domain/reasons.js';
import { deposit, freeze, given, givenWith, move, moveOn, openAccount, refund, type Scenario } from './scenario.js';

const SETTLE: Named = { reference: 'bet-1', relation: 'SETTLE', amount: 0n };
const WITHHELD = move({ kind: 'WITHHOLDING', withholding: true });
const RETURNED = move({
  kind: 'WITHHOLDING_RETURN',
  amount: 1n,
  reference: 'return-1',
  names: [{ reference: 'bet-1', relation: 'RETURN', amount: 1n }],
});

function payout(round: string, change = {}) {
  return move({ kind: 'PAYOUT', amount: 0n, reference: `payout-${round}`, round, names: [SETTLE], ...change });
}

describe('decide: the lines of a refund', () => {
  const LINES: readonly (readonly [
    status: RefundLineStatus,
    of: string,
    scenario: () => Scenario,
    line?: Partial<RefundLine>,
    change?: Partial<RefundCommand>,
  ])[] = [
    ['REFUNDED', 'a bet', () => given(move({}))],
    ['REFUNDED', 'a tip', () => given(move({ kind: 'TIP' }))],
    ['REFUNDED', 'a tournament fee', () => given(move({ kind: 'TOURNAMENT_FEE' }))],
    ['REFUNDED', 'a withholding', () => given(WITHHELD)],
    ['REFUNDED', 'a withdrawal', () => given(move({ kind: 'WITHDRAWAL' }))],
    ['REFUNDED', 'a bet of a player who has been frozen since', () => given(move({}), freeze('kyc'))],
    ['REFUNDED', 'a settled bet, if the refund does not mind', () => given(move({}), payout('round-1'))],
    [
      'REFUNDED',
      "a bet that another player's payout names",
      () => given(openAccount('eve'), move({}), payout('round-1', { player: 'eve' })),
      {},
      { refuseSettled: true },
    ],
    [
      'REFUNDED',
      'a bet that a payout only mentions',
      () => given(move({}), payout('round-1', { names: [{ ...SETTLE, relation: 'MENTION' }] })),
      {},
      { refuseSettled: true },
    ],
    [
      'SETTLED',
      'a bet that a payout of another round names',
      () => given(move({}), payout('round-2')),
      {},
      { refuseSettled: true },
    ],
    ['SETTLED', 'a settled bet', () => given(move({}), payout('round-1')), {}, { refuseSettled: true }],
    [
      'SETTLED',
      'a bet whose payout overtook it',
      () => given(payout('round-1'), move({})),
      {},
      { refuseSettled: true },
    ],
    ['UNKNOWN', 'a bet that never came', () => given()],
    ['UNKNOWN', 'a bet of another channel', () => given(moveOn('platform/test', {}))],
    ['ALREADY_REFUNDED', 'a refunded bet', () => given(move({}), refund({ reference: 'refund-0' }))],
    ['AMOUNT_DIFFERS', 'a bet of another amount', () => given(move({})), { amount: 7999n }],
    ['AMOUNT_DIFFERS', 'a line without an amount', () => given(move({})), { amount: null }],
    ['AMOUNT_DIFFERS', 'a withholding that was partly returned', () => given(WITHHELD, RETURNED)],
    [
      'AMOUNT_DIFFERS',
      'a bet of another currency',
      () => given(openAccount('demo', 'THB'), deposit(9000n, 'thb', 'demo', 'THB'), move({ currency: 'THB' })),
    ],
    [
      'AMOUNT_DIFFERS',
      'a settled bet of another currency, for the payouts of that currency are not looked at',
      () =>
        given(
          openAccount('demo', 'THB'),
          deposit(9000n, 'thb', 'demo', 'THB'),
          move({ currency: 'THB' }),
          payout('round-1', { currency: 'THB' }),
        ),
      {},
      { refuseSettled: true },
    ],
    ['NOT_REFUNDABLE', 'a bonus', () => given(move({ kind: 'BONUS', amount: 8000n }))],
    ['NOT_REFUNDABLE', 'a correction', () => given(move({ kind: 'PAYOUT_CORRECTION' }))],
    ['NOT_REFUNDABLE', 'a bet of zero', () => given(move({ amount: 0n }))],
    [
      'OTHER_PLAYER',
      "another player's bet",
      () => given(openAccount('eve'), move({})),
      { player: 'eve' },
      { player: '' },
    ],
    ['OTHER_PLAYER', 'a line for another player than the request', () => given(move({})), { player: 'eve' }],
  ];
  for (const [status, of, scenario, line = {}, change = {}] of LINES) {
    it(`${status}: ${of}`, () => {
      const ledger = scenario();
      const before = ledger.balance();
      expect(ledger.statuses(refund(change, line))).to.deep.equal([status]);
      expect(ledger.balance() - before).to.equal(status === 'REFUNDED' ? 8000n : 0n);
    });
  }

  it('NOT_REFUNDABLE: a bet that was refused', () => {
    const scenario = givenWith(100n);
    scenario.when(move({}));
    expect(scenario.statuses(refund())).to.deep.equal(['NOT_REFUNDABLE']);
  });

  it("OTHER_PLAYER: another player's bet that a block refused, which leaves no block", () => {
    const scenario = given(openAccount('eve'), refund({ reference: 'refund-0' }));
    scenario.when(move({}));
    expect(scenario.last().reason).to.equal('BLOCKED');
    expect(scenario.statuses(refund({ player: 'eve' }, { player: 'eve' }))).to.deep.equal(['OTHER_PLAYER']);
    expect(scenario.state.isBlocked('ebet/1', 'bet-1', 'eve')).to.equal(false);
  });

  it('BALANCE_LIMIT: a bet whose return would take the house past 18 digits', () => {
    const scenario = given(openAccount('eve'), move({}));
    scenario.when(move({ kind: 'PAYOUT', amount: 10n ** 18n - 1n, reference: 'payout-1', player: 'eve' }));
    scenario.when(move({ kind: 'PAYOUT', amount: 1n, reference: 'payout-2' }));
    expect(scenario.state.houseBalance('ebet/1', 'CNY', 'GAME')).to.equal(8000n - 10n ** 18n);
    expect(scenario.statuses(refund())).to.deep.equal(['BALANCE_LIMIT']);
    scenario.when(move({ amount: -1n, reference: 'bet-2' }));
    expect(scenario.statuses(refund({ reference: 'refund-2' }))).to.deep.equal(['REFUNDED']);
  });

  it('BALANCE_LIMIT: a bet whose return would pass 18 digits', () => {
    const scenario = givenWith(10n ** 18n - 1n, move({}));
    scenario.when(move({ kind: 'BONUS', amount: 1n, reference: 'bonus-1' }));
    expect(scenario.statuses(refund())).to.deep.equal(['BALANCE_LIMIT']);
  });
});

describe('decide: refunds', () => {
  it('give back what the ledger recorded, from where the debit went, and name it', () => {
    const scenario = given(move({ kind: 'TIP' }));
    scenario.when(refund());
    expect(scenario.state.houseBalance('ebet/1', 'CNY', 'TIPS')).to.equal(0n);
    const { id, timeMs, ...rest } = scenario.last();
    expect([id, timeMs]).to.deep.equal([6n, 1005n]);
    expect(rest).to.deep.equal({
      type: 'movement',
      channel: 'ebet/1',
      player: 'demo',
      currency: 'CNY',
      kind: 'REFUND',
      purpose: 'TIPS',
      amount: 8000n,
      balanceBefore: 2000n,
      balanceAfter: 10_000n,
      reason: null,
      reference: 'refund-1',
      holdsReference: false,
      round: 'round-1',
      providerType: '',
      names: [{ reference: 'bet-1', relation: 'REFUND', amount: 8000n }],
      withholding: false,
      wager: false,
    });
  });

  it('answer with the balance before and after and the sum', () => {
    const scenario = given(move({ amount: -1000n }), move({ amount: -2000n, reference: 'bet-2' }));
    const lines = [{ amount: 1000n }, { reference: 'bet-2', amount: 2000n }, { reference: 'bet-3' }];
    const outcome = scenario.when(refund({}, ...lines));
    if (outcome.status !== 'REFUND_DECIDED') throw new Error(outcome.status);
    expect(outcome.refund).to.include({ balanceBefore: 7000n, balanceAfter: 10_000n, refunded: 3000n });
    expect(outcome.refund.lines.map(({ status }) => status)).to.deep.equal(['REFUNDED', 'REFUNDED', 'UNKNOWN']);
  });

  it('of the same bet twice in one list give it back once', () => {
    const scenario = given(move({}));
    expect(scenario.statuses(refund({}, {}, {}))).to.deep.equal(['REFUNDED', 'ALREADY_REFUNDED']);
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('of the same bet in two requests give it back once', () => {
    const scenario = given(move({}), refund());
    expect(scenario.statuses(refund({ reference: 'refund-2' }))).to.deep.equal(['ALREADY_REFUNDED']);
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('may concern several players if the request names none', () => {
    const eve = { player: 'eve', reference: 'bet-2' };
    const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'), move({}), move(eve));
    expect(scenario.statuses(refund({ player: '' }, {}, eve))).to.deep.equal(['REFUNDED', 'REFUNDED']);
    expect([scenario.balance(), scenario.balance('eve')]).to.deep.equal([10_000n, 9000n]);
  });

  it('leave the request before what it caused, with ids that follow by one', () => {
    const scenario = given(move({}));
    const first = BigInt(scenario.records.length);
    scenario.when(refund({}, { reference: 'bet-9' }, {}));
    const caused = scenario.records.slice(Number(first));
    expect(caused.map(({ type }) => type)).to.deep.equal(['refund', 'block', 'movement']);
    expect(caused.map(({ id }) => id - first)).to.deep.equal([0n, 1n, 2n]);
  });

  describe('with a maximum', () => {
    const limited = (amountMax: bigint, ...lines: readonly Partial<RefundLine>[]) => refund({ amountMax }, ...lines);

    it('leave a line above it alone: nothing is given back, nothing blocked', () => {
      const scenario = given(move({}));
      const command = limited(7999n, {}, { reference: 'bet-2' });
      expect(scenario.statuses(command)).to.deep.equal(['ABOVE_MAXIMUM', 'ABOVE_MAXIMUM']);
      expect(scenario.balance()).to.equal(2000n);
      expect(scenario.word(move({ reference: 'bet-2', amount: -1n }))).to.equal('APPLIED');
    });

    it('take a line that equals it', () => {
      expect(given(move({})).statuses(limited(8000n))).to.deep.equal(['REFUNDED']);
    });

    it('judge each line by its own amount', () => {
      const scenario = given(move({ amount: -100n }), move({ reference: 'bet-2' }));
      const command = limited(100n, { reference: 'bet-2' }, { amount: 100n });
      expect(scenario.statuses(command)).to.deep.equal(['ABOVE_MAXIMUM', 'REFUNDED']);
    });

    it('judge a line above it before all else, and one without an amount like any other', () => {
      const scenario = given(move({}), refund({ reference: 'refund-0' }));
      const command = limited(1n, {}, { player: 'eve' }, { amount: null });
      expect(scenario.statuses({ ...command, player: '' })).to.deep.equal([
        ...['ABOVE_MAXIMUM', 'ABOVE_MAXIMUM', 'ALREADY_REFUNDED'],
      ]);
    });

    it('never find a line without an amount above it, however low it is', () => {
      expect(given(move({})).statuses(limited(-1n, { amount: null }))).to.deep.equal(['AMOUNT_DIFFERS']);
    });

    it('leave a bet free to be refunded by another request', () => {
      const scenario = given(move({}), limited(1n));
      expect(scenario.statuses(refund({ reference: 'refund-2' }))).to.deep.equal(['REFUNDED']);
    });
  });

  it('answer what each debit gave back, now or before, also when repeated', () => {
    const scenario = given(move({ amount: -1000n }), move({ amount: -2000n, reference: 'bet-2' }));
    scenario.when(refund({ reference: 'refund-0' }, { amount: 1000n }));
    const command = refund({}, { amount: 5n }, { reference: 'bet-2', amount: 2000n }, { reference: 'bet-3' });
    const outcome = scenario.when(command);
    if (outcome.status !== 'REFUND_DECIDED') throw new Error(outcome.status);
    expect(outcome.givenBack).to.deep.equal([1000n, 2000n, 0n]);
    expect(scenario.when(command)).to.deep.equal(outcome);
  });

  it('answer that a known debit gave nothing back if it was not refunded', () => {
    const outcome = given(move({})).when(refund({}, { amount: 5n }));
    if (outcome.status !== 'REFUND_DECIDED') throw new Error(outcome.status);
    expect(outcome.givenBack).to.deep.equal([0n]);
  });

  it('share no references with movements', () => {
    const scenario = given(move({}));
    expect(scenario.statuses(refund({ reference: 'bet-1' }))).to.deep.equal(['REFUNDED']);
    expect(scenario.word(move({ reference: 'refund-1', amount: -1n }))).to.equal('APPLIED');
  });

  describe('repeated', () => {
    it('get the first answer, line by line, and move nothing', () => {
      const scenario = given(move({}));
      const first = scenario.when(refund({}, {}, { reference: 'bet-2' }));
      const records = scenario.records.length;
      expect(scenario.when(refund({}, {}, { reference: 'bet-2' }))).to.deep.equal(first);
      expect(scenario.records.length).to.equal(records);
    });

    const DIFFERENT: readonly (readonly [what: string, command: RefundCommand])[] = [
      ['another player', refund({ player: '' })],
      ['another currency', refund({ currency: 'THB' })],
      ['another debit', refund({}, { reference: 'bet-2' })],
      ['another amount', refund({}, { amount: 7000n })],
      ['no amount', refund({}, { amount: null })],
      ['another player in a line', refund({}, { player: 'eve' })],
      ['one line more', refund({}, {}, {})],
    ];
    for (const [what, command] of DIFFERENT) {
      it(`with ${what} are a conflict`, () => {
        const outcome = given(move({}), refund()).when(command);
        expect(outcome).to.include({ status: 'INVALID', reason: 'REFERENCE_CONFLICT' });
        expect(outcome).to.have.property('message').that.contains('refund-1');
      });
    }

    it('with one line of several changed are a conflict', () => {
      const scenario = given(move({}), refund({}, {}, { reference: 'bet-2' }));
      expect(scenario.word(refund({}, {}, { reference: 'bet-3' }))).to.equal('REFERENCE_CONFLICT');
    });
  });
});

describe('decide: blocks', () => {
  it('refuse for ever the debit whose refund came first', () => {
    const scenario = given(refund());
    const first = scenario.when(move({}));
    expect(first).to.include({ status: 'REFUSED', reason: 'BLOCKED' });
    expect(scenario.when(move({}))).to.deep.equal(first);
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('let a second refund be as unknown as the first, before and after the debit', () => {
    const scenario = given(refund());
    expect(scenario.statuses(refund({ reference: 'refund-2' }))).to.deep.equal(['UNKNOWN']);
    scenario.when(move({}));
    expect(scenario.statuses(refund({ reference: 'refund-3' }))).to.deep.equal(['UNKNOWN']);
    expect(scenario.records.filter(({ type }) => type === 'block').length).to.equal(1);
  });

  it('stop debits only', () => {
    expect(given(refund()).word(move({ kind: 'PAYOUT', amount: 8000n }))).to.equal('APPLIED');
    expect(given(refund()).word(move({ amount: 0n }))).to.equal('APPLIED');
  });

  it('stop a correction that takes money, as any debit', () => {
    expect(given(refund()).word(move({ kind: 'PAYOUT_CORRECTION', amount: -100n }))).to.equal('BLOCKED');
  });

  it('bind the player of the refund and nobody else', () => {
    const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'), refund());
    expect(scenario.word(move({ player: 'eve' }))).to.equal('APPLIED');
  });

  it('bind the channel of the refund and no other', () => {
    expect(given(refund()).word(moveOn('platform/test', {}))).to.equal('APPLIED');
  });

  it('are not made for a line of another player than the request', () => {
    const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'));
    expect(scenario.statuses(refund({}, { player: 'eve' }))).to.deep.equal(['OTHER_PLAYER']);
    expect(scenario.word(move({ player: 'eve' }))).to.equal('APPLIED');
  });
});
