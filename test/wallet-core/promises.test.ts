import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { status, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { Command, NewMovement } from '../../proto/gen/wallet/v1/posting.js';
import { CHANNEL, deposit, inLedger, lineWords, movements, refund, TestCore, words } from './core.js';

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

const WITHHOLDING = movements({ kind: Kind.WITHHOLDING, amount: '-50.00', reference: 'held' });

function returning(amount: string, reference = 'return-1'): Command {
  const names = [{ reference: 'held', relation: Relation.RETURN, amount }];
  return movements({ kind: Kind.WITHHOLDING_RETURN, amount, reference, names });
}

describe('the promises, over gRPC', () => {
  let core: TestCore;

  afterEach(() => core.stop());

  async function demoHas(money: string): Promise<void> {
    core = await TestCore.start(money);
  }

  const word = async (command: Command) => words(await core.post(command));

  describe('1: an answer once given stays true', () => {
    it('a stake that was answered as refused stays refused after a deposit', async () => {
      await demoHas('10.00');
      const first = await core.bytesOf(movements({}));
      await core.post(deposit('1000.00', 'deposit-2'));
      expect(await core.bytesOf(movements({}))).to.equal(first);
      expect(await core.clients.balance()).to.equal('1010.00');
    });

    it('a refused stake stays refused after a restart', async () => {
      await demoHas('10.00');
      await core.post(movements({}));
      await core.restart('SIGKILL');
      await core.post(deposit('1000.00', 'deposit-2'));
      expect(await word(movements({}))).to.equal('REFUSED INSUFFICIENT_FUNDS');
    });

    it('a command of two movements of which the second fails moves nothing', async () => {
      await demoHas('100.00');
      const two = movements({ amount: '-60.00', reference: 'a' }, { amount: '-60.00', reference: 'b' });
      expect(await word(two)).to.equal('REFUSED INSUFFICIENT_FUNDS');
      expect(await core.clients.balance()).to.equal('100.00');
      const records = (await core.clients.movements({ playerId: 'demo' })).slice(1);
      expect(records.map(({ reference }) => reference)).to.deep.equal(['a', 'b']);
      expect(records.map(({ balanceAfter }) => balanceAfter)).to.deep.equal(['100.00', '100.00']);
    });
  });

  describe('2: every repeat gets the first answer', () => {
    it('three copies of a bet in parallel debit once, and all get one answer', async () => {
      await demoHas('100.00');
      const answers = await Promise.all(times(3).map(() => core.bytesOf(movements({}))));
      expect(new Set(answers).size).to.equal(1);
      expect(await core.clients.balance()).to.equal('20.00');
      expect((await core.clients.movements({ playerId: 'demo' })).length).to.equal(2);
    });

    it('three copies of a bet in one batch debit once', async () => {
      await demoHas('100.00');
      const [first, ...repeats] = await core.postBatch(movements({}), movements({}), movements({}));
      expect(repeats).to.deep.equal([first, first]);
      expect(await core.clients.balance()).to.equal('20.00');
    });

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`byte for byte, with the balances of the time, after ${signal} and a restart`, async () => {
        await demoHas('100.00');
        const commands = [
          movements({}),
          movements({ reference: 'too-much', amount: '-1000.00' }),
          movements({ reference: 'a', amount: '-1.00' }, { reference: 'b', amount: '2.00', kind: Kind.PAYOUT }),
          refund({}, {}, { reference: 'never-seen' }, { reference: 'a', amount: '5.00' }),
          movements({ reference: 'never-seen', amount: '-1.00' }),
        ];
        const single = [];
        for (const command of commands) single.push(await core.bytesOf(command));
        await core.restart(signal);
        await core.post(deposit('500.00', 'deposit-2'));
        for (const [index, command] of commands.entries()) {
          expect(await core.bytesOf(command), `command ${index}`).to.equal(single[index]);
        }
        expect(await core.bytesOfBatch(...commands)).to.contain(single[0]?.slice(8));
        expect(await core.clients.balance()).to.equal('601.00');
      });
    }

    const DIFFERENT: readonly (readonly [what: string, change: Partial<NewMovement>])[] = [
      ['another amount', { amount: '-80.01' }],
      ['another player', { playerId: 'eve' }],
      ['another kind', { kind: Kind.TIP }],
      ['another round', { round: 'round-2' }],
      ['another type of the provider', { providerType: '3' }],
    ];
    it('the same reference with a different request is a conflict and moves nothing', async () => {
      await demoHas('100.00');
      await core.player('eve', '100.00');
      await core.post(movements({}));
      for (const [what, change] of DIFFERENT) {
        const result = await core.post(movements(change));
        expect(words(result), what).to.equal('INVALID REFERENCE_CONFLICT');
        expect(result.message, what).to.contain('bet-1');
      }
      expect(await core.clients.balance()).to.equal('20.00');
      expect(await core.clients.balance('eve')).to.equal('100.00');
    });

    it('an amount written differently is the same request', async () => {
      await demoHas('100.00');
      const first = await core.bytesOf(movements({}));
      for (const amount of ['-80', '-80.0', '-8e1']) expect(await core.bytesOf(movements({ amount }))).to.equal(first);
      expect(await core.clients.balance()).to.equal('20.00');
    });

    it('a command made of two that came in one group is a conflict, whatever became of them', async () => {
      await demoHas('100.00');
      const bet = { amount: '-60.00', reference: 'a' };
      const tooMuch = { amount: '-60.00', reference: 'b' };
      const results = await core.postBatch(movements(bet), movements(tooMuch));
      expect(results.map(words)).to.deep.equal(['APPLIED', 'REFUSED INSUFFICIENT_FUNDS']);
      expect(await word(movements(bet, tooMuch))).to.equal('INVALID REFERENCE_CONFLICT');
      expect(await core.clients.balance()).to.equal('40.00');
    });

    it('a reference that one channel used is free in another', async () => {
      await demoHas('100.00');
      await core.clients.openChannel('ebet/1');
      await core.post(movements({ amount: '-1.00' }));
      expect(await word({ ...movements({ amount: '-1.00' }), channel: 'ebet/1' })).to.equal('APPLIED');
      expect(await core.clients.balance()).to.equal('98.00');
    });
  });

  describe('3: no balance below zero', () => {
    it('the last cent can be bet and not one more, with 20 bets at once', async () => {
      await demoHas('0.07');
      const bets = times(20).map((n) => movements({ amount: '-0.01', reference: `bet-${n}` }));
      const outcomes = await Promise.all(bets.map(word));
      expect(outcomes.filter((outcome) => outcome === 'APPLIED').length).to.equal(7);
      expect(outcomes.filter((outcome) => outcome === 'REFUSED INSUFFICIENT_FUNDS').length).to.equal(13);
      expect(await core.clients.balance()).to.equal('0.00');
    });
  });

  describe('4: the order of arrival never matters', () => {
    it('two refunds of a bet at the same moment credit once', async () => {
      await demoHas('100.00');
      await core.post(movements({}));
      const results = await Promise.all(times(2).map((n) => core.post(refund({ reference: `refund-${n}` }))));
      expect(results.flatMap(lineWords).sort()).to.deep.equal(['ALREADY_REFUNDED', 'REFUNDED']);
      expect(await core.clients.balance()).to.equal('100.00');
    });

    it('a refund before its bet blocks the bet', async () => {
      await demoHas('100.00');
      expect(lineWords(await core.post(refund()))).to.deep.equal(['UNKNOWN']);
      expect(await word(movements({}))).to.equal('REFUSED BLOCKED');
      expect(await core.clients.balance()).to.equal('100.00');
    });

    it('a bet and its refund at the same moment leave the balance as it was, in either order', async () => {
      await demoHas('100.00');
      for (const n of times(10)) {
        const bet = movements({ reference: `bet-${n}` });
        const back = refund({ reference: `refund-${n}` }, { reference: `bet-${n}` });
        await Promise.all((n % 2 === 0 ? [bet, back] : [back, bet]).map((command) => core.post(command)));
        expect(await core.clients.balance()).to.equal('100.00');
      }
    });

    it('a return before its withholding succeeds when sent again', async () => {
      await demoHas('100.00');
      expect(await word(returning('50.00'))).to.equal('REFUSED DEBIT_UNKNOWN');
      await core.post(WITHHOLDING);
      expect(await word(returning('50.00'))).to.equal('APPLIED');
      expect(await core.clients.balance()).to.equal('100.00');
    });

    it('a payout before its bet is paid, and the bet is debited', async () => {
      await demoHas('100.00');
      expect(await word(movements({ kind: Kind.PAYOUT, amount: '160.00', reference: 'payout-1' }))).to.equal('APPLIED');
      expect(await word(movements({}))).to.equal('APPLIED');
      expect(await core.clients.balance()).to.equal('180.00');
    });

    it('a debit partly returned cannot be refunded as well', async () => {
      await demoHas('100.00');
      await core.post(WITHHOLDING);
      await core.post(returning('0.01'));
      const back = refund({}, { reference: 'held', amount: '50.00' });
      expect(lineWords(await core.post(back))).to.deep.equal(['AMOUNT_DIFFERS']);
      expect(await core.clients.balance()).to.equal('50.01');
    });

    it('a refunded debit has nothing left to return', async () => {
      await demoHas('100.00');
      await core.post(WITHHOLDING);
      await core.post(refund({}, { reference: 'held', amount: '50.00' }));
      expect(await word(returning('0.01'))).to.equal('REFUSED EXCEEDS_OUTSTANDING');
      expect(await core.clients.balance()).to.equal('100.00');
    });

    it('20 returns at once draw a withholding down to nothing and no further', async () => {
      await demoHas('100.00');
      await core.post(WITHHOLDING);
      const outcomes = await Promise.all(times(20).map((n) => word(returning('10.00', `return-${n}`))));
      expect(outcomes.filter((outcome) => outcome === 'APPLIED').length).to.equal(5);
      expect(await core.clients.balance()).to.equal('100.00');
    });

    const settlement = movements({
      kind: Kind.PAYOUT,
      amount: '0',
      reference: 'payout-1',
      names: [{ reference: 'bet-1', relation: Relation.SETTLE, amount: '' }],
    });
    for (const [how, together] of [
      ['one after the other', false],
      ['in one group', true],
    ] as const) {
      it(`a bet whose payout overtook it is settled for its refund, ${how}`, async () => {
        await demoHas('100.00');
        await core.post(settlement);
        const commands = [movements({}), refund({ refuseSettled: true })];
        const results = together
          ? await core.postBatch(...commands)
          : [await core.post(movements({})), await core.post(refund({ refuseSettled: true }))];
        expect(results.flatMap(lineWords)).to.deep.equal(['SETTLED']);
        expect(await core.clients.balance()).to.equal('20.00');
      });

      it(`nor does a bet of another player under its reference change that, ${how}`, async () => {
        await demoHas('100.00');
        await core.post(settlement);
        const commands = [movements({}), movements({ playerId: 'eve' }), refund({ refuseSettled: true })];
        const results = [];
        if (together) results.push(...(await core.postBatch(...commands)));
        else for (const command of commands) results.push(await core.post(command));
        expect(results.map(words)).to.deep.equal(['APPLIED', 'INVALID REFERENCE_CONFLICT', 'APPLIED']);
        expect(results.flatMap(lineWords)).to.deep.equal(['SETTLED']);
        expect(await core.clients.balance()).to.equal('20.00');
      });
    }
  });

  describe('5: money is exact', () => {
    it('0.1 and 0.2 are 0.30', async () => {
      await demoHas('0.1');
      await core.post(deposit('0.2', 'deposit-2'));
      expect(await core.clients.balance()).to.equal('0.30');
    });

    it('9999999999999999.99 goes in and out exactly', async () => {
      await demoHas('9999999999999999.99');
      expect(await core.clients.balance()).to.equal('9999999999999999.99');
      const result = await core.post(movements({ kind: Kind.WITHDRAWAL, amount: '-9999999999999999.99' }));
      expect(result.movements[0]).to.include({ balanceBefore: '9999999999999999.99', balanceAfter: '0.00' });
      expect(await core.clients.balance()).to.equal('0.00');
    });

    it('a cent beyond 18 digits is refused and changes nothing', async () => {
      await demoHas('9999999999999999.99');
      expect(await word(deposit('0.01', 'deposit-2'))).to.equal('REFUSED BALANCE_LIMIT');
      expect(await core.clients.balance()).to.equal('9999999999999999.99');
    });

    it('a payout of zero returns nothing of what it names, known or not', async () => {
      await demoHas('100.00');
      await core.post(WITHHOLDING);
      for (const [index, reference] of ['held', 'never-seen'].entries()) {
        const names = [{ reference, relation: Relation.RETURN_CAPPED, amount: '90.00' }];
        const payout = movements({ kind: Kind.PAYOUT, amount: '0', reference: `payout-${index}`, names });
        expect(await word(payout), reference).to.equal('APPLIED');
      }
      const held = (await core.clients.movements({ playerId: 'demo' })).find(({ reference }) => reference === 'held');
      expect(held?.outstanding).to.equal('50.00');
      expect(await word(returning('50.00'))).to.equal('APPLIED');
    });
  });

  describe('when the process ends under load', () => {
    interface Load {
      /** Answers by reference; a call that failed has none. */
      readonly answered: Map<string, string>;
      readonly failed: Map<string, ServiceError>;
      readonly ended: Promise<unknown>;
      /** Until so many calls were answered. */
      reach(count: number): Promise<void>;
    }

    /** Eight callers that bet 0.01 again and again, until a call fails. */
    function load(): Load {
      const answered = new Map<string, string>();
      const failed = new Map<string, ServiceError>();
      let check = () => {};
      const caller = async (name: number) => {
        for (let n = 0; ; n += 1) {
          const reference = `${name}-${n}`;
          try {
            const result = await core.post(movements({ amount: '-0.01', reference }));
            answered.set(reference, words(result));
            check();
          } catch (error) {
            failed.set(reference, error as ServiceError);
            return;
          }
        }
      };
      const ended = Promise.all(times(8).map(caller));
      const reach = (count: number) =>
        new Promise<void>((resolve) => (check = () => (answered.size >= count ? resolve() : undefined)));
      return { answered, failed, ended, reach };
    }

    /** Sends all again, what was answered and what was not: each must be applied exactly once by now. */
    async function expectEachOnce({ answered, failed }: Load): Promise<void> {
      const applied = [...answered].filter(([, outcome]) => outcome === 'APPLIED').map(([reference]) => reference);
      for (const reference of applied) {
        const query = { channel: CHANNEL, reference };
        await new Promise<void>((resolve, reject) =>
          core.clients.queries.getMovementByReference(query, (error) => (error ? reject(error) : resolve())),
        );
      }
      const references = [...answered.keys(), ...failed.keys()];
      const results = await Promise.all(
        references.map((reference) => core.post(movements({ amount: '-0.01', reference }))),
      );
      expect(new Set(results.map(words))).to.deep.equal(new Set(['APPLIED']));
      const cents = 1_000_000 - references.length;
      expect(await core.clients.balance()).to.equal(
        `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
      );
      const bets = (await core.clients.movements({ playerId: 'demo' })).slice(1);
      expect(bets.length).to.equal(references.length);
    }

    it('by SIGTERM: each call is answered or unavailable, nothing is lost, and the WAL is written', async () => {
      await demoHas('10000.00');
      const running = load();
      await running.reach(200);
      core.process.child.kill('SIGTERM');
      await running.ended;
      expect(await core.process.ended).to.equal(0);
      expect(new Set([...running.failed.values()].map(({ code }) => code))).to.deep.equal(
        new Set([status.UNAVAILABLE]),
      );
      for (const outcome of running.answered.values())
        expect(outcome).to.be.oneOf(['APPLIED', 'NOT_APPLIED SHUTTING_DOWN']);
      const wal = path.join(core.data, 'ledger.db-wal');
      expect(existsSync(wal) ? statSync(wal).size : 0).to.equal(0);
      const acknowledged = [...running.answered.values()].filter((outcome) => outcome === 'APPLIED').length;
      const stored = inLedger(core.data, (db) => db.prepare('SELECT count(*) FROM movement').pluck().get());
      expect(Number(stored)).to.be.at.least(acknowledged + 1);
      core.clients.close();
      await core.start();
      await expectEachOnce(running);
    });

    it('by SIGKILL: all that was acknowledged is there, and retries apply once', async () => {
      await demoHas('10000.00');
      const running = load();
      await running.reach(200);
      core.process.child.kill('SIGKILL');
      await running.ended;
      expect(await core.process.ended).to.equal('SIGKILL');
      core.clients.close();
      await core.start();
      await expectEachOnce(running);
    });
  });
});
