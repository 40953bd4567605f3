import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Metadata } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Role, type CreateTokenResponse } from '../../proto/gen/wallet/v1/access.js';
import type { LogInResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { PostResponse } from '../../proto/gen/wallet/v1/posting.js';
import type { GetBalanceResponse } from '../../proto/gen/wallet/v1/query.js';
import { pino } from 'pino';
import { notApplied } from '../../wallet-core/domain/outcome.js';
import { Observer } from '../../wallet-core/observer.js';
import { Scrape } from '../scrape.js';
import { clientAccess, SECURED } from '../secured.js';
import { call, Clients } from '../system.js';
import { CHANNEL, check, failure, movements, refund, TestCore, words } from './core.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;

type Line = Readonly<Record<string, unknown>>;

/** The lines of a core's log with this message and what else is told, once there is one. */
async function linesOf({ process }: TestCore, message: string, has: string): Promise<Line[]> {
  await process.prints(has);
  const lines = process.output.split('\n').filter((line) => line.includes(`"msg":"${message}"`) && line.includes(has));
  return lines.map((line) => JSON.parse(line) as Line);
}

/** The one such line, without what every line has. */
async function lineOf(core: TestCore, message: string, has: string): Promise<Line> {
  const [line, ...more] = await linesOf(core, message, has);
  expect(more, 'more such lines').to.deep.equal([]);
  const { time: _, pid: __, hostname: ___, name: ____, msg: _____, ...told } = line ?? {};
  return told;
}

describe('what an operator sees of a command', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00', ', metrics: "127.0.0.1:0"');
  });
  after(() => core.stop());

  const bet = (reference: string, change = {}) => movements({ reference, round: '', ...change });

  it('is a line with what became of it, and where its time went', async () => {
    await core.post({ ...bet('seen-1'), traceId: TRACE });
    const { waitMs, commitMs, ...line } = await lineOf(core, 'command', 'seen-1');
    expect(line).to.deep.equal({
      ...{ level: 30, command: 'movements', channel: CHANNEL, player: 'demo', reference: 'seen-1' },
      ...{ outcome: 'APPLIED', traceId: TRACE, ...(SECURED && { token: 'operator.token' }) },
    });
    expect(waitMs).to.be.a('number').and.at.least(0);
    expect(commitMs).to.be.a('number').and.above(0);
  });

  it('is a line with the reason of a decline', async () => {
    await core.post(bet('seen-too-much', { amount: '-100000.00' }));
    const line = await lineOf(core, 'command', 'seen-too-much');
    expect(line).to.include({ level: 30, outcome: 'REFUSED', reason: 'INSUFFICIENT_FUNDS' });
  });

  it('is a line for each of a batch, of the trace that each names, else of the call', async () => {
    const metadata = new Metadata();
    metadata.set('traceparent', TRACEPARENT);
    const other = 'a'.repeat(32);
    const commands = [bet('batch-1'), { ...refund({ reference: 'batch-2' }), traceId: other }, check('batch-3')];
    await call((done) => core.clients.posting.postBatch({ commands }, metadata, done));
    expect(await lineOf(core, 'command', 'batch-1')).to.include({ command: 'movements', traceId: TRACE });
    expect(await lineOf(core, 'command', 'batch-2')).to.include({ command: 'refund', player: 'demo', traceId: other });
    expect(await lineOf(core, 'command', 'batch-3')).to.include({ command: 'check', outcome: 'CHECKED' });
  });

  it('has a trace of its own where nobody named one that is well-formed', async () => {
    await core.post({ ...bet('untraced-1'), traceId: 'X'.repeat(32) });
    await core.post(bet('untraced-2'));
    const traces = [await lineOf(core, 'command', 'untraced-1'), await lineOf(core, 'command', 'untraced-2')];
    const [first, second] = traces.map(({ traceId }) => traceId);
    expect(first).to.match(/^[0-9a-f]{32}$/);
    expect(second)
      .to.match(/^[0-9a-f]{32}$/)
      .and.to.not.equal(first);
  });

  it('names the references of several movements', async () => {
    await core.post(movements({ reference: 'several-1' }, { reference: 'several-2' }));
    const line = await lineOf(core, 'command', 'several-2');
    expect(line).to.deep.include({ reference: 'several-1', references: ['several-1', 'several-2'] });
  });

  it('says what is wrong with one that is malformed, and no more than 128 characters of its channel', async () => {
    await core.post({ ...bet('malformed'), channel: `of-nobody-${'x'.repeat(10_000)}` });
    const line = await lineOf(core, 'command', 'of-nobody');
    expect(line).to.include({ level: 40, command: 'unread', outcome: 'INVALID', reason: 'MALFORMED' });
    expect(line.why).to.match(/^channel: /);
    expect(JSON.stringify(line).length).to.be.below(800);
  });

  it('is counted by what became of it, with its time, its group and the time of its fsync', async () => {
    const commands = (outcome: string, reason: string) =>
      `single_wallet_core_commands_total{command="movements",outcome="${outcome}",reason="${reason}"}`;
    const before = await Scrape.of(core.process);
    expect(words(await core.post(bet('counted-1')))).to.equal('APPLIED');
    await core.post(refund({ reference: 'counted-refund' }, { reference: 'counted-2' }));
    expect(words(await core.post(bet('counted-2')))).to.equal('REFUSED BLOCKED');
    const after = await Scrape.of(core.process);
    const more = (sample: string) => after.value(sample) - before.value(sample);
    expect(more(commands('APPLIED', ''))).to.equal(1);
    expect(more(commands('REFUSED', 'BLOCKED'))).to.equal(1);
    expect(more('single_wallet_core_blocks_hit_total')).to.equal(1);
    expect(more('single_wallet_core_stage_seconds_count{stage="wait"}')).to.equal(3);
    expect(more('single_wallet_core_stage_seconds_count{stage="commit"}')).to.equal(3);
    expect(more('single_wallet_core_group_commands_count'), 'groups').to.equal(3);
    expect(more('single_wallet_core_group_commands_sum'), 'commands of groups').to.equal(3);
    expect(more('single_wallet_core_group_seconds_count{step="fsync"}')).to.equal(3);
    expect(more('single_wallet_core_group_seconds_sum{step="fsync"}')).to.be.above(0);
    expect(more('single_wallet_core_calls_total{rpc="PostingService/Post",code="OK"}')).to.equal(3);
    expect(after.value('single_wallet_core_commands_waiting')).to.equal(0);
    expect(after.value('single_wallet_core_wal_bytes')).to.be.above(0);
    expect(after.value('single_wallet_core_ledger_bytes')).to.be.above(0);
    expect(after.value('single_wallet_core_free_bytes')).to.be.above(0);
    expect(after.text).to.contain('\nsingle_wallet_core_damaged 0\n');
  });

  it('is counted under no name that a caller can choose', async () => {
    const generic = new Clients(core.clients.address);
    for (const rpc of ['wallet.v1.QueryService/Nothing', 'x.Y/Z', 'wallet.v1.PostingService/Post?1']) {
      const answer = call((done) =>
        generic.queries.makeUnaryRequest(`/${rpc}`, () => Buffer.alloc(0), String, '', new Metadata(), done),
      );
      expect(await failure(answer)).to.match(/^UNIMPLEMENTED/);
    }
    generic.close();
    await core.post({ ...bet('chosen'), channel: 'chosen-by-caller' });
    const { text } = await Scrape.of(core.process);
    for (const name of ['Nothing', 'x.Y', 'Post?1', 'chosen']) expect(text).to.not.contain(name);
  });
});

