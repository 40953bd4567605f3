import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { Committer, COMMITTER_LIMITS, type CommitterLimits } from '../../wallet-core/committer.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import type { Command } from '../../wallet-core/domain/command.js';
import type { Outcome } from '../../wallet-core/domain/outcome.js';
import { CommitUnknownError } from '../../wallet-core/storage/port.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { call, Clients } from '../system.js';
import type { PostBatchResponse } from '../../proto/gen/wallet/v1/posting.js';
import { failure, inLedger, movements, words } from './core.js';
import { deposit, freeze, move, openAccount, refund } from './scenario.js';

const FAULTY_RULES = new URL('./throwing-rules.js', import.meta.url);
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const bets = (count: number) => times(count).map((n) => move({ amount: -1n, reference: `bet-${n}` }));

describe('the committer', () => {
  let folder: string;
  let store: SqliteStore;
  let committer: Committer;
  let faults: Error[];

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'committer-'))));
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** On a ledger where demo has 100.00 CNY, made with one entry. */
  async function committerWith(limits: Partial<CommitterLimits> = {}, rules?: URL): Promise<void> {
    faults = [];
    store = await SqliteStore.open({ folder, owner: 'the test', ...(rules ? { rules } : {}) });
    const submissions = ['ebet/1', 'platform/test'].map((channel): Command => ({ type: 'open-channel', channel }));
    submissions.push(openAccount(), deposit(10_000n));
    await store.commit(submissions.map((command) => ({ command, request: new Uint8Array(0) })));
    committer = new Committer(store, (error) => faults.push(error), { ...COMMITTER_LIMITS, ...limits });
  }

  const submit = (command: Command, bytes = 0, timeoutMs = 60_000) =>
    committer.submit({ command, request: new Uint8Array(bytes) }, timeoutMs);
  const word = (outcome: Outcome) => ('reason' in outcome ? `${outcome.status} ${outcome.reason}` : outcome.status);
  const submitAll = async (commands: readonly Command[]) =>
    (await Promise.all(commands.map((command) => submit(command)))).map(word);
  /** As the commands of one call. */
  const submitTogether = async (commands: readonly Command[]) => {
    const hungUp = () => false;
    const request = new Uint8Array(0);
    const outcomes = commands.map((command) => committer.submit({ command, request }, 60_000, hungUp));
    return (await Promise.all(outcomes)).map(word);
  };
  const balance = () => store.queries.balance('demo', 'CNY');
  /** The entries that the test's own commands made. */
  const entries = () => inLedger(folder, (db) => Number(db.prepare('SELECT count(*) - 1 FROM entry').pluck().get()));

  const count = (outcomes: readonly string[], wanted: string) => outcomes.filter((word) => word === wanted).length;

  describe('groups', () => {
    it('what arrives together into one entry', async () => {
      await committerWith();
      expect(count(await submitTogether(bets(100)), 'APPLIED')).to.equal(100);
      expect(entries()).to.equal(1);
    });

    it('of calls that wait half at a time, or 32 if that is more, so that callers do not fall into step', async () => {
      await committerWith();
      expect(count(await submitAll(bets(100)), 'APPLIED')).to.equal(100);
      expect(entries(), '50, 32 and 18').to.equal(3);
    });

    it('of all calls that wait, where the last commit waited for the disk longer than it decided', async () => {
      await committerWith();
      committer.took({ decideMs: 1, fsyncMs: 5, acknowledgeMs: 0 });
      expect(count(await submitAll(bets(100)), 'APPLIED')).to.equal(100);
      expect(entries()).to.equal(1);
    });

    it('what arrives while a commit is under way into the next entry', async () => {
      await committerWith();
      const first = submit(move({ amount: -1n, reference: 'first' }));
      await new Promise(setImmediate);
      const rest = submitTogether(bets(50));
      expect(word(await first)).to.equal('APPLIED');
      expect(count(await rest, 'APPLIED')).to.equal(50);
      expect(entries()).to.equal(2);
    });

    it('no more movements and refund lines than groupMax', async () => {
      await committerWith({ groupMax: 10 });
      const lines = refund({}, ...times(8).map((n) => ({ reference: `late-${n}` })));
      await submitAll([...bets(25), lines]);
      expect(entries(), '10, 10, 5, and the refund of 8').to.equal(4);
    });

    it('as many that are in time, however many that are too late wait between them', async () => {
      await committerWith({ groupMax: 10 });
      const first = submit(move({ amount: -1n, reference: 'first' }));
      await new Promise(setImmediate);
      const rest = bets(20).map((bet, index) => submit(bet, 0, index % 2 === 0 ? 0 : 60_000));
      expect(word(await first)).to.equal('APPLIED');
      const words = (await Promise.all(rest)).map(word);
      expect([count(words, 'APPLIED'), count(words, 'NOT_APPLIED TOO_LATE')]).to.deep.equal([10, 10]);
      expect(entries()).to.equal(2);
    });

    it('no more bytes than groupBytesMax', async () => {
      await committerWith({ groupBytesMax: 1000 });
      await Promise.all(bets(10).map((command) => submit(command, 400)));
      expect(entries()).to.equal(5);
    });

    it('one command that is larger than a group alone', async () => {
      await committerWith({ groupMax: 2, groupBytesMax: 10 });
      const [large, ...small] = [
        submit(move(...times(5).map((n) => ({ amount: -1n, reference: `large-${n}` }))), 100),
        ...bets(2).map((command) => submit(command)),
      ];
      expect((await Promise.all([large, ...small])).map((outcome) => outcome && word(outcome))).to.deep.equal([
        'APPLIED',
        'APPLIED',
        'APPLIED',
      ]);
      expect(entries()).to.equal(2);
    });

    it('payouts that each name 1,000 bets into several entries', async () => {
      await committerWith();
      const names = times(1000).map((n) => ({ reference: `never-seen-${n}`, relation: 'SETTLE' as const, amount: 0n }));
      const payouts = times(12).map((n) => move({ kind: 'PAYOUT', amount: 1n, reference: `payout-${n}`, names }));
      expect(count(await submitAll(payouts), 'APPLIED')).to.equal(12);
      expect(entries()).to.be.within(2, 12);
      expect(await balance()).to.equal(10_012n);
    });

    it('in the order of arrival', async () => {
      await committerWith({ groupMax: 3 });
      const outcomes = await submitAll(times(12).map((n) => move({ amount: -1000n, reference: `bet-${n}` })));
      expect(outcomes).to.deep.equal([
        ...times(10).map(() => 'APPLIED'),
        ...times(2).map(() => 'REFUSED INSUFFICIENT_FUNDS'),
      ]);
    });

    it('no record at all of a group that changed nothing', async () => {
      await committerWith();
      await submit(freeze('kyc'));
      await submitAll([freeze('kyc'), openAccount()]);
      expect(entries()).to.equal(1);
    });
  });

  describe('bounds what waits', () => {
    it('by number: the rest is answered at once, and only what was taken is applied', async () => {
      await committerWith({ waitingMax: 20 });
      const outcomes = await submitAll(bets(50));
      expect(count(outcomes, 'APPLIED')).to.equal(20);
      expect(count(outcomes, 'NOT_APPLIED QUEUE_FULL')).to.equal(30);
      expect(await balance()).to.equal(9980n);
    });

    it('by a lesser number once that was too few', async () => {
      await committerWith({ waitingMax: 20, waitingOverloadedMax: 5 });
      await submitAll(bets(21));
      const outcomes = await submitAll(times(10).map((n) => move({ amount: -1n, reference: `next-${n}` })));
      expect(count(outcomes, 'APPLIED')).to.equal(5);
      expect(count(outcomes, 'NOT_APPLIED QUEUE_FULL')).to.equal(5);
      expect(await balance()).to.equal(9975n);
    });

    it('by bytes of requests', async () => {
      await committerWith({ waitingBytesMax: 12_000 });
      const outcomes = await Promise.all(bets(5).map((command) => submit(command, 4_000)));
      expect(count(outcomes.map(word), 'APPLIED')).to.equal(2);
      expect(count(outcomes.map(word), 'NOT_APPLIED QUEUE_FULL')).to.equal(3);
    });

    it('by bytes of commands that come without a request and name a thousand bets', async () => {
      await committerWith({ waitingBytesMax: 1_000_000 });
      const names = times(1000).map((n) => ({ reference: `never-seen-${n}`, relation: 'SETTLE' as const, amount: 0n }));
      const payouts = times(5).map((n) => move({ kind: 'PAYOUT', amount: 1n, reference: `payout-${n}`, names }));
      const outcomes = await submitAll(payouts);
      expect(count(outcomes, 'APPLIED')).to.equal(3);
      expect(count(outcomes, 'NOT_APPLIED QUEUE_FULL')).to.equal(2);
    });

    it('by bytes of refunds of many lines', async () => {
      await committerWith({ waitingBytesMax: 1_000_000 });
      const lines = times(1000).map((n) => ({ reference: `never-seen-${n}` }));
      const outcomes = await submitAll(times(5).map((n) => refund({ reference: `refund-${n}` }, ...lines)));
      expect(count(outcomes, 'NOT_APPLIED QUEUE_FULL')).to.equal(2);
    });

    it('and takes as much again once the queue has been worked off, also what was too late', async () => {
      await committerWith({ waitingBytesMax: 12_000 });
      for (const n of times(5)) {
        const three = (timeoutMs: number) =>
          ['a', 'b', 'c'].map((name) => submit(move({ amount: -1n, reference: `${name}-${n}` }), 4_000, timeoutMs));
        const late = await Promise.all(three(0));
        const inTime = await Promise.all(three(60_000));
        expect(late.map(word)).to.deep.equal([...times(2).map(() => 'NOT_APPLIED TOO_LATE'), 'NOT_APPLIED QUEUE_FULL']);
        expect(inTime.map(word)).to.deep.equal(['APPLIED', 'APPLIED', 'NOT_APPLIED QUEUE_FULL']);
      }
      expect(committer.waiting).to.equal(0);
    });
  });

  it('drops a command whose time ran out before its group, and applies its neighbours', async () => {
    await committerWith();
    const outcomes = await Promise.all(bets(3).map((command, n) => submit(command, 0, n === 1 ? 0 : 60_000)));
    expect(outcomes.map(word)).to.deep.equal(['APPLIED', 'NOT_APPLIED TOO_LATE', 'APPLIED']);
    expect(await store.queries.movementByReference('ebet/1', 'bet-1')).to.equal(undefined);
    expect(await balance()).to.equal(9998n);
  });

  it('applies a command that was too late when it is sent again', async () => {
    await committerWith();
    await submit(move({}), 0, 0);
    expect(word(await submit(move({})))).to.equal('APPLIED');
  });

  it('drops a command whose caller has gone', async () => {
    await committerWith();
    const gone = committer.submit({ command: move({}), request: new Uint8Array(0) }, 60_000, () => true);
    expect(word(await gone)).to.equal('NOT_APPLIED TOO_LATE');
    expect(await balance()).to.equal(10_000n);
  });

  it('that stops answers what it took and takes no more', async () => {
    await committerWith({ groupMax: 10 });
    const taken = submitAll(bets(100));
    const stopped = committer.stop();
    expect(word(await submit(move({})))).to.equal('NOT_APPLIED SHUTTING_DOWN');
    await stopped;
    expect(committer.waiting).to.equal(0);
    expect(count(await taken, 'APPLIED')).to.equal(100);
    expect(await balance()).to.equal(9900n);
  });

  it('fails only the command at which the rules throw, and applies its neighbours', async () => {
    await committerWith({}, FAULTY_RULES);
    const outcomes = await submitAll([...bets(2), move({ reference: 'throws' }), deposit(1n, 'deposit-2')]);
    expect(outcomes).to.deep.equal(['APPLIED', 'APPLIED', 'NOT_APPLIED FAULT', 'APPLIED']);
    expect(await balance()).to.equal(9999n);
    expect(faults.map(({ message }) => message.includes('planted by the test'))).to.deep.equal([true]);
  });

  it('fails only the commands at which the rules throw, wherever in a group they stand', async () => {
    await committerWith({}, FAULTY_RULES);
    const references = times(40).map((n) => ([0, 17, 18, 39].includes(n) ? `throws-${n}` : `bet-${n}`));
    const outcomes = await submitTogether(references.map((reference) => move({ amount: -1n, reference })));
    expect(outcomes).to.deep.equal(
      references.map((reference) => (reference.startsWith('throws') ? 'NOT_APPLIED FAULT' : 'APPLIED')),
    );
    expect(faults.length).to.equal(4);
    expect(await balance()).to.equal(9964n);
  });

  it('hears, after the process stood still, who has hung up meanwhile before it decides anything', async () => {
    await committerWith();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    // Timers come before sockets when a process goes on that was stopped.
    await new Promise((resolve) => setTimeout(resolve, 0));
    let hasHungUp = false;
    setTimeout(() => (hasHungUp = true), 10);
    const bet = { command: move({ amount: -1n }), request: new Uint8Array(0) };
    const [unwanted, wanted] = await Promise.all([
      committer.submit(bet, 60_000, () => hasHungUp),
      submit(move({ amount: -1n, reference: 'wanted' })),
    ]);
    expect([word(unwanted), word(wanted)]).to.deep.equal(['NOT_APPLIED TOO_LATE', 'APPLIED']);
    expect(await balance()).to.equal(9999n);
  });

  describe('what is on disk stays applied, and is not run again,', () => {
    it('where who hears of the answers fails', async () => {
      await committerWith();
      const fail = () => {
        throw new Error('planted by the test');
      };
      committer = new Committer(store, (error) => faults.push(error), COMMITTER_LIMITS, fail);
      expect(await submitTogether([...bets(3), move({ amount: -1n, reference: 'last' })])).to.deep.equal(
        times(4).map(() => 'APPLIED'),
      );
      expect(faults.map(({ message }) => message)).to.deep.equal(times(4).map(() => 'planted by the test'));
      expect([await balance(), entries()]).to.deep.equal([9996n, 1]);
      await committer.stop();
      expect(word(await submit(move({}))), 'what is not taken has its answer, too').to.equal(
        'NOT_APPLIED SHUTTING_DOWN',
      );
    });

    it('where who hears of the group fails: then nobody knows its fate', async () => {
      await committerWith();
      await store.close();
      const onGroup = () => {
        throw new Error('planted by the test');
      };
      store = await SqliteStore.open({ folder, owner: 'the test', onGroup });
      committer = new Committer(store, (error) => faults.push(error));
      for (const result of await Promise.allSettled(bets(3).map((command) => submit(command)))) {
        expect(result).to.have.property('reason').that.is.instanceOf(CommitUnknownError);
      }
      expect([await balance(), entries()]).to.deep.equal([9997n, 1]);
    });
  });

  describe('when a group with a thrower is run again in parts', () => {
    const held = async (reference: string) =>
      (await store.queries.movementByReference('ebet/1', reference))?.record.reference;

    it('drops the commands whose time ran out meanwhile', async () => {
      await committerWith({}, FAULTY_RULES);
      const outcomes = await Promise.all([
        submit(move({ amount: -1n, reference: 'slow' })),
        submit(move({ reference: 'throws' })),
        // Enough for the group to form, and less than the slow one takes.
        submit(move({ amount: -1n, reference: 'hurried-1' }), 0, 100),
        submit(move({ amount: -1n, reference: 'patient' })),
        submit(move({ amount: -1n, reference: 'hurried-2' }), 0, 100),
      ]);
      expect(outcomes.map(word)).to.deep.equal([
        ...['APPLIED', 'NOT_APPLIED FAULT', 'NOT_APPLIED TOO_LATE', 'APPLIED', 'NOT_APPLIED TOO_LATE'],
      ]);
      expect(await Promise.all(['hurried-1', 'patient', 'hurried-2'].map(held))).to.deep.equal([
        ...[undefined, 'patient', undefined],
      ]);
      expect(await balance()).to.equal(9998n);
    });

    it('drops the commands whose callers have gone meanwhile', async () => {
      await committerWith({}, FAULTY_RULES);
      const gone = (command: Command) =>
        committer.submit({ command, request: new Uint8Array(0) }, 60_000, () => faults.length > 0);
      const outcomes = await Promise.all([
        submit(move({ reference: 'throws' })),
        ...bets(4).map((command, n) => (n % 2 === 0 ? gone(command) : submit(command))),
      ]);
      // The neighbour of the thrower may have been run before it: what is answered is what stands in the ledger.
      for (const [n, outcome] of outcomes.slice(1).entries()) {
        const applied = word(outcome) === 'APPLIED';
        expect(await held(`bet-${n}`), word(outcome)).to.equal(applied ? `bet-${n}` : undefined);
      }
      expect(outcomes.map(word)).to.deep.equal([
        ...['NOT_APPLIED FAULT', 'NOT_APPLIED TOO_LATE', 'APPLIED', 'NOT_APPLIED TOO_LATE', 'APPLIED'],
      ]);
      expect(await balance()).to.equal(9998n);
    });
  });

  it('goes on after a fault in a group of one', async () => {
    await committerWith({}, FAULTY_RULES);
    expect(await submitAll([move({ reference: 'throws' })])).to.deep.equal(['NOT_APPLIED FAULT']);
    expect(await submitAll(bets(1))).to.deep.equal(['APPLIED']);
  });

  describe('when the writer dies in the middle of a commit', () => {
    it('knows the fate of nothing that it was committing, and takes no more', async () => {
      await committerWith({ groupMax: 3 }, FAULTY_RULES);
      const group = [...bets(2), move({ reference: 'dies' })].map((command) => submit(command));
      const waiting = submit(move({ reference: 'waits' }));
      for (const result of await Promise.allSettled(group)) {
        expect(result).to.have.property('reason').that.is.instanceOf(CommitUnknownError);
      }
      expect(word(await waiting)).to.equal('NOT_APPLIED SHUTTING_DOWN');
      expect(word(await submit(move({ reference: 'later' })))).to.equal('NOT_APPLIED SHUTTING_DOWN');
      expect(faults.length).to.equal(1);
      expect(faults[0]).to.be.instanceOf(CommitUnknownError);
    });

    it('has lost nothing, and a retry after the restart applies once', async () => {
      await committerWith({}, FAULTY_RULES);
      await submitAll([move({ amount: -500n, reference: 'before' })]);
      const group = [...bets(2), move({ reference: 'dies' })].map((command) => submit(command));
      await Promise.allSettled(group);
      await store.close();
      store = await SqliteStore.open({ folder, owner: 'the test' });
      committer = new Committer(store, () => {});
      expect(await balance()).to.equal(9500n);
      expect(await submitAll([...bets(2), ...bets(2)])).to.deep.equal(times(4).map(() => 'APPLIED'));
      expect(await balance()).to.equal(9498n);
    });
  });
});

