import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { RefusedCalls } from '../../gateway/refused.js';
import { OperationsServiceClient, type ListRefusedResponse } from '../../proto/gen/wallet/v1/operations.js';
import { RefusedFile } from '../../wallet-core/storage/sqlite/refused-file.js';
import { RefusedStore } from '../../wallet-core/storage/sqlite/refused-store.js';
import { clientAccess } from '../secured.js';
import { call, System } from '../system.js';
import { CommandLine } from '../wallet-core/command-line.js';

const CALL = { player: undefined, reference: undefined, channel: undefined, fromMs: undefined, toMs: undefined };
const BET = {
  event: 'increaseCredit',
  channelId: 1,
  timestamp: 1,
  username: 'Demo',
  money: -8,
  type: '1',
  signature: 'AAAA',
};

const at = (timeMs: number, reference: string, fromProvider = true) => ({
  fromProvider,
  ...{ timeMs: BigInt(timeMs), address: '::1', channel: 'ebet/1', endpoint: 'increaseCredit', reference },
  ...{ player: 'demo', status: '4026', reason: 'why', body: Buffer.alloc(0) },
});

describe('calls that are refused before the ledger', () => {
  let system: System;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand', currency: 'CNY' },
      { provider: 'apiv1', merchant: 'listed', path: '/listed', currency: 'CNY', allowFrom: ['127.0.0.1'] },
      { provider: 'apiv1', merchant: 'elsewhere', path: '/elsewhere', currency: 'CNY', allowFrom: ['203.0.113.7'] },
    ]);
    await system.player();
  });
  after(() => system.stop());

  const list = (filter: { reference?: string; playerId?: string; limit?: number }) => {
    const request = { playerId: '', reference: '', channel: '', fromMs: 0n, toMs: 0n, limit: 0, ...filter };
    return call<ListRefusedResponse>((done) => system.clients.operations.listRefused(request, done));
  };
  /** What is kept under a reference, once it has arrived. */
  const kept = async (filter: { reference?: string; playerId?: string }) => {
    for (;;) {
      const { calls } = await list(filter);
      const [first] = calls;
      if (first) return { ...first, body: first.body.toString(), timeMs: undefined };
    }
  };

  it('are kept with the address, the answer, why, and the body without its secrets', async () => {
    const { json } = await system.post(
      '/increaseCredit',
      JSON.stringify({ ...BET, seqNo: 'bad-1', sessionToken: 'hush' }),
    );
    const found = await kept({ reference: 'bad-1' });
    expect(found).to.deep.include({
      ...{ address: '127.0.0.1', channel: 'ebet/1', endpoint: 'increaseCredit', reference: 'bad-1', playerId: 'demo' },
      status: String(json['status']),
    });
    expect(found.reason).not.to.equal('');
    expect(found.body).to.contain('"seqNo":"bad-1"').and.not.to.contain('hush');
  });

  it('are kept without a channel of ours', async () => {
    await system.post('/increaseCredit', JSON.stringify({ ...BET, seqNo: 'bad-2', channelId: 99 }));
    expect(await kept({ reference: 'bad-2' })).to.include({ channel: '', playerId: 'demo' });
  });

  it('are kept of api-v1', async () => {
    const body = {
      member_id: 'Demo',
      transaction_id: 'bad-3',
      action_type: 1,
      action_value: '-8.00',
      timestamp: 1,
      sign: 'x',
    };
    const { json } = await system.post('/api-v1/balance-update', JSON.stringify(body));
    expect(await kept({ reference: 'bad-3' })).to.include({
      ...{ channel: 'apiv1/brand', endpoint: 'balance-update', status: json['error_code'] },
    });
  });

  for (const [merchant, fromProvider] of [
    ['listed', true],
    ['elsewhere', false],
  ] as const) {
    it(`are ${fromProvider ? '' : 'not '}the provider's of api-v1 ${fromProvider ? 'from' : 'outside'} its allowFrom`, async () => {
      const path = `/${merchant}/balance-update`;
      await system.post(path, JSON.stringify({ member_id: 'demo', transaction_id: `of-${merchant}`, sign: 'x' }));
      expect(await kept({ reference: `of-${merchant}` })).to.include({ channel: `apiv1/${merchant}`, fromProvider });
    });
  }

  it('are found by what they seem to be about where they are no good JSON, without their body', async () => {
    const twice = `{"seqNo":"twice-1","channelId":1,"username":"Demo","password":"hush","money":8,"money":9}`;
    await system.post('/increaseCredit', twice);
    const found = await kept({ reference: 'twice-1' });
    expect(found).to.include({ channel: 'ebet/1', playerId: 'demo', status: '4025', body: '' });
    await system.post('/listed/balance-update', '{"transaction_id":"cut-1","member_id":"demo"');
    expect(await kept({ reference: 'cut-1' })).to.include({ channel: 'apiv1/listed', body: '', fromProvider: true });
  });

  it('keep nothing of what a login said', async () => {
    const login = {
      event: 'registerOrLogin',
      channelId: 1,
      timestamp: 1,
      eventType: 1,
      seqNo: 'bad-4',
      signature: 'AAAA',
    };
    await system.post('/registerOrLogin', JSON.stringify({ ...login, username: 'demo', password: 'correct horse' }));
    expect((await kept({ reference: 'bad-4' })).body).to.equal('');
  });

  it('are kept also when the gateway stops right after them', async () => {
    await system.post('/increaseCredit', JSON.stringify({ ...BET, seqNo: 'bad-6' }));
    expect(await system.gateway.stop()).to.equal(0);
    expect(await kept({ reference: 'bad-6' })).to.include({ channel: 'ebet/1' });
    await system.startGateway();
  });

  it('are written, and moved into their file, beside the thread that serves bets', async () => {
    const { pid } = system.core.child;
    const written = (of: string) => Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/${of}/io`, 'utf8'))?.[1]);
    const serving = () => written(`task/${pid}`);
    const file = () => statSync(path.join(system.folder, 'data', 'refused.db'), { throwIfNoEntry: false })?.size ?? 0;
    const before = { all: written('.'), serving: serving(), file: file() };
    const calls = Array.from({ length: 1_000 }, (_, index) => ({
      ...{ timeMs: BigInt(Date.now()), address: '::1', channel: 'ebet/7', endpoint: 'increaseCredit', playerId: '' },
      ...{ reference: `bulk-${index}`, status: '4026', reason: 'why', body: randomBytes(2_000), fromProvider: true },
    }));
    const request = { calls, dropped: 0, droppedOfChannels: [] };
    for (let round = 0; round < 4; round += 1) {
      await call((done) => system.clients.operations.keepRefused(request, done));
    }
    expect(file() - before.file, 'moved into the file').to.be.above(4_000_000);
    expect(written('.') - before.all, 'in all').to.be.above(12_000_000);
    expect(serving() - before.serving, 'by the thread that serves').to.be.below(100_000);
  });

  describe('and are sent to wallet-core', () => {
    const refusal = (reference: string) => ({
      ...{ address: '::1', channel: 'ebet/1', endpoint: 'increaseCredit', reference, playerId: 'demo' },
      ...{ status: '4026', reason: 'why', body: Buffer.alloc(0), fromProvider: true },
    });
    const lines: { readonly level: number; readonly lost?: number }[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });

    beforeEach(() => void (lines.length = 0));

    /** A client that tells when it sends something. */
    function telling(address: string, tell: () => void): OperationsServiceClient {
      const [credentials, { interceptors = [], ...options }] = clientAccess(address);
      const sends: Interceptor = (given, next) => {
        tell();
        return new InterceptingCall(next(given));
      };
      return new OperationsServiceClient(address, credentials, { ...options, interceptors: [...interceptors, sends] });
    }

    it('are waited for when the gateway stops', async () => {
      let tell = () => {};
      const underWay = new Promise<void>((resolve) => (tell = resolve));
      const client = telling(system.clients.address, tell);
      const refused = new RefusedCalls(client, log);
      system.core.child.kill('SIGSTOP');
      refused.note(refusal('on-its-way'));
      await underWay;
      const end = refused.end();
      expect(await Promise.race([end.then(() => 'it has ended'), setImmediate('it waits')])).to.equal('it waits');
      system.core.child.kill('SIGCONT');
      await end;
      client.close();
      expect((await list({ reference: 'on-its-way' })).calls).to.have.length(1);
      expect(lines).to.deep.equal([]);
    });

    it("are counted beyond a few in a second of what may be anybody's, and beside 10,000 of those are kept of a provider", async () => {
      const client = telling(system.clients.address, () => {});
      const refused = new RefusedCalls(client, log);
      const before = await list({ reference: 'garbage', limit: 1000 });
      const garbage = { ...refusal('garbage'), address: '203.0.113.7', status: '4027', fromProvider: false };
      let told = 0;
      for (let call = 0; call < 10_000; call += 1) told += Number(refused.note(garbage));
      // Within one second, or two; the others take no room of other lines in the log.
      expect(told).to.be.within(520, 1_040);
      refused.note({ ...garbage, address: '203.0.113.8', reference: 'elsewhere' });
      refused.note(refusal('true-payout'));
      await refused.end();
      client.close();
      for (const reference of ['true-payout', 'elsewhere'])
        expect((await list({ reference })).calls, reference).to.have.length(1);
      const { calls, dropped, droppedOfChannels } = await list({ reference: 'garbage', limit: 1000 });
      expect(calls.length).to.be.within(20, 60);
      expect(calls.length + Number(dropped - before.dropped)).to.equal(10_000);
      expect(droppedOfChannels).to.have.length(1);
      expect(droppedOfChannels[0]).to.include({ channel: 'ebet/1', fromProvider: false });
    });

    it('are nearly all counted alone where they were only not decided, which takes no room of those that were refused', async () => {
      const client = telling(system.clients.address, () => {});
      const refused = new RefusedCalls(client, log);
      for (let call = 0; call < 1_000; call += 1) refused.note({ ...refusal('busy'), status: '4003' }, true);
      for (let call = 0; call < 40; call += 1) refused.note(refusal('beside-busy'));
      await refused.end();
      client.close();
      expect((await list({ reference: 'beside-busy', limit: 1000 })).calls).to.have.length(40);
      expect((await list({ reference: 'busy', limit: 1000 })).calls.length).to.be.within(5, 10);
    });

    it('are counted in the log as lost if wallet-core does not take them', async () => {
      const client = telling('127.0.0.1:1', () => {});
      const refused = new RefusedCalls(client, log);
      refused.note(refusal('lost-1'));
      refused.note(refusal('lost-2'));
      await refused.end();
      client.close();
      expect(lines.map(({ level, lost }) => [level, lost])).to.deep.equal([[40, 2]]);
    });
  });

  it('are found by one command, which no terminal obeys', async () => {
    await system.post('/increaseCredit', JSON.stringify({ ...BET, seqNo: 'bad-5\u001b[2J', username: 'Mallory' }));
    await kept({ playerId: 'mallory' });
    const { code, stdout } = await CommandLine.run(
      ...['refused', '--player', 'mallory', '--full', '--address', system.clients.address],
    );
    expect(code).to.equal(0);
    expect(stdout).to.contain('bad-5\\u{1b}[2J').and.not.to.contain('\u001b');
    const none = await CommandLine.run('refused', '--reference', 'good', '--address', system.clients.address);
    expect(none).to.deep.equal({ code: 1, stdout: 'There is no such call.\n', stderr: '' });
    const limited = await CommandLine.run('refused', '--limit', 'x', '--address', system.clients.address);
    expect(limited).to.include({ code: 2, stdout: '' });
    expect(limited.stderr).to.match(/--limit <count>.*Expected a number from 1 to 1000\./);
  });

  it('are dropped and counted where there are too many, beside which a signed one is kept', async () => {
    const flood = Array.from({ length: 600 }, () =>
      system.post('/increaseCredit', JSON.stringify({ ...BET, seqNo: 'flood', username: 'flood' })),
    );
    const timestamp = Date.now();
    const payout = { ...BET, seqNo: 'payout', timestamp, username: 'demo', money: 8, type: 999, currency: 'CNY' };
    const signature = system.sign(`payoutincreaseCredit1${timestamp}demo8`);
    const signed = system.post('/increaseCredit', JSON.stringify({ ...payout, signature }));
    await Promise.all([...flood, signed]);
    expect(await kept({ reference: 'payout' })).to.include({ reason: 'type is unknown', fromProvider: true });
    let found: ListRefusedResponse;
    do found = await list({ reference: 'flood', limit: 1000 });
    while (found.calls.length + Number(found.dropped) < 600);
    expect(found.calls.length + Number(found.dropped)).to.equal(600);
    expect(Number(found.dropped)).to.be.above(0);
  });

  it('are counted also when the gateway stops right after one that was only counted', async () => {
    const bad = () => system.post('/increaseCredit', JSON.stringify({ ...BET, seqNo: 'last', username: 'last' }));
    const known = async () => {
      const { calls, dropped } = await list({ reference: 'last', limit: 1000 });
      return calls.length + Number(dropped);
    };
    const before = await known();
    // So that the last one falls into the second of those that were sent.
    await setTimeout(1000 - (Date.now() % 1000));
    await Promise.all(Array.from({ length: 110 }, bad));
    while ((await known()) < before + 110);
    await bad();
    expect(await system.gateway.stop()).to.equal(0);
    expect(await known()).to.equal(before + 111);
    await system.startGateway();
  });

  it('are found also beside one with a time that no calendar has', async () => {
    await system.core.stop();
    const file = new RefusedFile(path.join(system.folder, 'data'), 60_000);
    file.keep([at(Number(2n ** 61n), 'never')], []);
    file.close();
    await system.startCore(system.clients.address);
    const found = await CommandLine.run('refused', '--reference', 'never', '--address', system.clients.address);
    expect(found).to.include({ code: 0, stderr: '' });
    expect(found.stdout).to.contain('2305843009213693952 ms');
  });
});

describe('the file of refused calls', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'refused-'));
  let file: RefusedFile;

  afterEach(() => file.close());
  after(() => rmSync(folder, { recursive: true }));

  it('forgets what is older than it is kept', () => {
    file = new RefusedFile(folder, 60_000);
    file.keep([at(Date.now() - 61_000, 'old'), at(Date.now(), 'young')], []);
    expect(file.list(CALL, 10).calls.map(({ reference }) => reference)).to.deep.equal(['young']);
  });

  it('shows nothing that is older also where nothing is kept any more', () => {
    file = new RefusedFile(folder, 60_000);
    file.keep([at(Date.now() - 30_000, 'of-half-a-minute-ago')], []);
    file.close();
    file = new RefusedFile(folder, 20_000);
    expect(file.list({ ...CALL, reference: 'of-half-a-minute-ago' }, 10).calls).to.deep.equal([]);
  });

  const room = { ofProvider: 20n, ofAnybody: 10n, inAll: 50n };
  const many = (count: number, channel: string, fromProvider: boolean) =>
    Array.from({ length: count }, (_, index) => ({ ...at(Date.now(), `call-${index}`, fromProvider), channel }));
  const keptOf = (channel: string) => file.list({ ...CALL, channel }, 1_000).calls;

  it("keeps of each channel the newest of its provider, and fewer that may be anybody's", () => {
    file = new RefusedFile(folder, 60_000, room);
    file.keep(many(21, 'ebet/7', true), []);
    file.keep(many(10_000, 'ebet/7', false), []);
    const [newest] = keptOf('ebet/7');
    expect(newest).to.include({ reference: 'call-9999', fromProvider: false });
    expect(keptOf('ebet/7').filter(({ fromProvider }) => fromProvider)).to.have.length(20);
    expect(keptOf('ebet/7')).to.have.length(30);
  });

  it('has a bound on all, beyond which a channel makes room among its own calls alone', () => {
    file = new RefusedFile(folder, 60_000, room);
    const before = keptOf('ebet/7');
    file.keep(many(15, 'ebet/8', true), []);
    for (let index = 0; index < 100; index += 1) file.keep(many(1, 'ebet/9', true), []);
    expect(file.list(CALL, 1_000).calls).to.have.length(50);
    expect(keptOf('ebet/7')).to.deep.equal(before);
    expect(keptOf('ebet/8')).to.have.length(15);
  });

  it('is left as it is where it cannot be opened for another reason than damage', () => {
    file = new RefusedFile(folder, 60_000);
    file.keep([at(Date.now(), 'before')], []);
    file.close();
    const inTheWay = path.join(folder, 'refused.db-wal');
    mkdirSync(inTheWay);
    expect(() => new RefusedFile(folder, 60_000)).to.throw(
      /refused\.db cannot be opened \(.*\); mend that, or move it away: a new one is made/,
    );
    rmdirSync(inTheWay);
    file = new RefusedFile(folder, 60_000);
    expect(file.list({ ...CALL, reference: 'before' }, 10).calls).to.have.length(1);
  });

  it('is opened again for the next calls where it could not be opened for the last', async () => {
    const store = new RefusedStore({ folder, keepMs: 60_000 });
    const inTheWay = path.join(folder, 'refused.db-wal');
    mkdirSync(inTheWay);
    const failed = await store.keep([at(Date.now(), 'lost')], []).catch(String);
    expect(failed).to.match(/refused\.db cannot be opened \(.*\); mend that, or move it away/);
    rmdirSync(inTheWay);
    await store.keep([at(Date.now(), 'next')], []);
    expect((await store.list({ ...CALL, reference: 'next' }, 10)).calls).to.have.length(1);
    await store.close();
  });

  it('is made anew where it cannot be read', () => {
    for (const name of ['refused.db', 'refused.db-wal'])
      writeFileSync(path.join(folder, name), 'not a database'.repeat(99));
    file = new RefusedFile(folder, 60_000);
    const dropped = [{ channel: 'ebet/1', fromProvider: true, count: 3n }];
    file.keep([at(Date.now(), 'after')], dropped);
    expect(file.list(CALL, 10)).to.deep.include({ dropped });
  });
});