describe('what an operator sees of commands that a full queue turns away', () => {
  it('is one line at first, and then how many there were', () => {
    const lines: Line[] = [];
    const observer = new Observer(pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }));
    const outcome = notApplied('QUEUE_FULL');
    const command = { type: 'unread' as const, channel: CHANNEL };
    const origin = { traceId: TRACE, token: undefined };
    for (let n = 0; n < 1_000; n += 1) observer.answered({ command, origin, outcome, waitMs: 0, commitMs: 0 });
    observer.tellAnswered();
    observer.end();
    expect(lines.map(({ level, reason, turnedAway }) => [level, reason, turnedAway])).to.deep.equal([
      [40, 'QUEUE_FULL', undefined],
      [40, undefined, 999],
    ]);
  });
});

describe('withholdings that are open', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00', ', metrics: "127.0.0.1:0"');
  });
  after(() => core.stop());

  const withhold = (reference: string) =>
    movements({ reference, round: '', amount: '-20.00', kind: Kind.WITHHOLDING, withholding: true });
  const giveBack = (reference: string, of: string, amount: string) => {
    const names = [{ reference: of, relation: Relation.RETURN, amount }];
    return movements({ reference, round: '', amount, kind: Kind.WITHHOLDING_RETURN, names });
  };
  const post = async (...commands: ReturnType<typeof movements>[]) => {
    for (const command of commands) expect(words(await core.post(command))).to.equal('APPLIED');
  };
  const metric = 'single_wallet_core_open_withholdings';

  /** Scrapes until this many are counted. */
  async function becomes(count: number): Promise<void> {
    while ((await Scrape.of(core.process)).value(metric) !== count);
  }

  it('are counted as they are opened and given back, and all of them after a restart', async () => {
    await post(withhold('whole'), withhold('in-parts'), withhold('refunded'), withhold('kept'));
    await becomes(4);
    await post(giveBack('back-1', 'whole', '20.00'), giveBack('back-2', 'in-parts', '5.00'));
    await becomes(3);
    await core.post(refund({ reference: 'refund-1' }, { reference: 'refunded', amount: '20.00' }));
    await becomes(2);
    await core.restart('SIGTERM');
    await becomes(2);
    await post(giveBack('back-3', 'in-parts', '15.00'), withhold('new'));
    await becomes(2);
    await post(giveBack('back-4', 'new', '20.00'));
    await becomes(1);
  });
});

