import { expect } from 'chai';
import type { Named, NewMovement } from '../../wallet-core/domain/command.js';
import type { Kind, Purpose } from '../../wallet-core/domain/kinds.js';
import { KINDS } from '../../wallet-core/domain/kinds.js';
import { outstandingOf } from '../../wallet-core/domain/state.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import {
  deposit,
  freeze,
  given,
  givenWith,
  move,
  moveOn,
  openAccount,
  refund,
  Scenario,
  unfreeze,
} from './scenario.js';

type Relation = Named['relation'];
const LIMIT = 10n ** 18n;

function names(relation: Relation, reference: string, amount = 0n): Named {
  return { reference, relation, amount };
}

/** A withholding of 50.00, and what returns a part of it. */
const WITHHOLDING: Partial<NewMovement> = { kind: 'WITHHOLDING', amount: -5000n, reference: 'held', withholding: true };

function returning(amount: bigint, change: Partial<NewMovement> = {}, debit = 'held'): Partial<NewMovement> {
  const base = { kind: 'WITHHOLDING_RETURN', reference: 'return-1', amount } as const;
  return { ...base, names: [names('RETURN', debit, amount)], ...change };
}

interface Row {
  readonly sign: 'debit' | 'credit' | 'either';
  readonly purpose: Purpose;
  readonly stake: boolean;
  readonly mayName: readonly Relation[];
}

