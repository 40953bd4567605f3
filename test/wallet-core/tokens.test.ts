import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { RefusedCalls } from '../../gateway/refused.js';
import {
  Role,
  type CreateTokenResponse,
  type ListTokensResponse,
  type RevokeTokenResponse,
  type Token,
} from '../../proto/gen/wallet/v1/access.js';
import type { EndSessionsResponse, GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import {
  type ExchangeRequest,
  type ExchangeResponse,
  ExchangeServiceClient,
} from '../../proto/gen/wallet/v1/exchange.js';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { ListRefusedResponse, RefusedCall } from '../../proto/gen/wallet/v1/operations.js';
import type { ListActsResponse } from '../../proto/gen/wallet/v1/query.js';
import { clientAccess, dialCore } from '../secured.js';
import { call, Clients } from '../system.js';
import { CommandLine } from './command-line.js';
import { CHANNEL, deposit, failure, movements, TestCore, words } from './core.js';
import { health } from './health.js';
import { verify } from './verify.js';

const REQUIRED = ', tokens: required, reflection: token, health: token';

const WHY = ['--as', 'olga', '--reason', 'ticket 7'] as const;

/** Until an answer of several messages has come whole. */
function ended(stream: Readable): Promise<unknown> {
  return new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
}

describe('wallet-core with tokens', () => {
  let core: TestCore;
  /** With the token of the operator's file. */
  let operator: Clients;
  const opened: Clients[] = [];

  const tokenIn = (name: string) => readFileSync(path.join(core.data, name), 'utf8').trim();

  /** Somebody who shows this token, or none. */
  function caller(token = ''): Clients {
    const clients = new Clients(core.clients.address, clientAccess(core.clients.address, token));
    opened.push(clients);
    return clients;
  }

  async function create(name: string, roles: readonly Role[], channels: readonly string[] = []): Promise<Clients> {
    return caller((await made(name, roles, channels)).token);
  }

  function made(name: string, roles: readonly Role[], channels: readonly string[] = []) {
    const request = { name, roles: [...roles], channels: [...channels] };
    return call<CreateTokenResponse>((done) => operator.tokens.createToken(request, done));
  }

  async function list(): Promise<Token[]> {
    return (await call<ListTokensResponse>((done) => operator.tokens.listTokens({}, done))).tokens;
  }

  async function revoke(tokenId: string): Promise<boolean> {
    return (await call<RevokeTokenResponse>((done) => operator.tokens.revokeToken({ tokenId }, done))).revoked;
  }

  before(async () => {
    core = await TestCore.bare(REQUIRED);
    operator = caller(tokenIn('operator.token'));
    await operator.openChannel(CHANNEL);
    await operator.openChannel('ebet/1');
    await operator.open('demo', 'CNY');
    await operator.post({ kind: Kind.DEPOSIT, amount: '10000.00', reference: 'deposit-1', round: '' });
  });
  after(async () => {
    for (const clients of opened) clients.close();
    await core.stop();
  });

  it('has at its first start one for the operator and one for a gateway, in files that only their owner reads', () => {
    for (const name of ['operator.token', 'gateway.token', 'tokens.acts']) {
      expect((statSync(path.join(core.data, name)).mode & 0o777).toString(8), name).to.equal('600');
    }
    expect(tokenIn('operator.token'))
      .to.match(/^swt_[\w-]{43}$/)
      .and.to.not.equal(tokenIn('gateway.token'));
  });

  it('keeps of a token its SHA-256 and nothing else', async () => {
    const { token, tokenId } = await made('kept', [Role.READ]);
    await list();
    await core.process.prints('AccessService/ListTokens');
    const file = readFileSync(path.join(core.data, 'tokens.acts'), 'utf8');
    expect(file).to.contain(tokenId);
    for (const secret of [token, token.slice(4), tokenIn('operator.token')]) {
      expect(file).to.not.contain(secret);
      expect(core.process.output).to.not.contain(secret);
    }
  });

  it('tells in its log of a token that is made, and of one that is revoked', async () => {
    const { tokenId } = await made('told', [Role.POST], ['platform/told']);
    await revoke(tokenId);
    await core.process.prints(`"tokenId":"${tokenId}","revoked":true`);
    const lines = core.process.output.split('\n').filter((line) => line.includes(`"tokenId":"${tokenId}"`));
    const [created, revoked, ...more] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const about = { name: 'wallet-core', tokenId, msg: 'call', rpc: 'AccessService/CreateToken', code: 'OK' };
    expect(created).to.deep.include({ ...about, tokenName: 'told', roles: ['post'], channels: ['platform/told'] });
    expect(revoked).to.include({ tokenId, msg: 'call', rpc: 'AccessService/RevokeToken' });
    expect(more).to.deep.equal([]);
  });

  it('answers without a token, or with one that it does not know, UNAUTHENTICATED, and nothing happens', async () => {
    const how = 'send the metadata "authorization: Bearer <token>"; npx single-wallet token create makes one';
    expect(await failure(caller().post({ reference: 'nobody-1' }))).to.equal(
      `UNAUTHENTICATED: there is no token: ${how}`,
    );
    const unknown = caller(`swt_${'x'.repeat(43)}`);
    expect(await failure(unknown.post({ reference: 'nobody-1' }))).to.equal(
      `UNAUTHENTICATED: the token is unknown here: ${how}`,
    );
    expect(await operator.movements({ channel: CHANNEL })).to.have.length(1);
  });

  it('lets a platform post under its own channel, and shows it the movements of that and any balance', async () => {
    const cashier = await create('cashier', [Role.POST], ['platform/cashier']);
    await operator.openChannel('platform/cashier');
    const result = await cashier.post({ reference: 'own-1', kind: Kind.DEPOSIT, amount: '5.00' }, 'platform/cashier');
    expect(words(result)).to.equal('APPLIED');
    expect(await cashier.movements({ channel: 'platform/cashier' })).to.have.length(1);
    expect(await cashier.balance()).to.equal('10005.00');
    await cashier.open('new-player', 'CNY');
  });

  it("refuses it another's channel with PERMISSION_DENIED, also in a batch, of which then nothing is posted", async () => {
    const { token, tokenId } = await made('shop', [Role.POST], ['platform/shop', 'shops/*']);
    const shop = caller(token);
    await operator.openChannel('platform/shop');
    const owns = `the token shop (${tokenId}) has the role post for platform/shop, shops/*`;
    const denied = `PERMISSION_DENIED: channel: ebet/1 is another's channel; ${owns}`;
    expect(await failure(shop.post({ reference: 'other-1' }, 'ebet/1'))).to.equal(denied);
    const own = { ...movements({ reference: 'batch-1' }), channel: 'platform/shop' };
    const commands = [own, { ...movements({ reference: 'batch-2' }), channel: 'ebet/1' }];
    expect(await failure(call((done) => shop.posting.postBatch({ commands }, done)))).to.equal(denied);
    expect(await operator.movements({ channel: 'platform/shop' })).to.deep.equal([]);
    expect(await failure(shop.movements({ channel: 'ebet/1' }))).to.equal(denied);
    expect(await failure(shop.movements())).to.equal(`PERMISSION_DENIED: channel: no channel is named; ${owns}`);
    const reference = { channel: 'ebet/1', reference: 'other-1' };
    expect(await failure(call((done) => shop.queries.getMovementByReference(reference, done)))).to.equal(denied);
    expect(await failure(shop.post({ reference: 'x' }, 'shopsx/1'))).to.contain("shopsx/1 is another's channel");
    expect(words(await shop.post({ reference: 'x' }, 'shops/1'))).to.equal('INVALID CHANNEL_UNKNOWN');
  });

  it("lets it end sessions on its own channel, and refuses it those on another's and on all with PERMISSION_DENIED", async () => {
    const { token, tokenId } = await made('doorman', [Role.POST], ['platform/door']);
    await operator.openChannel('platform/door');
    const end = (channel: string) =>
      call<EndSessionsResponse>((done) => caller(token).accounts.endSessions({ playerId: 'demo', channel }, done));
    expect(await end('platform/door')).to.deep.equal({ count: 0 });
    const owns = `the token doorman (${tokenId}) has the role post for platform/door`;
    expect(await failure(end('ebet/1'))).to.equal(`PERMISSION_DENIED: channel: ebet/1 is another's channel; ${owns}`);
    expect(await failure(end(''))).to.equal(`PERMISSION_DENIED: channel: no channel is named; ${owns}`);
  });

  it('answers bytes that are no request INVALID_ARGUMENT to whoever may ask, and UNAUTHENTICATED to others', async () => {
    const { token } = await made('garbler', [Role.POST], [CHANNEL]);
    const path = '/wallet.v1.PostingService/Post';
    const same = (bytes: Buffer) => bytes;
    const send = ({ posting }: Clients) =>
      failure(call((done) => posting.makeUnaryRequest(path, same, same, Buffer.from([0xff]), new Metadata(), done)));
    expect(await send(caller(token))).to.equal(
      'INVALID_ARGUMENT: the bytes are no request of wallet.v1.PostingService/Post',
    );
    expect(await send(caller())).to.match(/^UNAUTHENTICATED: /);
  });

  it('lets the role read read everything and post nothing', async () => {
    const { token, tokenId } = await made('auditor', [Role.READ]);
    const auditor = caller(token);
    expect(await auditor.movements()).to.not.deep.equal([]);
    expect(await auditor.balance()).to.be.a('string');
    expect(await failure(auditor.post({ reference: 'read-1' }))).to.equal(
      `PERMISSION_DENIED: wallet.v1.PostingService/Post needs the role post or operate, the token auditor (${tokenId}) has read`,
    );
  });

  it('shows what was noted with a freeze to the role read, and to a platform only that there is one', async () => {
    const by = { name: 'olga', reason: 'ticket 7' };
    await operator.open('frozen', 'CNY');
    await call((done) =>
      operator.accounts.freezePlayer({ playerId: 'frozen', reason: 'kyc', note: 'under age?', by }, done),
    );
    const seen = async (clients: Clients) => {
      const answer = await call<GetAccountsResponse>((done) =>
        clients.accounts.getAccounts({ playerId: 'frozen' }, done),
      );
      return answer.freezes.map(({ reason, note, by: who }) => [reason, note, who?.reason]);
    };
    expect(await seen(await create('reader', [Role.READ]))).to.deep.equal([['kyc', 'under age?', 'ticket 7']]);
    expect(await seen(await create('platform', [Role.POST], [CHANNEL]))).to.deep.equal([['kyc', '', undefined]]);
  });

  it('lets only the role operate freeze, open channels, verify and make tokens', async () => {
    const other = await create('other', [Role.READ, Role.POST], [CHANNEL]);
    const freeze = { playerId: 'demo', reason: 'kyc', note: '' };
    const verified = () => {
      const verification = other.operations.verify({ against: '' });
      return new Promise((resolve, reject) => verification.on('end', resolve).on('error', reject).resume());
    };
    for (const ask of [
      () => call((done) => other.accounts.freezePlayer(freeze, done)),
      () => other.openChannel('platform/new'),
      () => call((done) => other.accounts.setPassword({ playerId: 'demo', password: 'p' }, done)),
      () => call((done) => other.tokens.createToken({ name: 'x', roles: [Role.OPERATE], channels: [] }, done)),
      () => call((done) => other.tokens.listTokens({}, done)),
      verified,
    ]) {
      expect(await failure(ask())).to.match(
        /^PERMISSION_DENIED: wallet\.v1\.\S+ needs the role operate, the token other/,
      );
    }
  });

  it('records an act of whoever may operate also if he does not say who he is, and of a platform only if it does', async () => {
    const nina = await create('nina', [Role.OPERATE, Role.POST], [CHANNEL]);
    const shop = await create('shop-2', [Role.POST], [CHANNEL]);
    await shop.open('unsaid', 'CNY');
    await call((done) => nina.accounts.freezePlayer({ playerId: 'unsaid', reason: 'kyc', note: '' }, done));
    await call((done) => nina.accounts.setPassword({ playerId: 'unsaid', password: 'p' }, done));
    const deposit = { playerId: 'unsaid', kind: Kind.DEPOSIT, amount: '5.00', round: '' };
    await shop.post({ ...deposit, reference: 'unsaid-1' });
    await nina.post({ ...deposit, reference: 'unsaid-2' });
    await nina.post({ ...deposit, reference: 'unsaid-3', kind: Kind.ADJUSTMENT });
    const { acts } = await call<ListActsResponse>((done) =>
      operator.queries.listActs({ playerId: 'unsaid', pageSize: 0, pageToken: '' }, done),
    );
    const by = { name: 'nina', reason: 'no reason was given' };
    expect(acts.map((each) => [each.act, each.by])).to.deep.equal([
      ['movements', by],
      ['set-password', by],
      ['freeze', by],
    ]);
  });

  it('records who prunes requests, and why, before anything is dropped', async () => {
    const request = { beforeMs: 1n, by: { name: 'olga', reason: 'the law of 2026' } };
    await ended(operator.operations.pruneRequests(request));
    const { acts } = await call<ListActsResponse>((done) =>
      operator.queries.listActs({ playerId: '', pageSize: 1, pageToken: '' }, done),
    );
    expect(acts[0]).to.deep.include({ act: 'prune-requests', records: 0 });
    expect(acts[0]?.by).to.deep.equal({ name: 'operator.token as olga', reason: 'the law of 2026' });
    expect((await verify(operator)).findings).to.deep.equal([]);
  });

  it('records who makes a copy of the ledger, a backup or an export, and why', async () => {
    const by = { name: 'olga', reason: 'the auditor asks' };
    await ended(operator.operations.backup({ by }));
    await ended(operator.operations.export({ by }));
    const { acts } = await call<ListActsResponse>((done) =>
      operator.queries.listActs({ playerId: '', pageSize: 2, pageToken: '' }, done),
    );
    expect(acts.map(({ act, records, by }) => [act, records, by?.reason])).to.deep.equal([
      ['export', 0, 'the auditor asks'],
      ['backup', 0, 'the auditor asks'],
    ]);
    expect(acts[1]?.by?.name).to.equal('operator.token as olga');
    expect((await verify(operator)).findings).to.deep.equal([]);
  });

  it("records an operator's act under the name of the token that was shown, with what he says of himself behind it", async () => {
    await operator.open('watched', 'CNY');
    const ivan = await create('ivan', [Role.OPERATE]);
    const freeze = (name: string, reason: string) =>
      call((done) =>
        ivan.accounts.freezePlayer({ playerId: 'watched', reason, note: '', by: { name, reason: 'ticket 1' } }, done),
      );
    await freeze('', 'a');
    await freeze('ivan', 'b');
    await freeze('olga', 'c');
    const adjustment = movements({ kind: Kind.ADJUSTMENT, amount: '1.00', reference: 'as-1', playerId: 'watched' });
    const command = { ...adjustment, by: { name: 'olga as root', reason: 'ticket 1' } };
    await call((done) => ivan.posting.post({ command }, done));
    const { acts } = await call<ListActsResponse>((done) =>
      operator.queries.listActs({ playerId: 'watched', pageSize: 0, pageToken: '' }, done),
    );
    expect(acts.map(({ by }) => by?.name)).to.deep.equal([
      ...['ivan as olga as root', 'ivan as olga', 'ivan', 'ivan', 'operator.token'],
    ]);
    expect(await failure(freeze('o'.repeat(57), 'd'))).to.match(/operator.name: is "ivan as o+"; expected at most 64/);
  });

  describe('is told of refused calls, and', () => {
    const refusedOn = (channel: string, timeMs = BigInt(Date.now())): RefusedCall => ({
      ...{ timeMs, channel, address: '203.0.113.7', endpoint: 'increaseCredit', reference: 'told', playerId: 'demo' },
      ...{ status: '4026', reason: 'the signature is wrong', body: Buffer.alloc(0) },
      fromProvider: true,
    });
    const tell = ({ operations }: Clients, ...calls: readonly RefusedCall[]) =>
      call((done) => operations.keepRefused({ calls: [...calls], dropped: 0, droppedOfChannels: [] }, done));
    async function kept(reference = 'told'): Promise<readonly RefusedCall[]> {
      const request = { playerId: '', reference, channel: '', fromMs: 0n, toMs: 0n, limit: 0 };
      return (await call<ListRefusedResponse>((done) => operator.operations.listRefused(request, done))).calls;
    }

    it("takes none of another's channel, and none without a channel from a token of single channels", async () => {
      const { token, tokenId } = await made('forger', [Role.POST], ['platform/forger']);
      const owns = `the token forger (${tokenId}) has the role post for platform/forger`;
      const own = refusedOn('platform/forger');
      expect(await failure(tell(caller(token), own, refusedOn('ebet/1')))).to.equal(
        `PERMISSION_DENIED: channel: ebet/1 is another's channel; ${owns}`,
      );
      expect(await failure(tell(caller(token), own, refusedOn('')))).to.equal(
        `PERMISSION_DENIED: channel: no channel is named; ${owns}`,
      );
      const droppedOfChannels = [{ channel: 'ebet/1', fromProvider: true, count: 1n }];
      const count = call((done) =>
        caller(token).operations.keepRefused({ calls: [], dropped: 0, droppedOfChannels }, done),
      );
      expect(await failure(count)).to.equal(`PERMISSION_DENIED: channel: ebet/1 is another's channel; ${owns}`);
      const others = call((done) =>
        caller(token).operations.keepRefused({ calls: [], dropped: 1, droppedOfChannels: [] }, done),
      );
      expect(await failure(others)).to.equal(`PERMISSION_DENIED: channel: no channel is named; ${owns}`);
      expect(await kept()).to.deep.equal([]);
      await tell(caller(token), own);
      await tell(caller(tokenIn('gateway.token')), refusedOn('ebet/1'), refusedOn(''));
      expect((await kept()).map(({ channel }) => channel)).to.deep.equal(['', 'ebet/1', 'platform/forger']);
    });

    it('keeps those of a gateway with a token of single channels also beside some without a channel', async () => {
      const { operations } = await create('single', [Role.POST], ['ebet/1']);
      const gateway = new RefusedCalls(operations, pino({ enabled: false }));
      const { timeMs: _, ...refusal } = refusedOn('ebet/1');
      gateway.note({ ...refusal, channel: '', fromProvider: false, reference: 'of-nobody' });
      gateway.note({ ...refusal, reference: 'told-beside' });
      await gateway.end();
      expect(await kept('told-beside')).to.have.length(1);
      expect(await kept('of-nobody')).to.deep.equal([]);
    });

    it('keeps of each a time of the last day, whatever it is told', async () => {
      const since = Date.now();
      await tell(operator, refusedOn('ebet/1', -(2n ** 62n)), refusedOn('ebet/1', 2n ** 62n));
      const [future, past] = (await kept()).map(({ timeMs }) => Number(timeMs) - since);
      expect(past).to.be.within(-86_400_000, 0);
      expect(future).to.be.within(60_000, 120_000);
    });
  });

  it('takes both tokens of a platform while it changes from one to the other, and the old one no more once it is revoked', async () => {
    const [old, next] = [await made('changing', [Role.READ]), await made('changing', [Role.READ])];
    const [before, after] = [caller(old.token), caller(next.token)];
    expect([await before.balance(), await after.balance()]).to.deep.equal(['10005.00', '10005.00']);
    expect(await revoke(old.tokenId)).to.equal(true);
    expect(await failure(before.balance())).to.match(
      new RegExp(`^UNAUTHENTICATED: the token changing \\(${old.tokenId}\\) was revoked: `),
    );
    expect(await after.balance()).to.equal('10005.00');
    expect(await revoke(old.tokenId), 'again').to.equal(false);
    expect(await failure(revoke('nothing'))).to.equal('NOT_FOUND: token_id: there is no token "nothing"');
  });

  describe('lets in each request of an exchange, and', () => {
    /** How the call of a token ends after these requests. */
    async function end(token: string, ask: (call: ReturnType<ExchangeServiceClient['exchange']>) => Promise<void>) {
      const client = new ExchangeServiceClient(core.clients.address, ...clientAccess(core.clients.address, token));
      const exchange = client.exchange();
      const ended = new Promise<string>((resolve) => {
        exchange.on('status', ({ code, details }: StatusObject) => resolve(`${status[code]}: ${details}`));
      });
      // It comes with a status.
      exchange.on('error', () => {});
      await ask(exchange);
      const seen = await ended;
      client.close();
      return seen;
    }
    const post = (reference: string, channel: string): ExchangeRequest => {
      const commands = [{ ...movements({ reference, amount: '0' }), channel }];
      return { id: 1, body: { $case: 'post', value: { commands } } };
    };

    it("refuses one for another's channel, of which nothing is posted, and goes on with the next", async () => {
      const { token } = await made('exchanging', [Role.POST], [CHANNEL]);
      const answers: ExchangeResponse['body'][] = [];
      const seen = await end(token, async (exchange) => {
        for (const request of [post('of-another', 'ebet/1'), post('of-its-own', CHANNEL)]) {
          exchange.write(request);
          const [{ body }] = (await once(exchange, 'data')) as [ExchangeResponse];
          answers.push(body);
        }
        exchange.end();
      });
      expect(seen).to.match(/^OK/);
      const [refused, posted] = answers;
      expect(refused?.$case === 'failure' && refused.value.message).to.match(/^channel: ebet\/1 is another's channel/);
      expect(posted?.$case === 'post' && posted.value.results.map(words)).to.deep.equal(['APPLIED']);
      const references = (await operator.movements()).map(({ reference }) => reference);
      expect(references).to.include('of-its-own').and.not.to.include('of-another');
    });

    it('ends it with UNAUTHENTICATED at the first after the token was revoked', async () => {
      const { token, tokenId } = await made('exchanging', [Role.POST], [CHANNEL]);
      const seen = await end(token, async (exchange) => {
        exchange.write(post('before-the-end', CHANNEL));
        await once(exchange, 'data');
        await revoke(tokenId);
        exchange.write(post('after-the-end', CHANNEL));
      });
      expect(seen).to.match(/^UNAUTHENTICATED: the token exchanging .* was revoked/);
      const references = (await operator.movements()).map(({ reference }) => reference);
      expect(references).to.include('before-the-end').and.not.to.include('after-the-end');
    });
  });

  it('remembers over a restart who made and who revoked a token, and when', async () => {
    const { tokenId } = await made('remembered', [Role.POST], ['platform/a', 'b/*']);
    await revoke(tokenId);
    const found = (await list()).find((token) => token.tokenId === tokenId);
    const operators = (await list()).find(({ name }) => name === 'operator.token')?.tokenId ?? '';
    expect(found).to.deep.include({ name: 'remembered', roles: [Role.POST], channels: ['platform/a', 'b/*'] });
    expect(found).to.include({
      createdBy: `operator.token (${operators})`,
      revokedBy: `operator.token (${operators})`,
    });
    expect(Number(found?.revokedMs))
      .to.be.at.least(Number(found?.createdMs))
      .and.above(Date.now() - 60_000);
    const all = await list();
    await core.process.stop();
    await core.start();
    operator = caller(tokenIn('operator.token'));
    expect(await list()).to.deep.equal(all);
  });

  for (const [what, grant, fault] of [
    ['no role', { name: 'x', roles: [], channels: [] }, 'roles: is empty; expected one or more of read, post, operate'],
    ['a role that is none', { name: 'x', roles: [9 as Role], channels: [] }, 'roles: has 9; expected values of Role'],
    ['no channel to post on', { name: 'x', roles: [Role.POST], channels: [] }, 'channels: is empty; expected those'],
    ['a channel for reading', { name: 'x', roles: [Role.READ], channels: ['a'] }, 'channels: are for the role post'],
    ['a channel that can be none', { name: 'x', roles: [Role.POST], channels: ['*'] }, 'channels: has "*"; expected'],
    ['a name that can be none', { name: 'Ä', roles: [Role.READ], channels: [] }, 'name: is "Ä"; expected 1 to 64'],
    ["the name of wallet-core's own", { name: 'gateway.token', roles: [Role.READ], channels: [] }, 'name: is "gateway'],
  ] as const) {
    it(`makes no token with ${what}, and says why`, async () => {
      const request = { ...grant, roles: [...grant.roles], channels: [...grant.channels] };
      const answer = await failure(call((done) => operator.tokens.createToken(request, done)));
      expect(answer).to.contain(`INVALID_ARGUMENT: ${fault}`);
    });
  }

  it('takes 2,048 calls at a time on a connection', async () => {
    const [host = '', port] = core.clients.address.split(':');
    const session = http2.connect(`http://${host}`, { createConnection: () => dialCore(host, Number(port)) });
    const [settings] = (await once(session, 'remoteSettings')) as [http2.Settings];
    session.close();
    expect(settings.maxConcurrentStreams).to.equal(2_048);
  });

  it('asks for a token for health and reflection where the settings say so', async () => {
    expect(await failure(health(core.clients, ''))).to.match(/^UNAUTHENTICATED/);
    const reader = await made('probe', [Role.READ]);
    expect(await health(core.clients, reader.token)).to.equal('SERVING');
  });

  it('takes a token from its file that was lost for a new one, and the lost one no more', async () => {
    const lost = tokenIn('operator.token');
    await core.process.stop();
    rmSync(path.join(core.data, 'operator.token'));
    await core.start();
    operator = caller(tokenIn('operator.token'));
    expect(await failure(caller(lost).balance())).to.match(
      /^UNAUTHENTICATED: the token operator\.token .* was revoked/,
    );
    expect(await operator.balance()).to.equal('10005.00');
  });

  it('does not start on a file of tokens that somebody changed, and says what to do', async () => {
    const file = path.join(core.data, 'tokens.acts');
    const written = readFileSync(file, 'utf8');
    await core.process.stop();
    writeFileSync(file, written.replace('"roles":["read"]', '"roles":["operate"]'));
    expect(await core.start().catch((error: Error) => error.message)).to.match(
      /tokens\.acts: line \d+ is not what was written there; put back a copy of the file, or remove it/,
    );
    writeFileSync(file, `${written}${written.slice(0, 100)}`);
    await core.start();
    expect(readFileSync(file, 'utf8'), 'without the line that the power cut short').to.equal(written);
    operator = caller(tokenIn('operator.token'));
    expect(await operator.balance()).to.equal('10005.00');
  });

  describe('and npx single-wallet token', () => {
    const run = (file: string, ...args: readonly string[]) =>
      CommandLine.run(...args, '--address', core.clients.address, '--token-file', path.join(core.data, file));

    it('makes a token that is shown once, lists it and revokes it', async () => {
      const created = await run(
        ...([
          'operator.token',
          'token',
          'create',
          'web',
          '--role',
          'post',
          '--channel',
          'platform/web',
          'web/*',
          ...WHY,
        ] as const),
      );
      expect(created).to.include({ code: 0, stderr: '' });
      const [, token = '', id = ''] = /^token {2}(swt_\S{43})\nid {5}([0-9a-f]{12})\n$/.exec(created.stdout) ?? [];
      expect(await caller(token).balance()).to.equal('10005.00');
      const listed = await run('operator.token', 'token', 'list');
      expect(listed.stdout).to.match(
        new RegExp(
          `^${id} {2}web: post platform/web web/\\*; made 20.* UTC by operator\\.token \\(.*\\) as olga \\(ticket 7\\); valid$`,
          'm',
        ),
      );
      expect(listed.stdout).to.not.contain(token);
      const revoked = await run('operator.token', 'token', 'revoke', id, ...WHY);
      expect(revoked).to.deep.equal({ code: 0, stdout: `The token ${id} is revoked.\n`, stderr: '' });
      const json = JSON.parse((await run('operator.token', 'token', 'list', '--json')).stdout) as Token[];
      expect(json.find(({ tokenId }) => tokenId === id)).to.deep.include({
        ...{ name: 'web', roles: ['post'], createdReason: 'ticket 7', revokedReason: 'ticket 7' },
      });
      expect(await failure(caller(token).balance())).to.match(/was revoked/);
    });

    it('says what keeps it from making one', async () => {
      const denied = await run('gateway.token', 'token', 'create', 'x', '--role', 'read', ...WHY);
      expect(denied).to.include({ code: 2, stdout: '' });
      expect(denied.stderr).to.match(
        /^no token was made: wallet-core at \S+ answered PERMISSION_DENIED: .* needs the role/,
      );
      const role = await run('operator.token', 'token', 'create', 'x', '--role', 'king', ...WHY);
      expect(role.stderr).to.equal('--role: is "king"; expected one or more of read, post, operate\n');
      const file = await run('owner.db', 'token', 'list');
      expect(file.stderr).to.match(/--token-file: \S+owner\.db has no token; expected one that/);
      const pasted = await CommandLine.run('token', 'list', '--token-file', tokenIn('gateway.token'));
      expect(pasted).to.deep.include({
        code: 2,
        stderr:
          'the tokens are not known: --token-file: is a token itself; expected the name of a file that holds it\n',
      });
    });

    it('takes the file of the operator by itself where it finds the data folder', async () => {
      const command = new CommandLine(['verify', '--json', '--address', core.clients.address], core.environment);
      const { code, stderr } = await command.end();
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
    });
  });
});

describe('wallet-core without tokens', () => {
  it('asks nobody for one, and makes tokens for the day when it will', async () => {
    const core = await TestCore.start('100.00', ', tokens: "off"');
    try {
      const request = { name: 'early', roles: [Role.READ], channels: [] };
      const { token } = await call<CreateTokenResponse>((done) => core.clients.tokens.createToken(request, done));
      expect((await core.post(deposit('1.00', 'd-1'))).outcome).to.equal(1);
      await core.end();
      writeFileSync(
        core.environment['SINGLE_WALLET_CONFIG'] ?? '',
        'walletCore: { listen: "127.0.0.1:0", tokens: required }',
      );
      await core.start();
      const early = new Clients(core.clients.address, clientAccess(core.clients.address, token));
      expect(await early.balance()).to.equal('101.00');
      early.close();
    } finally {
      await core.stop();
    }
  });
});
