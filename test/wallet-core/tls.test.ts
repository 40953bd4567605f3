import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { stringify } from 'yaml';
import { expect } from 'chai';
import { ConfigError, readSetup } from '../../config.js';
import { loadCoreConfig } from '../../wallet-core/config.js';
import { bearer } from '../../bearer.js';
import { certificate, type Pair } from '../certificates.js';
import { Scrape } from '../scrape.js';
import { Clients, Process } from '../system.js';
import { CommandLine } from './command-line.js';
import { failure, TestCore } from './core.js';

const isoOf = (pair: Pair) => new Date(new X509Certificate(pair.certificate).validTo).toISOString();

describe('wallet-core with TLS', () => {
  let core: TestCore;
  let authority: Pair;
  let stranger: Pair;
  let own: Pair;
  const opened: Clients[] = [];

  const file = (name: string) => path.join(core.folder, name);

  function caller(ca: Pair | undefined, shown?: Pair): Clients {
    const pair = shown ? ([Buffer.from(shown.key), Buffer.from(shown.certificate)] as const) : ([] as const);
    const secure = ca ? credentials.createSsl(Buffer.from(ca.certificate), ...pair) : credentials.createInsecure();
    const token = readFileSync(path.join(core.data, 'operator.token'), 'utf8').trim();
    const clients = new Clients(core.clients.address, [secure, { interceptors: [bearer(token)] }]);
    opened.push(clients);
    return clients;
  }

  before(async () => {
    authority = await certificate('authority', { isAuthority: true });
    stranger = await certificate('stranger', { isAuthority: true });
    own = await certificate('caller', { issuer: authority });
    core = await TestCore.bare();
    await core.process.stop();
    const server = await certificate('wallet-core', { issuer: authority });
    writeFileSync(file('core.pem'), server.certificate);
    writeFileSync(file('core.key'), server.key);
    writeFileSync(file('ca.pem'), authority.certificate);
    writeFileSync(file('own.pem'), own.certificate);
    writeFileSync(file('own.key'), own.key);
    const tls = 'tls: { certificate: core.pem, key: core.key }, clientCa: ca.pem';
    const config = `walletCore: { listen: "127.0.0.1:0", metrics: "127.0.0.1:0", tokens: required, ${tls} }`;
    writeFileSync(file('single-wallet.yaml'), config);
    await core.start();
    await caller(authority, own).open('demo', 'CNY');
  });
  after(async () => {
    for (const clients of opened) clients.close();
    await core.stop();
  });

  it('answers a caller whose certificate its authority signed', async () => {
    expect(await caller(authority, own).balance()).to.equal('0.00');
  });

  it('refuses a caller without a certificate, with one of another authority, and one that speaks no TLS', async () => {
    const other = await certificate('other', { issuer: stranger });
    for (const [ca, shown] of [[authority], [authority, other], [undefined]] as const) {
      expect(await failure(caller(ca, shown).balance())).to.match(/^UNAVAILABLE/);
    }
  });

  it('is refused by a caller that trusts another authority', async () => {
    expect(await failure(caller(stranger, own).balance())).to.match(/^UNAVAILABLE/);
  });

  it('says in its log and its metrics until when its certificate is valid', async () => {
    await core.process.prints('"msg":"listening"');
    const [, validTo = ''] = /"certificateValidTo":"([^"]+)"/.exec(core.process.output) ?? [];
    const expiry = 'single_wallet_core_certificate_expiry_timestamp_seconds{setting="walletCore.tls"}';
    expect(Date.parse(validTo)).to.be.above(Date.now());
    expect((await Scrape.of(core.process)).value(expiry)).to.equal(Date.parse(validTo) / 1000);
  });

  it('is reached by npx single-wallet with --ca, --cert and --key', async () => {
    const tls = ['--ca', file('ca.pem'), '--cert', file('own.pem'), '--key', file('own.key')];
    const token = ['--token-file', path.join(core.data, 'operator.token')];
    const answer = await CommandLine.run('token', 'list', '--address', core.clients.address, ...tls, ...token);
    expect(answer.stderr).to.equal('');
    expect(answer.code).to.equal(0);
    expect(answer.stdout).to.contain('operator.token: operate');
  });

  it('is reached by npx single-wallet as the configuration says, where nothing else is said', async () => {
    const { address } = core.clients;
    const gateway = {
      walletCore: address,
      walletCoreCa: 'ca.pem',
      walletCoreTls: { certificate: 'own.pem', key: 'own.key' },
    };
    writeFileSync(file('operator.yaml'), stringify({ gateway }));
    const environment = { SINGLE_WALLET_CONFIG: file('operator.yaml'), SINGLE_WALLET_DATA: core.data };
    const { code, stdout, stderr } = await new CommandLine(['token', 'list'], environment).end();
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.contain('operator.token: operate');
  });

  for (const [what, args, fix] of [
    ['no authority', [], 'it hung up at once: if it speaks TLS, --ca names who certified it'],
    ['another authority', ['--ca', 'stranger.pem'], '--ca must name the authority that issued the certificate'],
    ['no certificate to show', ['--ca', 'ca.pem'], 'it asks for a certificate: --cert and --key name one'],
  ] as const) {
    it(`has npx single-wallet say what to mend where it is given ${what}`, async () => {
      writeFileSync(file('stranger.pem'), stranger.certificate);
      const files = args.map((arg) => (arg.endsWith('.pem') ? file(arg) : arg));
      const answer = await CommandLine.run('token', 'list', ...files, '--address', core.clients.address);
      expect(answer.code).to.equal(2);
      expect(answer.stderr).to.contain(`wallet-core at ${core.clients.address} cannot be asked`).and.contain(fix);
      expect(answer.stderr).to.not.contain('nothing answers');
    });
  }

  it('refuses a certificate that was replaced by one that cannot be used, says what to mend, and goes on with the old one', async () => {
    writeFileSync(file('core.pem'), 'half a certifica');
    await core.process.prints('walletCore.tls.certificate: expected a PEM file with a certificate');
    expect(await caller(authority, own).balance()).to.equal('0.00');
  });

  it('shows a certificate that was replaced, and asks callers for one of an authority that was, without a restart', async () => {
    const server = await certificate('wallet-core', { issuer: stranger, toDays: 60 });
    writeFileSync(file('core.key'), server.key);
    writeFileSync(file('core.pem'), server.certificate);
    writeFileSync(file('ca.pem'), stranger.certificate);
    await core.process.prints(`"certificateValidTo":"${isoOf(server)}","msg":"its files were replaced`);
    await core.process.prints('"setting":"walletCore.clientCa","msg":"its files were replaced');
    const other = await certificate('other', { issuer: stranger });
    expect(await caller(stranger, other).balance()).to.equal('0.00');
    for (const [ca, shown] of [
      [authority, other],
      [stranger, own],
    ] as const) {
      expect(await failure(caller(ca, shown).balance())).to.match(/^UNAVAILABLE/);
    }
  });

  for (const [what, settings, refused] of [
    ['without both', 'tokens: "off"', true],
    ['with tokens alone', 'tokens: required', true],
    ['with TLS alone', 'tokens: "off", tls: { certificate: core.pem, key: core.key }', true],
    [
      'with TLS and client certificates, without tokens',
      'tokens: "off", tls: { certificate: core.pem, key: core.key }, clientCa: ca.pem',
      true,
    ],
    ['with TLS and tokens', 'tokens: required, tls: { certificate: core.pem, key: core.key }', false],
    ['where that is allowed', 'tokens: "off", allowInsecureListen: true', false],
  ] as const) {
    it(`${refused ? 'may not listen' : 'may listen'} beyond this machine ${what}`, () => {
      const config = file('beyond.yaml');
      writeFileSync(config, `walletCore: { listen: "0.0.0.0:50051", ${settings} }`);
      const load = () => loadCoreConfig(readSetup({ SINGLE_WALLET_CONFIG: config }));
      if (refused)
        expect(load).to.throw(ConfigError, 'walletCore.listen: is "0.0.0.0:50051"; expected an address that');
      else expect(load().listen.host).to.equal('0.0.0.0');
    });
  }
});