/** What the protocol pages say of each kind that a caller may post, told a second time: the code's table must agree. */
const TABLE: Readonly<Record<Exclude<Kind, 'REFUND'>, Row>> = {
  BET: { sign: 'debit', purpose: 'GAME', stake: true, mayName: [] },
  PAYOUT: {
    sign: 'credit',
    purpose: 'GAME',
    stake: false,
    mayName: ['RETURN_CAPPED', 'SETTLE', 'REFUND_FAILED', 'REJECT_FAILED'],
  },
  TIP: { sign: 'debit', purpose: 'TIPS', stake: true, mayName: [] },
  BONUS: { sign: 'credit', purpose: 'PROMOTION', stake: false, mayName: [] },
  TOURNAMENT_FEE: { sign: 'debit', purpose: 'TOURNAMENT', stake: true, mayName: [] },
  TOURNAMENT_REFUND: { sign: 'credit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  TOURNAMENT_AWARD: { sign: 'credit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  TOURNAMENT_AWARD_REVERSAL: { sign: 'debit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  WITHHOLDING: { sign: 'debit', purpose: 'GAME', stake: true, mayName: [] },
  WITHHOLDING_RETURN: { sign: 'credit', purpose: 'GAME', stake: false, mayName: ['RETURN'] },
  PAYOUT_CORRECTION: { sign: 'either', purpose: 'GAME', stake: false, mayName: [] },
  DEPOSIT: { sign: 'credit', purpose: 'CASH', stake: false, mayName: [] },
  WITHDRAWAL: { sign: 'debit', purpose: 'CASH', stake: true, mayName: [] },
  ADJUSTMENT: { sign: 'either', purpose: 'ADJUSTMENT', stake: false, mayName: [] },
  BET_RETURN: { sign: 'either', purpose: 'GAME', stake: false, mayName: [] },
  BET_RESTORED: { sign: 'either', purpose: 'GAME', stake: true, mayName: [] },
};
const ROWS = Object.entries(TABLE) as [keyof typeof TABLE, Row][];
const RELATIONS: readonly Relation[] = [
  'RETURN',
  'RETURN_CAPPED',
  'SETTLE',
  'MENTION',
  'REFUND',
  'REFUND_FAILED',
  'REJECT_FAILED',
];

/** A movement of 10.00 that this kind may make. */
function example(kind: Kind, sign: 'debit' | 'credit' | 'either'): Partial<NewMovement> {
  const amount = sign === 'debit' ? -1000n : 1000n;
  if (kind === 'WITHHOLDING_RETURN') return returning(amount, { reference: 'it' });
  return { kind, amount, reference: 'it', withholding: kind === 'WITHHOLDING', wager: kind === 'BET' };
}

describe('decide: kinds', () => {
  it('are all in the table of this test', () => {
    expect(Object.keys(KINDS).sort()).to.deep.equal([...Object.keys(TABLE), 'REFUND'].sort());
  });

  for (const [kind, { sign, purpose, stake, mayName }] of ROWS) {
    describe(kind, () => {
      const command = move(example(kind, sign));
      const { amount = 0n } = example(kind, sign);

      it(`moves 10.00 against ${purpose}`, () => {
        const scenario = given(move(WITHHOLDING));
        const before = scenario.balance();
        const house = scenario.state.houseBalance('ebet/1', 'CNY', purpose);
        expect(scenario.word(command)).to.equal('APPLIED');
        expect(scenario.balance() - before).to.equal(amount);
        expect(scenario.state.houseBalance('ebet/1', 'CNY', purpose) - house).to.equal(-amount);
        expect(scenario.last()).to.include({ kind, purpose, balanceBefore: before, balanceAfter: before + amount });
      });

      it('records zero', () => {
        const scenario = given();
        const zero = move({ kind, amount: 0n, reference: 'zero' });
        expect(faultOf(zero)).to.equal(undefined);
        expect(scenario.word(zero)).to.equal('APPLIED');
        expect(scenario.last()).to.include({ amount: 0n, balanceBefore: 10_000n, balanceAfter: 10_000n });
      });

      it(sign === 'either' ? 'takes either sign' : `takes no amount that is no ${sign}`, () => {
        const wrong = sign === 'debit' ? 'positive' : 'negative';
        const bound = sign === 'debit' ? '<=' : '>=';
        const fault = faultOf(move({ ...example(kind, sign), amount: -amount }));
        const message = `movements[0].amount: is ${wrong}; a ${kind} takes an amount ${bound} 0`;
        expect(fault).to.equal(sign === 'either' ? undefined : message);
      });

      it(stake ? 'is stopped by a freeze' : 'goes on in a freeze', () => {
        const scenario = given(move(WITHHOLDING), freeze('kyc'));
        expect(scenario.word(command)).to.equal(stake ? 'FROZEN' : 'APPLIED');
      });

      it(stake ? 'is final when refused' : 'is decided anew after a refusal', () => {
        const scenario = new Scenario();
        for (const channel of ['ebet/1', 'platform/test']) scenario.when({ type: 'open-channel', channel });
        const first = scenario.when(command);
        expect(first).to.include({ status: 'REFUSED', reason: 'NO_ACCOUNT' });
        for (const mended of [openAccount(), deposit(10_000n), move(WITHHOLDING)]) scenario.when(mended);
        if (stake) expect(scenario.when(command)).to.deep.equal(first);
        else expect(scenario.word(command)).to.equal('APPLIED');
        expect(scenario.movements().filter(({ reference }) => reference === 'it').length).to.equal(stake ? 1 : 2);
      });

      for (const relation of RELATIONS) {
        const may = relation === 'MENTION' || mayName.includes(relation);
        it(`${may ? 'may' : 'may not'} name with ${relation}`, () => {
          const drawn = relation === 'RETURN' ? amount : 0n;
          const fault = faultOf(move({ ...example(kind, sign), names: [names(relation, 'other', drawn)] }));
          const sums = kind === 'WITHHOLDING_RETURN' && relation === 'MENTION';
          if (sums) expect(fault).to.match(/^movements\[0\]\.names: the amounts to RETURN must sum/);
          else if (may) expect(fault).to.equal(undefined);
          else expect(fault).to.equal(`movements[0].names[0].relation: a ${kind} cannot name with ${relation}`);
        });
      }
    });
  }

  it('REFUND cannot be posted by a caller', () => {
    const command = move({ kind: 'REFUND', amount: 1000n });
    expect(faultOf(command)).to.match(/^movements\[0\]\.kind: REFUND is written by refunds only/);
    expect(() => given().when(command)).to.throw('a caller cannot post a REFUND');
  });

  it('takes the last cent and not one more', () => {
    const scenario = given();
    expect(scenario.word(move({ amount: -10_000n }))).to.equal('APPLIED');
    expect(scenario.word(move({ amount: -1n, reference: 'bet-2' }))).to.equal('INSUFFICIENT_FUNDS');
    expect(scenario.balance()).to.equal(0n);
  });

  it('lets no correction take a balance below zero', () => {
    for (const kind of ['PAYOUT_CORRECTION', 'ADJUSTMENT', 'TOURNAMENT_AWARD_REVERSAL'] as const) {
      expect(given().word(move({ kind, amount: -10_001n })), kind).to.equal('INSUFFICIENT_FUNDS');
    }
  });
});

describe('decide: refusals', () => {
  it('names a channel that is not open, and records nothing', () => {
    const scenario = given();
    const before = scenario.records.length;
    const outcome = scenario.when(moveOn('ebet/9', {}));
    expect(outcome).to.include({ status: 'INVALID', reason: 'CHANNEL_UNKNOWN' });
    expect(outcome).to.have.property('message').that.contains('ebet/9');
    expect(scenario.word({ ...refund(), channel: 'ebet/9' })).to.equal('CHANNEL_UNKNOWN');
    expect(scenario.records.length).to.equal(before);
  });

  it('records a refusal with the balance that stays', () => {
    const scenario = given();
    const outcome = scenario.when(move({ amount: -20_000n }));
    expect(outcome).to.deep.include({ status: 'REFUSED', reason: 'INSUFFICIENT_FUNDS' });
    expect(scenario.last()).to.include({
      reason: 'INSUFFICIENT_FUNDS',
      amount: -20_000n,
      balanceBefore: 10_000n,
      balanceAfter: 10_000n,
      holdsReference: true,
    });
  });

  it('knows no account of a player in another currency', () => {
    expect(given().word(move({ currency: 'THB' }))).to.equal('NO_ACCOUNT');
  });

  it('records that of a player without an account with a balance of zero', () => {
    const scenario = given();
    const outcome = scenario.when(move({ player: 'eve' }));
    const balances = { balanceBefore: 0n, balanceAfter: 0n };
    expect(outcome).to.have.deep.nested.property('movements[0]', { id: 4n, currency: 'CNY', ...balances });
    expect(scenario.last()).to.include({ reason: 'NO_ACCOUNT', ...balances });
  });

  it('leaves the reference of a refused settlement free', () => {
    const scenario = given();
    scenario.when(move(returning(1000n)));
    expect(scenario.last()).to.include({ reason: 'DEBIT_UNKNOWN', holdsReference: false });
    expect(scenario.word(move({ kind: 'BONUS', amount: 100n, reference: 'return-1' }))).to.equal('APPLIED');
  });

  describe('in the order of the protocol', () => {
    /** Each lets the check before it pass, and fails at its own and all after it. */
    const worst = { amount: -20_000n, reference: 'blocked' };
    const block = refund({ player: '' }, { reference: 'blocked', player: 'eve' });

    it('a block before a missing account', () => {
      expect(given(block).word(move({ ...worst, player: 'eve' }))).to.equal('BLOCKED');
    });
    it('a missing account before a freeze', () => {
      const scenario = given(openAccount('eve', 'THB'), freeze('kyc', 'eve'));
      expect(scenario.word(move({ ...worst, player: 'eve' }))).to.equal('NO_ACCOUNT');
    });
    it('a freeze before the funds', () => {
      expect(given(freeze('kyc')).word(move(worst))).to.equal('FROZEN');
    });
    it('an unknown debit before the limit of the balance', () => {
      expect(givenWith(LIMIT - 1n).word(move(returning(1000n)))).to.equal('DEBIT_UNKNOWN');
    });
    it('the outstanding before the limit of the balance', () => {
      const scenario = givenWith(LIMIT - 1n, move(WITHHOLDING), move({ kind: 'BONUS', amount: 5000n, reference: 'b' }));
      expect(scenario.word(move(returning(5001n)))).to.equal('EXCEEDS_OUTSTANDING');
    });
  });

  describe('at 18 digits', () => {
    it('lets a balance reach 999…99 and not one more', () => {
      const scenario = givenWith(LIMIT - 2n);
      expect(scenario.word(deposit(1n, 'deposit-2'))).to.equal('APPLIED');
      expect(scenario.balance()).to.equal(LIMIT - 1n);
      expect(scenario.word(move({ kind: 'BONUS', amount: 1n }))).to.equal('BALANCE_LIMIT');
    });

    it('lets no house account pass it, however many players share it', () => {
      const scenario = givenWith(0n, openAccount('eve'));
      expect(scenario.word(deposit(LIMIT - 1n))).to.equal('APPLIED');
      expect(scenario.word(deposit(1n, 'deposit-2', 'eve'))).to.equal('BALANCE_LIMIT');
      expect(scenario.balance('eve')).to.equal(0n);
    });

    it('lets no house account pass it upwards', () => {
      const scenario = givenWith(LIMIT - 1n, move({ amount: 1n - LIMIT }));
      scenario.when(move({ kind: 'BONUS', amount: 1n, reference: 'bonus-1' }));
      expect(scenario.word(move({ amount: -1n, reference: 'bet-2' }))).to.equal('BALANCE_LIMIT');
    });
  });
});

describe('decide: repeats', () => {
  it('gives the first answer again, with the balances of the time, and moves nothing', () => {
    const scenario = given();
    const first = scenario.when(move({}));
    scenario.when(deposit(5000n, 'deposit-2'));
    const records = scenario.records.length;
    expect(scenario.when(move({}))).to.deep.equal(first);
    expect(scenario.records.length).to.equal(records);
    expect(scenario.balance()).to.equal(7000n);
  });

  it('keeps a refused stake refused after a deposit', () => {
    const scenario = given();
    const first = scenario.when(move({ amount: -20_000n }));
    scenario.when(deposit(50_000n, 'deposit-2'));
    expect(scenario.when(move({ amount: -20_000n }))).to.deep.equal(first);
    expect(scenario.balance()).to.equal(60_000n);
  });

  it('answers an applied bet again although the player has been frozen since', () => {
    const scenario = given(move({}), freeze('kyc'));
    expect(scenario.word(move({}))).to.equal('APPLIED');
  });

  it('keeps the references of one channel apart from those of another', () => {
    const scenario = given(move({ amount: -3000n }));
    expect(scenario.word(moveOn('platform/test', { amount: -3000n }))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(4000n);
  });

  it('keeps apart channels and references that are the same when written one behind the other', () => {
    const scenario = given({ type: 'open-channel', channel: 'ebet/11' }, moveOn('ebet/11', { reference: '2' }));
    const other = moveOn('ebet/1', { reference: '12', amount: -2000n });
    expect(scenario.word(other)).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(0n);
  });

  const first: Partial<NewMovement> = {
    kind: 'PAYOUT',
    amount: 1000n,
    names: [names('SETTLE', 'bet-1'), names('MENTION', 'bet-2')],
  };
  const DIFFERENT: readonly (readonly [field: string, change: Partial<NewMovement>])[] = [
    ['player', { player: 'eve' }],
    ['currency', { currency: 'THB' }],
    ['kind', { kind: 'BONUS' }],
    ['amount', { amount: 1001n }],
    ['round', { round: 'round-2' }],
    ['no round', { round: '' }],
    ['provider type', { providerType: '2' }],
    ['a reference that it names', { names: [names('SETTLE', 'bet-3'), names('MENTION', 'bet-2')] }],
    ['no names', { names: [] }],
    ['fewer names', { names: [names('SETTLE', 'bet-1')] }],
    ['more names', { names: [names('SETTLE', 'bet-1'), names('MENTION', 'bet-2'), names('MENTION', 'bet-3')] }],
  ];
  for (const [field, change] of DIFFERENT) {
    it(`is a conflict with a different request: ${field}`, () => {
      const scenario = given(openAccount('eve'), openAccount('demo', 'THB'), move(first));
      const records = scenario.records.length;
      const outcome = scenario.when(move({ ...first, ...change }));
      expect(outcome).to.include({ status: 'INVALID', reason: 'REFERENCE_CONFLICT' });
      expect(outcome).to.have.property('message').that.contains('bet-1');
      expect(scenario.records.length).to.equal(records);
    });
  }

  it('is the same request with its names in another order and relation', () => {
    const scenario = given(move(first));
    const again = { ...first, names: [names('MENTION', 'bet-2'), names('MENTION', 'bet-1')] };
    expect(scenario.word(move(again))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(11_000n);
  });

  it('is the same request with another round, if the caller does not sign rounds; the first one is kept', () => {
    const unsigned = { ...first, roundUnsigned: true };
    const scenario = given(move(unsigned));
    const records = scenario.records.length;
    expect(scenario.word(move({ ...unsigned, round: 'round-2' }))).to.equal('APPLIED');
    expect(scenario.records.length).to.equal(records);
    expect(scenario.last().round).to.equal('round-1');
    expect(scenario.when(move({ ...unsigned, round: '', amount: 1n }))).to.include({ reason: 'REFERENCE_CONFLICT' });
  });

  it('of a capped return is the same, although less was drawn than it asked for', () => {
    const payout = { ...first, amount: 7000n, names: [names('RETURN_CAPPED', 'held', 9000n)] };
    const scenario = given(move(WITHHOLDING), move(payout));
    expect(scenario.last().names).to.deep.equal([names('RETURN_CAPPED', 'held', 5000n)]);
    expect(scenario.word(move(payout))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(12_000n);
  });
});

describe('decide: several movements', () => {
  const two = move({ amount: -6000n, reference: 'a' }, { amount: -6000n, reference: 'b' });

  it('are applied whole, each on the balance that the one before left', () => {
    const scenario = given();
    const outcome = scenario.when(move({ amount: -6000n, reference: 'a' }, { amount: -4000n, reference: 'b' }));
    expect(outcome).to.deep.include({ status: 'APPLIED' });
    expect(
      scenario
        .movements()
        .slice(1)
        .map(({ balanceAfter }) => balanceAfter),
    ).to.deep.equal([4000n, 0n]);
  });

  it('move nothing if the last of them cannot', () => {
    const scenario = given();
    expect(scenario.word(two)).to.equal('INSUFFICIENT_FUNDS');
    expect(scenario.balance()).to.equal(10_000n);
    expect(scenario.state.houseBalance('ebet/1', 'CNY', 'GAME')).to.equal(0n);
    const [a, b] = scenario.movements().slice(1);
    for (const record of [a, b]) {
      expect(record).to.include({ reason: 'INSUFFICIENT_FUNDS', balanceBefore: 10_000n, balanceAfter: 10_000n });
    }
  });

  it('draw on nothing if the last of them cannot', () => {
    const scenario = given(move(WITHHOLDING));
    scenario.when(move(returning(5000n), { amount: -90_000n, reference: 'b' }));
    expect(scenario.last().names).to.deep.equal([]);
    expect(scenario.word(move(returning(5000n, { reference: 'return-2' })))).to.equal('APPLIED');
  });

  it('with a stake among them are refused for ever, under every reference', () => {
    const settlement = { kind: 'PAYOUT', amount: 100n, reference: 'b' } as const;
    const mixed = move({ amount: -20_000n, reference: 'a' }, settlement);
    const scenario = given();
    const first = scenario.when(mixed);
    scenario.when(deposit(50_000n, 'deposit-2'));
    expect(scenario.when(mixed)).to.deep.equal(first);
    expect(scenario.word(move(settlement)), 'the settlement alone').to.equal('INSUFFICIENT_FUNDS');
  });

  it('that are all settlements are decided anew', () => {
    const both = move(
      { kind: 'PAYOUT', amount: 100n, reference: 'a' },
      { kind: 'PAYOUT_CORRECTION', amount: -20_000n, reference: 'b' },
    );
    const scenario = given();
    expect(scenario.word(both)).to.equal('INSUFFICIENT_FUNDS');
    scenario.when(deposit(50_000n, 'deposit-2'));
    expect(scenario.word(both)).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(40_100n);
  });

  it('may return what the same command withheld', () => {
    expect(given().word(move(WITHHOLDING, returning(5000n)))).to.equal('APPLIED');
  });

  it('cannot return more than one debit holds, in however many movements', () => {
    const scenario = given(move(WITHHOLDING));
    const outcome = scenario.word(move(returning(3000n), returning(3000n, { reference: 'return-2' })));
    expect(outcome).to.equal('EXCEEDS_OUTSTANDING');
    expect(scenario.balance()).to.equal(5000n);
  });

  it('may concern several players', () => {
    const scenario = given(openAccount('eve'));
    const gift = move(
      { kind: 'ADJUSTMENT', amount: -100n, reference: 'a' },
      { kind: 'ADJUSTMENT', amount: 100n, reference: 'b', player: 'eve' },
    );
    expect(scenario.word(gift)).to.equal('APPLIED');
    expect([scenario.balance(), scenario.balance('eve')]).to.deep.equal([9900n, 100n]);
  });

  it('of which only some are known are a conflict', () => {
    for (const known of ['a', 'b']) {
      const outcome = given(move({ amount: -6000n, reference: known })).when(two);
      expect(outcome).to.deep.equal({
        status: 'INVALID',
        reason: 'REFERENCE_CONFLICT',
        message: `reference ${known}: known on this channel with a different request`,
      });
    }
  });

  it('name in a conflict all references that are known', () => {
    const scenario = given(move({ amount: -1n, reference: 'a' }, { amount: -1n, reference: 'b' }));
    const outcome = scenario.when(two);
    expect(outcome)
      .to.have.property('message')
      .that.matches(/^reference a, b: known/);
  });

  describe('of references that are known from commands of their own are a conflict:', () => {
    const a = { amount: -1000n, reference: 'a' };
    const b = { amount: -2000n, reference: 'b' };
    const tooMuch = { amount: -99_999n, reference: 'too-much' };
    const cases: readonly (readonly [what: string, apart: readonly Partial<NewMovement>[]])[] = [
      ['one applied, the next refused', [a, tooMuch]],
      ['one refused, the next applied', [tooMuch, a]],
      ['one applied, a later one refused', [a, b, tooMuch]],
      ['both applied, another between them', [a, { amount: -1n, reference: 'between' }, b]],
    ];
    for (const [what, apart] of cases) {
      it(what, () => {
        const scenario = given();
        for (const movement of apart) scenario.when(move(movement));
        const { length } = scenario.records;
        const [first = {}, last = {}] = [apart[0], apart.at(-1)];
        for (const command of [move(first, last), move(last, first)]) {
          const outcome = scenario.when(command);
          expect(outcome).to.include({ status: 'INVALID', reason: 'REFERENCE_CONFLICT' });
        }
        expect(scenario.records.length).to.equal(length);
        for (const movement of apart) {
          expect(scenario.word(move(movement)), movement.reference).to.equal(
            movement === tooMuch ? 'INSUFFICIENT_FUNDS' : 'APPLIED',
          );
        }
      });
    }
  });

  for (const [what, money] of [
    ['applied', 20_000n],
    ['refused', 10_000n],
  ] as const) {
    it(`that were ${what} get their first answer again, all together`, () => {
      const scenario = givenWith(money);
      const first = scenario.when(two);
      expect(first.status).to.equal(what.toUpperCase());
      scenario.when(deposit(50_000n, 'deposit-2'));
      const { length } = scenario.records;
      expect(scenario.when(two)).to.deep.equal(first);
      expect(scenario.records.length).to.equal(length);
    });
  }
});

describe('decide: returns', () => {
  const bet = { ...WITHHOLDING, kind: 'BET' } as const;

  it('draw on a withholding until nothing is left', () => {
    const scenario = given(move(WITHHOLDING));
    expect(scenario.word(move(returning(2000n)))).to.equal('APPLIED');
    expect(scenario.word(move(returning(3000n, { reference: 'return-2' })))).to.equal('APPLIED');
    expect(scenario.word(move(returning(1n, { reference: 'return-3' })))).to.equal('EXCEEDS_OUTSTANDING');
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('draw on a bet that includes a withholding', () => {
    expect(given(move(bet)).word(move(returning(5000n)))).to.equal('APPLIED');
  });

  const UNKNOWN: readonly (readonly [what: string, scenario: () => Scenario, change?: Partial<NewMovement>])[] = [
    ['that never came', () => given()],
    ['that held nothing', () => given(move({ ...bet, withholding: false }))],
    ['of another player', () => given(openAccount('eve'), move(WITHHOLDING)), { player: 'eve' }],
    ['of another currency', () => given(openAccount('demo', 'THB'), move(WITHHOLDING)), { currency: 'THB' }],
    ['of another channel', () => given(moveOn('platform/test', WITHHOLDING))],
  ];
  for (const [what, scenario, change] of UNKNOWN) {
    it(`know no debit ${what}`, () => {
      expect(scenario().word(move(returning(1000n, change)))).to.equal('DEBIT_UNKNOWN');
    });
  }

  it('know no debit that was refused', () => {
    const scenario = givenWith(100n);
    scenario.when(move(WITHHOLDING));
    expect(scenario.word(move(returning(1000n)))).to.equal('DEBIT_UNKNOWN');
  });

  it('succeed when sent again after the withholding that they overtook', () => {
    const scenario = given();
    expect(scenario.word(move(returning(5000n)))).to.equal('DEBIT_UNKNOWN');
    scenario.when(move(WITHHOLDING));
    expect(scenario.word(move(returning(5000n)))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('find nothing left of a refunded debit', () => {
    const scenario = given(move(WITHHOLDING), refund({}, { reference: 'held', amount: 5000n }));
    expect(scenario.word(move(returning(1n)))).to.equal('EXCEEDS_OUTSTANDING');
  });

  it('sum up the parts of one debit that is named twice', () => {
    const twice = returning(6000n, { names: [names('RETURN', 'held', 3000n), names('RETURN', 'held', 3000n)] });
    expect(given(move(WITHHOLDING)).word(move(twice))).to.equal('EXCEEDS_OUTSTANDING');
  });

  it('may name a debit of which they return nothing, known or not', () => {
    const parts = [names('RETURN', 'held', 1000n), names('RETURN', 'unknown', 0n)];
    const scenario = given(move(WITHHOLDING));
    expect(scenario.word(move(returning(1000n, { names: parts })))).to.equal('APPLIED');
    expect(scenario.last().names).to.deep.equal(parts);
  });

  it('may name several debits', () => {
    const second = { ...WITHHOLDING, reference: 'held-2', amount: -1000n };
    const scenario = given(move(WITHHOLDING), move(second));
    const both = returning(6000n, { names: [names('RETURN', 'held', 5000n), names('RETURN', 'held-2', 1000n)] });
    expect(scenario.word(move(both))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('leave the outstanding of a debit', () => {
    const scenario = given(move(WITHHOLDING), move(returning(1999n)));
    const debit = scenario.state.movement('ebet/1', 'held');
    if (!debit) throw new Error('the withholding is gone');
    expect(outstandingOf(debit, scenario.state.drawnOf('ebet/1', 'held'))).to.equal(3001n);
    expect(outstandingOf(debit, { returned: 0n, refunded: true }), 'refunded').to.equal(0n);
    expect(outstandingOf({ ...debit, reason: 'FROZEN' }, { returned: 0n, refunded: false }), 'refused').to.equal(0n);
    expect(outstandingOf(scenario.last(), { returned: 0n, refunded: false }), 'no stake').to.equal(0n);
    scenario.when(move({ kind: 'BET_RESTORED', amount: 100n, reference: 'restored' }));
    expect(outstandingOf(scenario.last(), { returned: 0n, refunded: false }), 'a stake that gave').to.equal(0n);
  });

  describe('capped, in a payout', () => {
    const payout = (amount: bigint, drawn: bigint): Partial<NewMovement> => ({
      kind: 'PAYOUT',
      reference: 'payout-1',
      amount,
      names: [names('RETURN_CAPPED', 'held', drawn)],
    });

    it('draw what is there and are never refused', () => {
      const scenario = given(move(WITHHOLDING), move(returning(4000n)));
      expect(scenario.word(move(payout(2000n, 2000n)))).to.equal('APPLIED');
      expect(scenario.last().names).to.deep.equal([names('RETURN_CAPPED', 'held', 1000n)]);
      expect(scenario.word(move(returning(1n, { reference: 'return-2' })))).to.equal('EXCEEDS_OUTSTANDING');
    });

    it('draw in all no more than the amount that is signed', () => {
      const scenario = given(move(WITHHOLDING));
      expect(scenario.word(move(payout(1n, 5000n)))).to.equal('APPLIED');
      expect(scenario.last().names).to.deep.equal([names('RETURN_CAPPED', 'held', 1n)]);
      expect(scenario.word(move(returning(4999n))), 'the rest is still outstanding').to.equal('APPLIED');
    });

    it('draw in all no more than the amount that is signed, from however many debits', () => {
      const scenario = given(
        ...['held-1', 'held-2', 'held-3'].map((reference) => move({ ...WITHHOLDING, amount: -1000n, reference })),
      );
      const all = ['held-1', 'held-2', 'held-3'].map((reference) => names('RETURN_CAPPED', reference, 1000n));
      expect(scenario.word(move({ ...payout(1500n, 0n), names: all }))).to.equal('APPLIED');
      expect(scenario.last().names.map(({ amount }) => amount)).to.deep.equal([1000n, 500n, 0n]);
    });

    it('draw nothing from a debit that is not known', () => {
      const scenario = given();
      expect(scenario.word(move(payout(2000n, 2000n)))).to.equal('APPLIED');
      expect(scenario.last().names).to.deep.equal([names('RETURN_CAPPED', 'held', 0n)]);
    });

    it('draw nothing when no money moves', () => {
      const scenario = given(move(WITHHOLDING));
      expect(scenario.word(move(payout(0n, 9000n)))).to.equal('APPLIED');
      expect(scenario.last().names, 'what was really drawn').to.deep.equal([names('RETURN_CAPPED', 'held', 0n)]);
      expect(scenario.word(move(returning(5000n))), 'all is still outstanding').to.equal('APPLIED');
    });
  });
});

describe('decide: players', () => {
  it('are frozen until every reason is lifted, each on its own', () => {
    const scenario = given(freeze('kyc'), freeze('fraud'));
    scenario.when(unfreeze('kyc'));
    expect(scenario.word(move({ reference: 'a' }))).to.equal('FROZEN');
    scenario.when(unfreeze('fraud'));
    expect(scenario.word(move({ reference: 'b' }))).to.equal('APPLIED');
  });

  it('are frozen in all their currencies, and nobody else is', () => {
    const scenario = given(openAccount('demo', 'THB'), openAccount('eve'), freeze('kyc'));
    expect(scenario.word(move({ reference: 'a', amount: 0n, currency: 'THB' }))).to.equal('FROZEN');
    expect(scenario.word(move({ reference: 'b', amount: 0n, player: 'eve' }))).to.equal('APPLIED');
  });

  const ACTS = [
    ['opening a channel', { type: 'open-channel', channel: 'ebet/2' }],
    ['opening an account', openAccount('eve')],
    ['freezing for a reason', freeze('kyc')],
  ] as const;
  for (const [what, act] of ACTS) {
    it(`${what} twice leaves one record`, () => {
      const scenario = given();
      expect(scenario.when(act)).to.deep.equal({ status: 'DONE', changed: true });
      const records = scenario.records.length;
      expect(scenario.when(act)).to.deep.equal({ status: 'DONE', changed: false });
      expect(scenario.records.length).to.equal(records);
    });
  }

  it('lifting a reason that does not hold leaves no record', () => {
    const scenario = given(freeze('kyc'));
    expect(scenario.when(unfreeze('fraud'))).to.deep.equal({ status: 'DONE', changed: false });
    expect(scenario.records.at(-1)).to.include({ type: 'freeze', reason: 'kyc' });
  });

  it('who have no account can neither be frozen nor get a password', () => {
    const scenario = given();
    expect(scenario.when(freeze('kyc', 'nobody'))).to.deep.equal({ status: 'NO_PLAYER' });
    const outcome = scenario.when({ type: 'set-password', player: 'nobody', hash: 'x' });
    expect(outcome).to.deep.equal({ status: 'NO_PLAYER' });
  });

  it('get a new password as often as it is set', () => {
    const scenario = given();
    const act = { type: 'set-password', player: 'demo', hash: 'x' } as const;
    expect(scenario.when(act)).to.deep.equal({ status: 'DONE', changed: true });
    expect(scenario.when(act)).to.deep.equal({ status: 'DONE', changed: true });
  });
});
