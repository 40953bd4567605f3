import { expect } from 'chai';
import { Kind, Outcome, Reason, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { CheckResult } from '../../proto/gen/wallet/v1/posting.js';
import type { FindMovementsResponse } from '../../proto/gen/wallet/v1/query.js';
import { call } from '../system.js';
import { CHANNEL, check, failure, movements, refund, TestCore, words } from './core.js';

const RETURN = {
  ...{ kind: Kind.WITHHOLDING_RETURN, amount: '1.00', reference: 'attempt' },
  names: [{ reference: 'no-debit', relation: Relation.RETURN, amount: '1.00' }],
};

const PAYOUT = { kind: Kind.PAYOUT, amount: '0.00' };

describe('wallet.v1: what is known of references', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00');
    await core.player('eve', '500.00');
    await core.clients.openChannel('ebet/1');
  });
  after(() => core.stop());

  function find(references: readonly string[], playerId = '', channel = CHANNEL): Promise<FindMovementsResponse> {
    const request = { channel, references: [...references], playerId };
    return call((done) => core.clients.queries.findMovements(request, done));
  }

  const found = async (...request: Parameters<typeof find>) =>
    (await find(...request)).movements.map(({ reference }) => reference);

  async function checked(reference: string, close = true): Promise<CheckResult> {
    const result = await core.post(check(reference, close));
    expect(words(result)).to.equal('APPLIED');
    expect(result).to.include({ timeMs: 0n, message: '' });
    if (!result.check) throw new Error('no check');
    return result.check;
  }

  describe('FindMovements', () => {
    before(async () => {
      for (const reference of ['a', 'b', 'c']) await core.post(movements({ reference, amount: '-1.00' }));
      await core.post(movements({ reference: 'of-eve', amount: '-1.00', playerId: 'eve' }));
      await core.post({ ...movements({ reference: 'a', amount: '-2.00' }), channel: 'ebet/1' });
    });

    it('gives them in the order asked, each once, without those that are not known', async () => {
      expect(await found(['c', 'never', 'a', 'c', 'a', 'b'])).to.deep.equal(['c', 'a', 'b']);
      expect(await found(['never'])).to.deep.equal([]);
    });

    it('tells of each what GetMovementByReference tells', async () => {
      await core.post(refund({ reference: 'refund-b' }, { reference: 'b', amount: '1.00' }));
      const { movements: both } = await find(['a', 'b']);
      for (const movement of both) {
        const one = await call<{ movement?: unknown }>((done) =>
          core.clients.queries.getMovementByReference({ channel: CHANNEL, reference: movement.reference }, done),
        );
        expect(movement).to.deep.equal(one.movement);
      }
      expect(both.map(({ refunded }) => refunded)).to.deep.equal([false, true]);
    });

    it('can be of one player', async () => {
      expect(await found(['a', 'of-eve'], 'eve')).to.deep.equal(['of-eve']);
      expect(await found(['a', 'of-eve'], 'demo')).to.deep.equal(['a']);
      expect(await found(['a', 'of-eve'], 'nobody')).to.deep.equal([]);
    });

    it('is of one channel', async () => {
      const { movements: of } = await find(['a', 'b'], '', 'ebet/1');
      expect(of.map(({ channel, amount }) => [channel, amount])).to.deep.equal([['ebet/1', '-2.00']]);
      expect(await found(['a'], '', 'ebet/404')).to.deep.equal([]);
    });

    it('gives the newest refused attempt, until the reference is held', async () => {
      await core.post(movements(RETURN));
      const second = await core.post(movements(RETURN));
      const [attempt] = (await find(['attempt'])).movements;
      expect(attempt && words(attempt)).to.equal('REFUSED DEBIT_UNKNOWN');
      expect(attempt?.movementId).to.equal(second.movements[0]?.movementId);
      expect(attempt?.timeMs).to.equal(second.timeMs);
      await core.post(movements({ reference: 'attempt', kind: Kind.BONUS, amount: '1.00' }));
      expect((await find(['attempt'])).movements.map(words)).to.deep.equal(['APPLIED']);
    });

    it('finds no refund by the reference of its request', async () => {
      expect(await found(['refund-b'])).to.deep.equal([]);
    });

    it('takes 1,000 references', async () => {
      const many = Array.from({ length: 999 }, (_, n) => `never-${n}`);
      expect(await found([...many, 'c'])).to.deep.equal(['c']);
    });

    it('stops where there is much to tell, and says what is left to ask for', async () => {
      const payouts = Array.from({ length: 30 }, (_, n) => `payout-${n}`);
      const names = Array.from({ length: 1000 }, (_, n) => ({
        ...{ reference: `${n}`.padStart(128, '0'), relation: Relation.MENTION, amount: '' },
      }));
      for (const reference of payouts) await core.post(movements({ ...PAYOUT, reference, names }));
      const { movements: told, unread } = await find(payouts);
      // All 1,000 that can be asked for at once would not fit a message.
      expect(told.reduce((bytes, movement) => bytes + movement.names.length * 128, 0)).to.be.below(3_000_000);
      expect([...told.map(({ reference }) => reference), ...unread]).to.deep.equal(payouts);
      expect(await found(unread)).to.deep.equal(unread);
    });

    const REFERENCE = 'expected 1 to 128 printable ASCII characters';
    const many = Array.from({ length: 1001 }, (_, n) => String(n));
    const WRONG: readonly (readonly [message: string, run: () => Promise<unknown>])[] = [
      ['references: has 0; expected 1 to 1000', () => find([])],
      ['references: has 1001; expected 1 to 1000', () => find(many)],
      [`references[1]: is ""; ${REFERENCE}`, () => find(['a', ''])],
      [`references[3]: is "注单"; ${REFERENCE}`, () => find(['a', 'a', 'a', '注单'])],
      ['channel: is ""; expected 1 to 64 of a-z 0-9 / . _ -', () => find(['a'], '', '')],
      [
        'player_id: is "Demo"; expected 1 to 64 characters in lower case, no control characters',
        () => find(['a'], 'Demo'),
      ],
    ];
    for (const [message, run] of WRONG) {
      it(`is INVALID_ARGUMENT: ${message}`, async () => {
        expect(await failure(run())).to.equal(`INVALID_ARGUMENT: ${message}`);
      });
    }
  });

  describe('a check', () => {
    it('tells an applied movement with its id', async () => {
      const { movements: posted } = await core.post(movements({ reference: 'checked', amount: '-1.00' }));
      expect(await checked('checked')).to.deep.equal({
        ...{ outcome: Outcome.APPLIED, reason: Reason.UNSPECIFIED, movementId: posted[0]?.movementId },
      });
    });

    it('tells a refusal with its reason', async () => {
      const { movements: posted } = await core.post(movements({ reference: 'refused', amount: '-9999.00' }));
      expect(await checked('refused')).to.deep.equal({
        ...{ outcome: Outcome.REFUSED, reason: Reason.INSUFFICIENT_FUNDS, movementId: posted[0]?.movementId },
      });
    });

    it('tells nothing of what is not known, and closes it: the bet that comes late is refused', async () => {
      const unknown = { outcome: Outcome.UNSPECIFIED, reason: Reason.UNSPECIFIED, movementId: '' };
      expect(await checked('late')).to.deep.equal(unknown);
      expect(await checked('late')).to.deep.equal(unknown);
      expect(words(await core.post(movements({ reference: 'late', amount: '-1.00' })))).to.equal('REFUSED BLOCKED');
      expect((await checked('late')).reason).to.equal(Reason.BLOCKED);
    });

    it('without close closes nothing', async () => {
      await checked('open', false);
      expect(words(await core.post(movements({ reference: 'open', amount: '-1.00' })))).to.equal('APPLIED');
    });

    it('stands behind the commands before it, and before those after it, in one batch', async () => {
      const bet = (reference: string) => movements({ reference, amount: '-1.00' });
      const results = await core.postBatch(bet('first'), check('first'), check('second'), bet('second'));
      expect(results.map(({ check }) => check?.outcome)).to.deep.equal([
        ...[undefined, Outcome.APPLIED, Outcome.UNSPECIFIED, undefined],
      ]);
      expect(words(results[3] ?? { outcome: Outcome.UNSPECIFIED, reason: Reason.UNSPECIFIED })).to.equal(
        'REFUSED BLOCKED',
      );
    });

    it('sees in one batch the attempt that was refused before it', async () => {
      const attempt = movements({ ...RETURN, reference: 'attempt-2' });
      const [, seen] = await core.postBatch(attempt, check('attempt-2', false));
      expect(seen?.check).to.include({ outcome: Outcome.REFUSED, reason: Reason.DEBIT_UNKNOWN });
      expect(await checked('attempt-2', false)).to.deep.equal(seen?.check);
    });

    it('at the same moment as the bet agrees with what became of the bet', async () => {
      const references = Array.from({ length: 20 }, (_, n) => `race-${n}`);
      const outcomes = await Promise.all(
        references.map(async (reference) => {
          const both = [checked(reference), core.post(movements({ reference, amount: '-0.01' }))] as const;
          const [told, bet] = await Promise.all(both);
          return [told.outcome === Outcome.APPLIED, bet.outcome === Outcome.APPLIED];
        }),
      );
      for (const [told, applied] of outcomes) expect(told).to.equal(applied);
    });

    it('holds over a restart', async () => {
      await checked('after-restart');
      const before = await checked('refused');
      await core.restart('SIGKILL');
      expect(await checked('refused')).to.deep.equal(before);
      const late = movements({ reference: 'after-restart', amount: '-1.00', playerId: 'eve' });
      expect(words(await core.post(late))).to.equal('REFUSED BLOCKED');
    });

    it('that is wrong is told so, beside good ones', async () => {
      const elsewhere = { ...check('a'), channel: 'ebet/404' };
      const results = await core.postBatch(check(''), elsewhere, check('checked'));
      expect(results.map(words)).to.deep.equal(['INVALID MALFORMED', 'INVALID CHANNEL_UNKNOWN', 'APPLIED']);
    });
  });
});