describe('the TLS of docs/security.md, pasted as it stands there', () => {
  it('lets in a platform with its certificate and its token, and nobody without a certificate', async () => {
    const page = readFileSync(path.join(import.meta.dirname, '../../../docs/security.md'), 'utf8');
    const [, section = ''] = page.split('### TLS between your own processes');
    const [, commands = ''] = /```sh\n([^]*?)```/.exec(section) ?? [];
    const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(section) ?? [];
    const [, asked = ''] = /npx single-wallet (movements .*)/.exec(section) ?? [];
    const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
    const file = path.join(folder, 'single-wallet.yaml');
    writeFileSync(file, yaml);
    await promisify(execFile)('sh', ['-e', '-c', commands], { cwd: folder });
    const settings = { SINGLE_WALLET_CONFIG: file, SINGLE_WALLET_DATA: '', WALLET_CORE_LISTEN: '127.0.0.1:0' };
    const core = new Process('wallet-core', settings, folder);
    try {
      const address = await core.listening;
      const environment = { SINGLE_WALLET_CONFIG: file, WALLET_CORE_ADDRESS: '' };
      const here = asked.replaceAll('keys/', `${folder}/keys/`).replace('127.0.0.1:50051', address).split(' ');
      const shown = ['--ca', '--cert', '--key'].flatMap((option) => here.slice(here.indexOf(option)).slice(0, 2));
      const operator = ['--address', address, ...shown, '--token-file', path.join(folder, 'data/operator.token')];
      const create = [
        'token',
        'create',
        'cashier',
        '--role',
        'post',
        '--channel',
        'platform/cashier',
        '--reason',
        'new',
      ];
      const made = await new CommandLine([...create, '--json', ...operator], environment).end();
      expect(made.stderr).to.equal('');
      writeFileSync(path.join(folder, 'keys/cashier.token'), (JSON.parse(made.stdout) as { token: string }).token);
      const answer = await new CommandLine(here, environment).end();
      expect(answer).to.deep.equal({ code: 1, stdout: 'There is no such movement.\n', stderr: '' });
      const bare = here.slice(0, here.indexOf('--cert'));
      const refused = await new CommandLine(bare, environment).end();
      expect(refused.stderr).to.contain('it asks for a certificate');
    } finally {
      await core.stop('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
