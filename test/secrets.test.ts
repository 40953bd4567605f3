import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { Role, type CreateTokenResponse } from '../proto/gen/wallet/v1/access.js';
import type { IssueAccessTokenResponse } from '../proto/gen/wallet/v1/account.js';
import type { ListRefusedResponse } from '../proto/gen/wallet/v1/operations.js';
import { certificate, type Pair } from './certificates.js';
import { Apiv1 } from './gateway/apiv1.js';
import { Ebet, fresh, type Fields } from './gateway/ebet.js';
import { Scrape } from './scrape.js';
import { clientAccess } from './secured.js';
import { APIV1_KEY, call, Clients, System } from './system.js';
import { CommandLine } from './wallet-core/command-line.js';
import { failure } from './wallet-core/core.js';

const PASSWORD = 'marker-password-of-the-player';
const WRONG_PASSWORD = 'marker-password-that-is-wrong';
const SESSION = 'marker-session-of-another-wallet';
const UNKNOWN_TOKEN = `swt_${'marker'.repeat(7)}x`;
/** The files of the data folder that are there to hold a secret. */
const HOLDERS: Readonly<Record<string, string>> = { 'operator.token': 'operator', 'gateway.token': 'gateway' };

describe('the secrets of a whole system that logs everything', () => {
  let system: System;
  let operator: Clients;
  let authority: Pair;
  const clients: Clients[] = [];
  /** By what they are. */
  const secrets = new Map<string, string>();
  /** All that callers were answered without success, and what commands printed. */
  const answers: string[] = [];
  /** The journal as it is exported, with the requests of the providers. */
  let exported: string;

  const data = (name = '') => path.join(system.folder, 'data', name);

  function caller(token: string): Clients {
    const [, options] = clientAccess(system.clients.address, token);
    const made = new Clients(system.clients.address, [
      credentials.createSsl(Buffer.from(authority.certificate)),
      options,
    ]);
    clients.push(made);
    return made;
  }

  before(async () => {
    const channels = [
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ] as const;
    const metrics = { GATEWAY_METRICS: '127.0.0.1:0', WALLET_CORE_METRICS: '127.0.0.1:0' };
    system = await System.start(channels, [], metrics);
    await secured();
    secrets.set('the api-v1 key', APIV1_KEY);
    secrets.set('a password', PASSWORD).set('a wrong password', WRONG_PASSWORD).set('a session', SESSION);
    secrets.set('an unknown token', UNKNOWN_TOKEN);
    for (const [file, name] of Object.entries(HOLDERS)) {
      secrets.set(`the token of the ${name}`, readFileSync(data(file), 'utf8').trim());
    }
    await callsOfEbet();
    await callsOfApiv1();
    await callsOverGrpc();
    exported = await commands();
  });
  after(async () => {
    for (const made of clients) made.close();
    await system.stop();
  });

  /** The same system with tokens and TLS, and with logLevel trace in both processes. */
  async function secured(): Promise<void> {
    await system.gateway.stop();
    await system.core.stop();
    const file = path.join(system.folder, 'single-wallet.yaml');
    const content = parse(readFileSync(file, 'utf8')) as { walletCore: object; gateway: object };
    authority = await certificate('authority', { isAuthority: true });
    const pair = await certificate('wallet-core', { issuer: authority });
    writeFileSync(path.join(system.folder, 'ca.pem'), authority.certificate);
    writeFileSync(path.join(system.folder, 'core.pem'), pair.certificate);
    writeFileSync(path.join(system.folder, 'core.key'), pair.key);
    secrets.set('the key of the certificate', pair.key.split('\n')[1] ?? pair.key);
    const tls = { certificate: 'core.pem', key: 'core.key' };
    const callers = { tokens: 'required', tls, clientCa: undefined };
    const walletCore = { ...content.walletCore, ...callers, logLevel: 'trace' };
    const gateway = { ...content.gateway, logLevel: 'trace', walletCoreCa: 'ca.pem' };
    writeFileSync(file, stringify({ ...content, walletCore, gateway }));
    await system.startCore(system.clients.address);
    operator = caller(readFileSync(data('operator.token'), 'utf8').trim());
    system.clients.close();
    system.clients = operator;
    await system.startGateway();
  }

  async function callsOfEbet(): Promise<void> {
    const ebet = new Ebet(system);
    const player = await ebet.player();
    const { name: playerId } = player;
    await call((done) => operator.accounts.setPassword({ playerId, password: PASSWORD }, done));
    const issue = { playerId, lifetimeS: 0, oneTime: false };
    const issued = await call<IssueAccessTokenResponse>((done) => operator.accounts.issueAccessToken(issue, done));
    secrets.set('an access token of the platform', issued.accessToken);
    const login = (fields: Fields): Fields => {
      const common = { channelId: 1, seqNo: fresh('login'), event: 'registerOrLogin', timestamp: Date.now() };
      return { ...common, username: playerId, ...fields };
    };
    const { json } = await ebet.send('/registerOrLogin', login({ eventType: 1, password: PASSWORD }));
    secrets.set('an access token', String(json['accessToken'])).set('a session token', String(json['sessionToken']));
    const all = { sessionToken: String(json['sessionToken']), accessToken: issued.accessToken, password: PASSWORD };
    const bet = await player.makes(1, '-1', all);
    const refused = { ...all, signature: 'AAAA' };
    const fails = [
      ebet.send('/registerOrLogin', login({ eventType: 1, password: WRONG_PASSWORD })),
      ebet.send('/registerOrLogin', login({ eventType: 1, ...refused })),
      ebet.send('/registerOrLogin', login({ eventType: 4, accessToken: UNKNOWN_TOKEN })),
      ebet.send('/registerOrLogin', login({ eventType: 9, ...all })),
      player.increaseCredit(1, '-1', refused),
      player.increaseCredit(1, '-1', { ...all, channelId: 99 }),
      player.increaseCredit(1, '-9999999', all),
      player.increaseCredit(999, '-1', all),
      player.increaseCredit(1, '-1', { ...all, seqNo: '' }),
      player.refund([player.line(bet, '-1')], refused),
      player.queryRecords([bet], refused),
      ebet.batchRefund([player.failedBet(bet, '1')], refused),
      player.syncCredit({ ...all, sessionToken: SESSION, currency: 'THB' }),
    ];
    for (const { text } of await Promise.all(fails)) answers.push(text);
    await player.refund([player.line(bet, '-1')], all);
    await player.syncCredit(all);
    // Bodies that cannot be read, with secrets in them.
    const spoilt = JSON.stringify({ ...login({ eventType: 1 }), ...all });
    for (const endpoint of ['/registerOrLogin', '/increaseCredit', '/syncCredit', '/nothing']) {
      for (const body of [spoilt.slice(0, -1), `[${spoilt}]`, spoilt.replace('{', '{"password":"x",'), `${spoilt}x`]) {
        answers.push((await system.post(endpoint, body)).text);
      }
    }
  }

  async function callsOfApiv1(): Promise<void> {
    const apiv1 = new Apiv1(system);
    const member = await apiv1.member();
    const id = await member.makes(1, '-1.00');
    const wrong = { sign: '0'.repeat(32) };
    const fails = [
      member.update(1, '-1.00', wrong),
      member.balanceCheck(wrong),
      apiv1.transactionCheck(id, wrong),
      member.update(1, '-99999999.00'),
      member.update(1, '-1.00', { timestamp: 'x' }),
      system.post('/api-v1/balance-update', '{"transaction_id":'),
    ];
    for (const { text } of await Promise.all(fails)) answers.push(text);
    await apiv1.transactionCheck(id);
    await member.balanceCheck();
  }

  async function callsOverGrpc(): Promise<void> {
    const request = { name: 'cashier', roles: [Role.POST], channels: ['platform/cashier'] };
    const { token } = await call<CreateTokenResponse>((done) => operator.tokens.createToken(request, done));
    secrets.set('a token of gRPC', token);
    const cashier = caller(token);
    const wrong = { playerId: 'nobody', password: WRONG_PASSWORD };
    const fails = [
      caller(UNKNOWN_TOKEN).balance(),
      cashier.post({}),
      call((done) => cashier.accounts.setPassword(wrong, done)),
      call((done) => operator.accounts.setPassword(wrong, done)),
      call((done) => operator.accounts.setPassword({ playerId: '', password: PASSWORD }, done)),
      call((done) => operator.accounts.checkPassword({ playerId: '', password: PASSWORD }, done)),
    ];
    answers.push(...(await Promise.all(fails.map(failure))));
  }

  /** Waits until calls that were refused are kept, and asks the command line for all it tells. */
  async function commands(): Promise<string> {
    const everything = { playerId: '', reference: '', channel: '', fromMs: 0n, toMs: 0n, limit: 1000 };
    const kept = () => call<ListRefusedResponse>((done) => operator.operations.listRefused(everything, done));
    while (!(await kept()).calls.some(({ channel }) => channel === 'apiv1/brand-1'));
    const server = [
      '--address',
      operator.address,
      '--token-file',
      data('operator.token'),
      '--ca',
      path.join(system.folder, 'ca.pem'),
    ];
    for (const command of [
      ['refused', '--full'],
      ['token', 'list'],
      ['movements'],
      ['status'],
      ['token', 'revoke', 'x', '--reason', 'it leaked'],
    ]) {
      const { code, stdout, stderr } = await CommandLine.run(...command, ...server);
      expect(code === 0, `${command.join(' ')}: ${stderr}`).to.equal(command[1] !== 'revoke');
      answers.push(stdout, stderr);
    }
    const file = data('journal.ndjson');
    const { code, stderr } = await CommandLine.run('export', '--to', file, '--reason', 'a test', ...server);
    expect(code, stderr).to.equal(0);
    return readFileSync(file, 'utf8');
  }

  function expectNone(text: string, where: string, except?: string): void {
    const found = [...secrets].filter(([what, secret]) => what !== except && text.includes(secret));
    expect(found.map(([what]) => `${what} in ${where}`)).to.deep.equal([]);
  }

  function filesOfData(): string[] {
    const entries = readdirSync(data(), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  }

  function expectNoneInFiles(): void {
    for (const file of filesOfData()) {
      const holder = HOLDERS[path.basename(file)];
      expectNone(readFileSync(file, 'latin1'), file, holder && `the token of the ${holder}`);
    }
  }

  it('are in no answer that tells of a failure, and in nothing that commands print', () => {
    expect(answers.length).to.be.above(40);
    for (const answer of answers) expectNone(answer, answer);
  });

  it('are in no request that is exported, decompressed', () => {
    expect(exported).to.contain('\\"sessionToken\\":\\"\\"').and.contain('\\"password\\":\\"\\"');
    expectNone(exported, 'the export');
  });

  it('are in no metric', async () => {
    for (const process of [system.gateway, system.core]) {
      const { text } = await Scrape.of(process);
      expect(text).to.contain('single_wallet_');
      expectNone(text, 'the metrics');
    }
  });

  it('are in no file of the data folder, while it runs, and in no log; nor after the end', async () => {
    const names = filesOfData().map((file) => path.basename(file));
    expect(names).to.include.members([
      'ledger.db',
      'ledger.db-wal',
      'refused.db',
      'tokens.acts',
      ...Object.keys(HOLDERS),
    ]);
    expectNoneInFiles();
    expect([await system.gateway.stop(), await system.core.stop()]).to.deep.equal([0, 0]);
    expectNoneInFiles();
    for (const [where, { output }] of Object.entries({ gateway: system.gateway, 'wallet-core': system.core })) {
      expect(output).to.contain('"level":40');
      expectNone(output, `the log of ${where}`);
    }
  });
});
