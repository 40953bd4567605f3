import { expect } from 'chai';
import type { MovementsCommand, Named, NewMovement } from '../../wallet-core/domain/command.js';
import { needsOf } from '../../wallet-core/domain/needs.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import { deposit, freeze, given, move, moveOn, openAccount, refund, type Scenario } from './scenario.js';

type Failed = 'REFUND_FAILED' | 'REJECT_FAILED';
const BOTH: readonly Failed[] = ['REFUND_FAILED', 'REJECT_FAILED'];

const named = (relation: Named['relation'], ...references: readonly string[]): Named[] =>
  references.map((reference) => ({ reference, relation, amount: 0n }));

/** Demo's payout of 5.00 that names bets as failed. */
function paid(names: readonly Named[], change: Partial<NewMovement> = {}): Partial<NewMovement> {
  return { kind: 'PAYOUT', amount: 500n, reference: 'payout-1', providerType: '2', names, ...change };
}

const payout = (names: readonly Named[], change: Partial<NewMovement> = {}): MovementsCommand =>
  move(paid(names, change));

/** Demo's bet of 80.00 that is on the game. */
const BET: Partial<NewMovement> = { wager: true };

/** Takes demo, who has bet 80.00 of 100.00, as high as a balance can be. */
const RICH = move({ kind: 'BONUS', amount: 10n ** 18n - 2001n, reference: 'bonus-1' });

/** What the last commands left: the types of records, movements as "KIND amount" or "KIND amount REASON". */
function recordsOf(scenario: Scenario, from: number): string[] {
  return scenario.records.slice(from).map((record) => {
    if (record.type !== 'movement') return record.type;
    return [record.kind, record.amount, record.reason ?? ''].join(' ').trim();
  });
}

const isBlocked = (scenario: Scenario, reference: string, player = 'demo'): boolean =>
  scenario.state.isBlocked('ebet/1', reference, player);