describe('what an operator sees of a call', () => {
  let core: TestCore;
  let operator: Clients;

  before(async () => {
    core = await TestCore.bare(', tokens: required');
    const token = readFileSync(path.join(core.data, 'operator.token'), 'utf8').trim();
    operator = new Clients(core.clients.address, clientAccess(core.clients.address, token));
    await operator.openChannel(CHANNEL);
    await operator.open('anna', 'CNY');
  });
  after(async () => {
    operator.close();
    await core.stop();
  });

  it('is a line with its status, its time, the token that was shown and whom it was about', async () => {
    const metadata = new Metadata();
    metadata.set('traceparent', TRACEPARENT);
    const request = { playerId: 'anna', currency: 'CNY' };
    await call<GetBalanceResponse>((done) => operator.queries.getBalance(request, metadata, done));
    const { ms, ...line } = await lineOf(core, 'call', 'QueryService/GetBalance');
    expect(line).to.deep.equal({
      ...{ level: 30, rpc: 'QueryService/GetBalance', code: 'OK', player: 'anna' },
      ...{ token: 'operator.token', traceId: TRACE },
    });
    expect(ms).to.be.a('number').and.above(0);
  });

  it('has also in the line of a command the token, by which a deposit of an operator is known from one of a platform', async () => {
    await operator.post({ reference: 'whose-1', playerId: 'anna', kind: Kind.DEPOSIT, amount: '5.00' }, CHANNEL);
    expect(await lineOf(core, 'command', 'whose-1')).to.include({ outcome: 'APPLIED', token: 'operator.token' });
  });

  it('says why one failed, and who called', async () => {
    const request = { playerId: 'nobody-here', currency: 'CNY' };
    await failure(call<GetBalanceResponse>((done) => operator.queries.getBalance(request, done)));
    const line = await lineOf(core, 'call', 'nobody-here');
    expect(line).to.include({ level: 30, code: 'NOT_FOUND', token: 'operator.token' });
    expect(line.why).to.match(/^player_id: /);
    expect(line.peer).to.match(/^127\.0\.0\.1:\d+$/);
  });

  it('is a warning for one that was refused, with the fix', async () => {
    const stranger = new Clients(core.clients.address, clientAccess(core.clients.address, ''));
    expect(await failure(stranger.open('berta', 'CNY'))).to.match(/^UNAUTHENTICATED/);
    stranger.close();
    const line = await lineOf(core, 'call', 'UNAUTHENTICATED');
    expect(line).to.include({ level: 40, rpc: 'AccountService/OpenAccount' });
    expect(line.why).to.contain('npx single-wallet token create makes one');
  });

  it('is the one line of a backup, with its file and its digest', async () => {
    const stream = operator.operations.backup({});
    stream.resume();
    await once(stream, 'end');
    const [line, ...more] = (await linesOf(core, 'call', 'OperationsService/Backup')) as [Line, ...Line[]];
    expect(more).to.deep.equal([]);
    expect(line).to.include({ level: 30, code: 'OK', token: 'operator.token' });
    expect(line['digest']).to.match(/^1:\d+:[0-9a-f]{64}$/);
    expect(core.process.output.split(String(line['path']))).to.have.length(2);
  });

  it('has what became of a login, and nothing that it was tried with', async () => {
    const { token } = await call<CreateTokenResponse>((done) =>
      operator.tokens.createToken({ name: 'games', roles: [Role.POST], channels: [CHANNEL] }, done),
    );
    const games = new Clients(core.clients.address, clientAccess(core.clients.address, token));
    const value = { playerId: 'anna', password: 'correct horse' };
    const tried = { ...{ channel: CHANNEL, reference: 'log-in-1', currency: 'CNY' }, accessTokenLifetimeS: 0 };
    const request = { ...tried, rotateAccessToken: false, credential: { $case: 'password' as const, value } };
    await call<LogInResponse>((done) => games.accounts.logIn(request, done));
    games.close();
    const line = await lineOf(core, 'call', 'log-in-1');
    expect(line).to.include({ rpc: 'AccountService/LogIn', player: 'anna', outcome: 'WRONG_PASSWORD', token: 'games' });
    for (const secret of ['correct horse', token]) expect(core.process.output).to.not.contain(secret);
  });

  it('is no line for a posting, whose commands have theirs', async () => {
    const { result } = await call<PostResponse>((done) =>
      operator.posting.post({ command: movements({ playerId: 'anna', reference: 'posted' }) }, done),
    );
    expect(result && words(result)).to.equal('REFUSED INSUFFICIENT_FUNDS');
    expect(await linesOf(core, 'command', 'posted')).to.have.lengthOf(1);
    expect(core.process.output).to.not.contain('PostingService/Post"');
  });
});