describe('a fault of the rules, over gRPC', () => {
  let folder: string;
  let core: Core;
  let clients: Clients;
  let fatal: Error[];
  let log: string;

  beforeEach(async () => {
    fatal = [];
    log = '';
    folder = mkdtempSync(path.join(tmpdir(), 'faulty-core-'));
    core = await startCore({
      data: folder,
      listen: { host: '127.0.0.1', port: 0 },
      log: pino({}, { write: (line: string) => (log += line) }),
      onFatal: (error) => fatal.push(error),
      rules: FAULTY_RULES,
    });
    clients = new Clients(`127.0.0.1:${core.port}`);
    await clients.openChannel('platform/test');
    await clients.open('demo', 'CNY');
  });
  afterEach(async () => {
    clients.close();
    await core.stop();
    rmSync(folder, { recursive: true });
  });

  const batch = (...references: readonly string[]) =>
    call<PostBatchResponse>((done) =>
      clients.posting.postBatch(
        { commands: references.map((reference) => movements({ reference, amount: '0' })) },
        done,
      ),
    );

  it('fails alone in its batch, with no word of what happened', async () => {
    const { results } = await batch('a', 'throws', 'b');
    expect(results.map(words)).to.deep.equal(['APPLIED', 'NOT_APPLIED FAULT', 'APPLIED']);
    expect(JSON.stringify(results.map(({ message }) => message))).to.equal('["","",""]');
    expect(log).to.contain('planted by the test');
    expect(fatal).to.deep.equal([]);
  });

  it('that kills the writer makes the call unavailable and asks for a restart', async () => {
    const answer = await failure(batch('a', 'dies'));
    expect(answer).to.equal(
      'UNAVAILABLE: the commit failed and its fate is unknown; send it again, it will not apply twice',
    );
    expect(fatal.length).to.equal(1);
  });
});