describe('decide: a payout that names failed bets with REFUND_FAILED', () => {
  it('gives them back before it moves, from where the bets went, and names them', () => {
    const scenario = given(move(BET));
    const from = scenario.records.length;
    const outcome = scenario.when(payout(named('REFUND_FAILED', 'bet-1')));
    expect(outcome).to.deep.include({ status: 'APPLIED' });
    if (outcome.status !== 'APPLIED') return;
    expect(outcome.movements).to.deep.equal([
      { id: BigInt(from + 1), currency: 'CNY', balanceBefore: 10_000n, balanceAfter: 10_500n },
    ]);
    expect(scenario.records[from]).to.deep.include({
      kind: 'REFUND',
      purpose: 'GAME',
      amount: 8000n,
      balanceBefore: 2000n,
      balanceAfter: 10_000n,
      reference: 'payout-1',
      holdsReference: false,
      round: 'round-1',
      names: [{ reference: 'bet-1', relation: 'REFUND', amount: 8000n }],
    });
    expect(scenario.state.houseBalance('ebet/1', 'CNY', 'GAME')).to.equal(-500n);
  });

  it('leaves refunds, then blocks, then the payout, with ids that follow by one', () => {
    const scenario = given(move({ ...BET, amount: -1000n }), move({ ...BET, amount: -2000n, reference: 'bet-2' }));
    const from = scenario.records.length;
    const names = named('REFUND_FAILED', 'never-seen', 'bet-2', 'never-seen-either', 'bet-1');
    expect(scenario.word(payout(names))).to.equal('APPLIED');
    expect(recordsOf(scenario, from)).to.deep.equal(['REFUND 2000', 'REFUND 1000', 'block', 'block', 'PAYOUT 500']);
    expect(scenario.records.slice(from).map(({ id }) => Number(id) - from)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(scenario.balance()).to.equal(10_500n);
  });

  it('gives a bet back once, however often it is named, in one payout or in several', () => {
    const scenario = given(move(BET));
    scenario.when(payout(named('REFUND_FAILED', 'bet-1', 'bet-1')));
    scenario.when(payout(named('REFUND_FAILED', 'bet-1'), { reference: 'payout-2' }));
    expect(scenario.balance()).to.equal(11_000n);
  });

  it('leaves nothing of the bet for a refund or a return', () => {
    const scenario = given(move({ ...BET, withholding: true }), payout(named('REFUND_FAILED', 'bet-1')));
    expect(scenario.statuses(refund())).to.deep.equal(['ALREADY_REFUNDED']);
    const back = { kind: 'WITHHOLDING_RETURN' as const, amount: 1n, reference: 'return-1' };
    const names: Named[] = [{ reference: 'bet-1', relation: 'RETURN', amount: 1n }];
    expect(scenario.word(move({ ...back, names }))).to.equal('EXCEEDS_OUTSTANDING');
  });

  it('draws nothing from what it has just given back', () => {
    const scenario = given(move({ ...BET, withholding: true }));
    const capped: Named = { reference: 'bet-1', relation: 'RETURN_CAPPED', amount: 300n };
    scenario.when(payout([...named('REFUND_FAILED', 'bet-1'), capped]));
    expect(scenario.last().names).to.deep.equal([...named('REFUND_FAILED', 'bet-1'), { ...capped, amount: 0n }]);
    expect(scenario.balance()).to.equal(10_500n);
  });

  it('gives back what a payout of 0 names, and while the player is frozen', () => {
    const scenario = given(move(BET), freeze('kyc'));
    expect(scenario.word(payout(named('REFUND_FAILED', 'bet-1'), { amount: 0n }))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(10_000n);
  });

  it('gives back what an earlier command of the same group bet', () => {
    const scenario = given();
    expect(scenario.word(move(BET))).to.equal('APPLIED');
    expect(scenario.word(payout(named('REFUND_FAILED', 'bet-1')))).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(10_500n);
  });

  it('is refused if a bet that comes back would pass 18 digits; the blocks stay', () => {
    const scenario = given(move(BET), RICH);
    const from = scenario.records.length;
    const command = payout(named('REFUND_FAILED', 'bet-1', 'never-seen'), { amount: 0n });
    expect(scenario.word(command)).to.equal('BALANCE_LIMIT');
    expect(recordsOf(scenario, from)).to.deep.equal(['block', 'PAYOUT 0 BALANCE_LIMIT']);
    expect(scenario.balance()).to.equal(10n ** 18n - 1n);
    expect(scenario.state.drawnOf('ebet/1', 'bet-1').refunded).to.equal(false);
  });

  it('is refused if it would pass 18 digits itself: the refunds are gone, the blocks stay, and it may be sent again', () => {
    const scenario = given(move(BET), deposit(10n ** 18n - 10_001n, 'rich'));
    const from = scenario.records.length;
    const command = payout(named('REFUND_FAILED', 'bet-1', 'never-seen'));
    expect(scenario.word(command)).to.equal('BALANCE_LIMIT');
    expect(recordsOf(scenario, from)).to.deep.equal(['block', 'PAYOUT 500 BALANCE_LIMIT']);
    expect(scenario.last()).to.include({ balanceBefore: 10n ** 18n - 8001n, balanceAfter: 10n ** 18n - 8001n });
    expect(scenario.state.houseBalance('ebet/1', 'CNY', 'GAME')).to.equal(8000n);
    expect(isBlocked(scenario, 'never-seen')).to.equal(true);

    expect(scenario.word(move({ ...BET, amount: -500n, reference: 'bet-2' }))).to.equal('APPLIED');
    expect(scenario.word(command)).to.equal('APPLIED');
    expect(scenario.balance()).to.equal(10n ** 18n - 1n);
    expect(recordsOf(scenario, from + 3)).to.deep.equal(['REFUND 8000', 'PAYOUT 500']);
  });
});

describe('decide: a payout that names other bets beside a failed one', () => {
  it('neither gives those back that it settles or mentions, nor blocks what is not known of them', () => {
    const scenario = given(
      ...['bet-1', 'bet-2', 'bet-3'].map((reference) => move({ ...BET, amount: -1000n, reference })),
    );
    const from = scenario.records.length;
    const names = [
      ...named('SETTLE', 'bet-2', 'late-1'),
      ...named('MENTION', 'bet-3', 'late-2'),
      ...named('REFUND_FAILED', 'bet-1'),
    ];
    expect(scenario.word(payout(names))).to.equal('APPLIED');
    expect(recordsOf(scenario, from)).to.deep.equal(['REFUND 1000', 'PAYOUT 500']);
  });
});

describe('decide: a payout that names failed bets with REJECT_FAILED', () => {
  it('is refused while one is debited, and accepted when it is sent again after the refund', () => {
    const scenario = given(move(BET));
    const command = payout(named('REJECT_FAILED', 'bet-1'));
    expect(scenario.word(command)).to.equal('FAILED_BET_DEBITED');
    expect(scenario.last()).to.include({ holdsReference: false, balanceBefore: 2000n, balanceAfter: 2000n });
    scenario.when(refund());
    const accepted = scenario.when(command);
    expect(accepted.status).to.equal('APPLIED');
    expect(scenario.when(command)).to.deep.equal(accepted);
    expect(scenario.balance()).to.equal(10_500n);
  });

  it('blocks what is not known of them, before and behind the one for which it is refused', () => {
    const scenario = given(move(BET));
    const from = scenario.records.length;
    scenario.when(payout(named('REJECT_FAILED', 'late-1', 'bet-1', 'late-2')));
    expect(recordsOf(scenario, from)).to.deep.equal(['block', 'block', 'PAYOUT 500 FAILED_BET_DEBITED']);
    expect(scenario.records.slice(from).map(({ id }) => Number(id) - from)).to.deep.equal([0, 1, 2]);
    for (const reference of ['late-1', 'late-2']) {
      expect(scenario.word(move({ ...BET, reference, amount: -1n }))).to.equal('BLOCKED');
    }
  });

  it('says that before anything else that is wrong with it', () => {
    const scenario = given(move(BET), RICH);
    expect(scenario.word(payout(named('REJECT_FAILED', 'bet-1')))).to.equal('FAILED_BET_DEBITED');
  });
});

for (const relation of BOTH) {
  describe(`decide: ${relation}`, () => {
    const STAYS: readonly (readonly [of: string, scenario: () => Scenario])[] = [
      ['that has no wager', () => given(move({}))],
      ['of another round', () => given(move({ ...BET, round: 'round-2' }))],
      ['without a round', () => given(move({ ...BET, round: '' }))],
      ['of 0', () => given(move({ ...BET, amount: 0n }))],
      ['that is a tip', () => given(move({ kind: 'TIP' }))],
      ['that is a withholding', () => given(move({ kind: 'WITHHOLDING', withholding: true }))],
      ['that is a payout', () => given(move({ kind: 'PAYOUT', amount: 8000n }))],
      ['that is a correction', () => given(move({ kind: 'PAYOUT_CORRECTION' }))],
      ['that was refunded', () => given(move(BET), refund())],
      [
        'that a payout settled',
        () => given(move(BET), payout(named('SETTLE', 'bet-1'), { reference: 'payout-0', amount: 0n })),
      ],
      [
        'of which a cent was returned',
        () =>
          given(
            move({ ...BET, withholding: true }),
            move({
              kind: 'WITHHOLDING_RETURN',
              amount: 1n,
              reference: 'return-1',
              names: [{ reference: 'bet-1', relation: 'RETURN', amount: 1n }],
            }),
          ),
      ],
      [
        'of another player',
        () => given(openAccount('eve'), deposit(9000n, 'eve', 'eve'), move({ ...BET, player: 'eve' })),
      ],
      [
        'in another currency',
        () =>
          given(openAccount('demo', 'THB'), deposit(9000n, 'thb', 'demo', 'THB'), move({ ...BET, currency: 'THB' })),
      ],
    ];
    for (const [of, scenario] of STAYS) {
      it(`lets a bet ${of} stay as it is, and does not block it`, () => {
        const ledger = scenario();
        const [balance, drawn] = [ledger.balance(), ledger.state.drawnOf('ebet/1', 'bet-1')];
        expect(ledger.word(payout(named(relation, 'bet-1')))).to.equal('APPLIED');
        expect(ledger.balance() - balance).to.equal(500n);
        expect(ledger.state.drawnOf('ebet/1', 'bet-1')).to.deep.equal(drawn);
        expect(isBlocked(ledger, 'bet-1')).to.equal(false);
      });
    }

    it('lets a bet that was refused stay as it is', () => {
      const scenario = given();
      scenario.when(move({ ...BET, amount: -10_001n }));
      expect(scenario.word(payout(named(relation, 'bet-1')))).to.equal('APPLIED');
      expect(scenario.balance()).to.equal(10_500n);
    });

    it('lets a bet of another channel stay as it is, and blocks the reference on its own', () => {
      const scenario = given(moveOn('platform/test', BET));
      expect(scenario.word(payout(named(relation, 'bet-1')))).to.equal('APPLIED');
      expect(scenario.state.drawnOf('platform/test', 'bet-1').refunded).to.equal(false);
      expect(scenario.word(move(BET))).to.equal('BLOCKED');
    });

    it('blocks a bet that is not known once, for this player only, and debits only', () => {
      const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'));
      scenario.when(payout(named(relation, 'bet-1', 'bet-1')));
      scenario.when(payout(named(relation, 'bet-1'), { reference: 'payout-2' }));
      expect(scenario.records.filter(({ type }) => type === 'block').length).to.equal(1);
      expect(scenario.word(move({ ...BET, player: 'eve' }))).to.equal('APPLIED');
      const credit = given(payout(named(relation, 'bet-1')));
      expect(credit.word(move({ kind: 'BONUS', amount: 1n }))).to.equal('APPLIED');
    });

    it('leaves no second block where everybody is blocked', () => {
      const scenario = given();
      scenario.when({ type: 'check', channel: 'ebet/1', reference: 'bet-1', close: true });
      scenario.when(payout(named(relation, 'bet-1')));
      expect(scenario.records.filter(({ type }) => type === 'block').length).to.equal(1);
    });

    it('blocks what is not known although the payout is refused for want of an account', () => {
      const scenario = given();
      const from = scenario.records.length;
      expect(scenario.word(payout(named(relation, 'bet-1'), { player: 'eve' }))).to.equal('NO_ACCOUNT');
      expect(recordsOf(scenario, from)).to.deep.equal(['block', 'PAYOUT 500 NO_ACCOUNT']);
      expect(isBlocked(scenario, 'bet-1', 'eve')).to.equal(true);
    });

    it('does nothing for a payout that is repeated, or that conflicts with what holds its reference', () => {
      const scenario = given(payout([]), move(BET));
      const records = scenario.records.length;
      expect(scenario.word(payout(named(relation, 'bet-1', 'never-seen')))).to.equal('REFERENCE_CONFLICT');
      expect(scenario.records.length).to.equal(records);

      const first = given(payout(named(relation, 'bet-1')));
      const answer = first.when(payout(named(relation, 'bet-1')));
      expect(answer).to.include({ status: 'APPLIED' });
      expect(first.records.filter(({ type }) => type === 'block').length).to.equal(1);
    });

    it('is the same request as one that names the bets with SETTLE or MENTION', () => {
      const scenario = given(move(BET));
      const settled = scenario.when(payout(named('SETTLE', 'bet-1')));
      expect(scenario.when(payout(named(relation, 'bet-1')))).to.deep.equal(settled);
      expect(scenario.balance()).to.equal(2500n);
    });

    describe('in a command of several movements', () => {
      const second = paid(named(relation, 'bet-2', 'late-2'), { reference: 'payout-2' });

      it('drops all refunds and keeps all blocks if one movement is refused', () => {
        const scenario = given(move({ ...BET, amount: -1000n }), move({ ...BET, amount: -2000n, reference: 'bet-2' }));
        const from = scenario.records.length;
        const beyond: Partial<NewMovement> = { kind: 'PAYOUT_CORRECTION', amount: -99_999n, reference: 'correction' };
        const command = move(paid(named('REFUND_FAILED', 'bet-1', 'late-1')), second, beyond);
        const reason = relation === 'REJECT_FAILED' ? 'FAILED_BET_DEBITED' : 'INSUFFICIENT_FUNDS';
        expect(scenario.word(command)).to.equal(reason);
        expect(recordsOf(scenario, from)).to.deep.equal([
          'block',
          'block',
          `PAYOUT 500 ${reason}`,
          `PAYOUT 500 ${reason}`,
          `PAYOUT_CORRECTION -99999 ${reason}`,
        ]);
        expect(scenario.balance()).to.equal(7000n);
        expect(scenario.state.drawnOf('ebet/1', 'bet-1').refunded).to.equal(false);
      });

      it('with a stake among them is refused for ever, blocks and all', () => {
        const scenario = given();
        const command = move(paid(named(relation, 'late-1')), { ...BET, amount: -10_501n });
        expect(scenario.word(command)).to.equal('INSUFFICIENT_FUNDS');
        scenario.when(deposit(50_000n, 'deposit-2'));
        expect(scenario.word(command)).to.equal('INSUFFICIENT_FUNDS');
        expect(isBlocked(scenario, 'late-1')).to.equal(true);
        expect(scenario.records.filter(({ type }) => type === 'block').length).to.equal(1);
      });

      it('lets a credit and a zero go that come in the same command under the name of a bet that was not seen', () => {
        const late = paid(named(relation, 'late-1', 'late-2'));
        const credit: Partial<NewMovement> = { kind: 'BONUS', amount: 1n, reference: 'late-1' };
        expect(given().word(move(late, credit, { amount: 0n, reference: 'late-2' }))).to.equal('APPLIED');
      });

      it('takes a bet that comes in the same command for one that was not seen', () => {
        const scenario = given();
        expect(scenario.word(move(BET, paid(named(relation, 'bet-1'))))).to.equal('BLOCKED');
        expect(scenario.balance()).to.equal(10_000n);
      });
    });
  });
}

describe('decide: failed bets in a command of several movements', () => {
  it('are judged before the movements: none of them can make room for what comes back', () => {
    const scenario = given(move(BET), RICH);
    const command = move(
      { ...BET, amount: -9000n, reference: 'bet-2' },
      paid(named('REFUND_FAILED', 'bet-1'), { amount: 0n }),
    );
    expect(scenario.word(command)).to.equal('BALANCE_LIMIT');
  });

  it('are all given back before the first of them moves, each once', () => {
    const scenario = given(move({ ...BET, amount: -1000n }), move({ ...BET, amount: -2000n, reference: 'bet-2' }));
    const from = scenario.records.length;
    const outcome = scenario.when(
      move(
        paid(named('REFUND_FAILED', 'bet-1')),
        { ...BET, amount: -9000n, reference: 'bet-3' },
        paid(named('REFUND_FAILED', 'bet-2', 'bet-1'), { reference: 'payout-2' }),
      ),
    );
    expect(recordsOf(scenario, from)).to.deep.equal([
      'REFUND 1000',
      'REFUND 2000',
      'PAYOUT 500',
      'BET -9000',
      'PAYOUT 500',
    ]);
    if (outcome.status !== 'APPLIED') throw new Error(outcome.status);
    expect(outcome.movements.map(({ id }) => Number(id) - from)).to.deep.equal([2, 3, 4]);
    expect(scenario.balance()).to.equal(2000n);
  });

  it('get their first answer again, all together', () => {
    const scenario = given(move(BET));
    const command = move(
      paid(named('REFUND_FAILED', 'bet-1', 'late')),
      paid(named('REFUND_FAILED', 'bet-1'), { reference: 'payout-2' }),
    );
    const first = scenario.when(command);
    scenario.when(deposit(1n, 'deposit-2'));
    expect(first.status).to.equal('APPLIED');
    expect(scenario.when(command)).to.deep.equal(first);
  });

  it("are judged for the player of each payout: another's are his own", () => {
    const eve = { player: 'eve', reference: 'bet-2' };
    const scenario = given(openAccount('eve'), deposit(9000n, 'eve', 'eve'), move(BET), move({ ...BET, ...eve }));
    const names = named('REFUND_FAILED', 'bet-1', 'bet-2');
    const command = move(paid(names), paid(names, { player: 'eve', reference: 'payout-2' }));
    expect(scenario.word(command)).to.equal('APPLIED');
    expect([scenario.balance(), scenario.balance('eve')]).to.deep.equal([10_500n, 9500n]);
  });
});

describe('a command that names failed bets', () => {
  for (const relation of BOTH) {
    it(`needs what is known of them, what was drawn, and whether they are blocked or settled (${relation})`, () => {
      const needs = needsOf(payout([...named(relation, 'bet-1', 'bet-2'), ...named('SETTLE', 'bet-3')]));
      expect(needs.debits).to.deep.equal(['bet-1', 'bet-2']);
      expect(needs.blocks).to.deep.equal([
        { reference: 'bet-1', player: 'demo' },
        { reference: 'bet-2', player: 'demo' },
      ]);
      expect(needs.settlements).to.deep.equal([
        { reference: 'bet-1', player: 'demo', currency: 'CNY' },
        { reference: 'bet-2', player: 'demo', currency: 'CNY' },
      ]);
      expect(needs.accounts).to.deep.equal([{ player: 'demo', currency: 'CNY' }]);
    });

    it(`is wrong with an amount, or in anything but a payout (${relation})`, () => {
      const drawn = payout([{ reference: 'bet-1', relation, amount: 1n }]);
      expect(faultOf(drawn)).to.equal(`movements[0].names[0].amount: expected none with ${relation}`);
      const correction = payout(named(relation, 'bet-1'), { kind: 'PAYOUT_CORRECTION' });
      const fault = `movements[0].names[0].relation: a PAYOUT_CORRECTION cannot name with ${relation}`;
      expect(faultOf(correction)).to.equal(fault);
    });
  }

  it('names at most 1,000 in all, of both relations, whatever else it names', () => {
    const references = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
    const first = paid(named('REFUND_FAILED', ...references(600, 'a')));
    const second = (count: number) =>
      paid([...named('REJECT_FAILED', ...references(count, 'b')), ...named('SETTLE', ...references(500, 'c'))], {
        reference: 'payout-2',
      });
    expect(faultOf(move(first, second(400)))).to.equal(undefined);
    expect(faultOf(move(first, second(401)))).to.equal(
      'movements: is 1001; expected at most 1,000 bets named as failed',
    );
  });
});
