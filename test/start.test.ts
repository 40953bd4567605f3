import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { connect } from 'node:net';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { credentials, makeClientConstructor, type ClientReadableStream } from '@grpc/grpc-js';
import { expect } from 'chai';
import { service as health } from 'grpc-health-check';
import { certificate } from './certificates.js';
import { Running } from './running.js';

type Watch = (request: { service: string }) => ClientReadableStream<unknown>;

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('npm start', () => {
  let data: string;
  let running: Running | undefined;

  beforeEach(() => (data = mkdtempSync(path.join(tmpdir(), 'single-wallet-start-'))));
  afterEach(async () => {
    running?.signal('SIGTERM');
    await running?.end();
    running = undefined;
    rmSync(data, { recursive: true });
  });

  const bash = async (script: string) =>
    JSON.parse((await promisify(execFile)('bash', ['-c', script], { cwd: ROOT })).stdout) as Record<string, unknown>;

  /** Writes a configuration with a channel of eBET and these settings of the gateway. */
  function configure(settings = ''): void {
    const key = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
    writeFileSync(path.join(data, 'ebet.pem'), key);
    const channel = '{ provider: ebet, channelId: 1, currency: CNY, publicKeys: [ebet.pem], allowFrom: [127.0.0.1] }';
    const gateway = `{ ${settings}channels: [${channel}] }`;
    writeFileSync(path.join(data, 'single-wallet.yaml'), `{ data: '.', gateway: ${gateway} }`);
  }

  async function started(): Promise<Running> {
    running = new Running(data);
    await running.ready();
    return running;
  }

  it('prints both addresses and commands that work: a signed bet, and the balance after it, twice', async () => {
    const system = await started();
    expect(system.output).to.match(/^wallet-core +gRPC 127\.0\.0\.1:\d+ \(process \d+\)$/m);
    expect(system.output).to.match(/^gateway +http:\/\/127\.0\.0\.1:\d+ \(process \d+\)$/m);
    expect(system.output, 'lines of calls that nobody made').not.to.contain('"msg":"command"');
    const [bet] = await system.prints(/^curl .*$/m);
    const [balance] = await system.prints(/^npx buf curl .*$/m);
    expect(await bash(bet)).to.include({ status: 200, username: 'demo', moneyBefore: 10000, money: 9920 });
    expect(await bash(balance)).to.deep.equal({ playerId: 'demo', currency: 'CNY', balance: '9920.00' });
    expect(await bash(bet), 'pasted again').to.include({ status: 200, moneyBefore: 10000, money: 9920 });
    const [check] = await system.prints(/^curl .*\/api-v1\/balance-check$/m);
    expect(await bash(check)).to.deep.equal({ status: 1, balance: 9920 });
  });

  it('prints the address of a gateway that has a certificate as one of HTTPS, where it answers', async () => {
    const pair = await certificate('gateway');
    writeFileSync(path.join(data, 'tls.pem'), pair.certificate);
    writeFileSync(path.join(data, 'tls.key'), pair.key);
    configure('tls: { certificate: tls.pem, key: tls.key }, ');
    const system = await started();
    const [, address = ''] = await system.prints(/^gateway +(https:\/\/127\.0\.0\.1:\d+) \(process \d+\)$/m);
    const asked = get(`${address}/healthz`, { ca: pair.certificate, agent: false });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).to.equal(200);
  });

  it('has players for a simulator, demo-1 to demo-50, each with 10,000.00', async () => {
    const system = await started();
    const [, gateway = ''] = await system.prints(/^gateway +http:\/\/(\S+)/m);
    for (const [member, answer] of [
      ['demo-1', '{"status":1,"balance":10000.00}'],
      ['demo-50', '{"status":1,"balance":10000.00}'],
      ['demo-51', '{"status":2,"balance":0.00,"error_code":"OTHERS"}'],
    ] as const) {
      const timestamp = '1730456083';
      const sign = createHash('md5').update(`${member}${timestamp}development-key`).digest('hex');
      const body = JSON.stringify({ member_id: member, timestamp, sign });
      const response = await fetch(`http://${gateway}/api-v1/balance-check`, { method: 'POST', body });
      expect(await response.text()).to.equal(answer);
    }
  });

  it('takes the first bet of the README, pasted as it stands there, and shows the balance after it everywhere', async () => {
    const system = await started();
    const [, gateway = ''] = await system.prints(/^gateway +http:\/\/(\S+)/m);
    const [, core = ''] = await system.prints(/^wallet-core +gRPC (\S+)/m);
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
      .replaceAll('127.0.0.1:8080', gateway)
      .replaceAll('127.0.0.1:50051', core)
      .replaceAll('data/dev/', `${data}/dev/`);
    const [, bet = ''] = /<!-- tested: first bet -->\n\n```sh\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(await bash(bet)).to.include({ status: 200, username: 'demo', moneyBefore: 10000, money: 9920 });
    const [balance = ''] = /^npx buf curl .*$/m.exec(readme) ?? [];
    expect(await bash(balance)).to.deep.equal({ playerId: 'demo', currency: 'CNY', balance: '9920.00' });
    const [, check = ''] = /<!-- tested: api-v1 balance -->\n\n```sh\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(await bash(check)).to.deep.equal({ status: 1, balance: 9920 });
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`stops both on ${signal}, with exit code 0 and the WAL checkpointed`, async () => {
      const system = await started();
      system.signal(signal);
      expect(await system.end()).to.equal(0);
      const files = readdirSync(data, { recursive: true, encoding: 'utf8' });
      const unfinished = files.filter((name) => name.endsWith('-wal') && statSync(path.join(data, name)).size > 0);
      expect(unfinished).to.deep.equal([]);
    });
  }

  describe('stops both in time, with exit code 0 and the WAL checkpointed, although somebody holds open', () => {
    const held: (() => void)[] = [];
    afterEach(() => held.splice(0).forEach((release) => release()));

    /** A connection on which this was sent, and nothing more. */
    async function hold(address: string, text: string): Promise<void> {
      const [host = '', port] = address.split(':');
      const socket = connect(Number(port), host).on('error', () => {});
      held.push(() => socket.destroy());
      await once(socket, 'connect');
      if (text !== '') await new Promise((resolve) => socket.write(text, resolve));
    }

    async function expectStops(system: Running): Promise<void> {
      system.signal('SIGTERM');
      expect(await system.end(), system.output).to.equal(0);
      expect(system.output).to.not.contain('killing');
      const files = readdirSync(data, { recursive: true, encoding: 'utf8' });
      const unfinished = files.filter((name) => name.endsWith('-wal') && statSync(path.join(data, name)).size > 0);
      expect(unfinished).to.deep.equal([]);
    }

    for (const [what, text] of [
      ['a connection that never said a word', ''],
      ['half the head of a request', 'POST /sync'],
      ['half the body of a request', 'POST /syncCredit HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{'],
    ] as const) {
      it(`${what}, with each`, async () => {
        const system = await started();
        const [, gateway = ''] = await system.prints(/^gateway +http:\/\/(\S+)/m);
        const [, core = ''] = await system.prints(/^wallet-core +gRPC (\S+)/m);
        await hold(gateway, text);
        await hold(core, text);
        await expectStops(system);
      });
    }

    it('a watch of the health of wallet-core', async () => {
      const system = await started();
      const [, core = ''] = await system.prints(/^wallet-core +gRPC (\S+)/m);
      const Health = makeClientConstructor(health, 'Health');
      const client = new Health(core, credentials.createInsecure());
      held.push(() => client.close());
      const watch = (client['watch'] as Watch).call(client, { service: '' }).on('error', () => {});
      await once(watch, 'data');
      await expectStops(system);
    });
  });

  it('stops both when npm itself is told to stop, as a service manager does', async () => {
    const environment = { PATH: process.env.PATH ?? '', HOME: data };
    running = new Running(data, environment, ['npm', '--prefix', ROOT, 'start']);
    await running.ready();
    running.signal('SIGTERM');
    expect(await running.end()).to.equal(0);
    expect(
      readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('-wal')),
    ).to.deep.equal([]);
  });

  it('goes on when whatever read its output has died, and ends when it is told to', async () => {
    const system = await started();
    const [bet] = await system.prints(/^curl .*$/m);
    system.closeOutput();
    expect(await bash(bet.replace('"channelId":1', '"channelId":99')), 'with a line in the log').to.include({
      status: 202,
    });
    expect(await bash(bet)).to.include({ status: 200, moneyBefore: 10000, money: 9920 });
    system.signal('SIGTERM');
    expect(await system.end()).to.equal(0);
  });

  it("takes the two signals of one Ctrl-C, the terminal's and the one that npm passes on, for one", async () => {
    const system = await started();
    system.signal('SIGINT');
    system.signal('SIGINT');
    expect(await system.end()).to.equal(0);
    expect(system.output).not.to.contain('a second signal');
  });

  for (const name of ['wallet-core', 'gateway']) {
    it(`stops the other if ${name} dies, says so, and fails`, async () => {
      const system = await started();
      process.kill(await system.idOf(name), 'SIGKILL');
      expect(await system.end()).to.equal(1);
      expect(system.output).to.contain(`${name} ended unexpectedly (killed by SIGKILL)\n`);
    });
  }

  it('leaves no child behind if it is killed itself', async () => {
    const system = await started();
    system.signal('SIGKILL');
    expect(await system.end()).to.equal('SIGKILL');
  });

  it('starts again on the ledger it left', async () => {
    (await started()).signal('SIGTERM');
    expect(await running?.end()).to.equal(0);
    await started();
  });

  it('refuses the ledger of a development set-up in production, and leaves it as it is', async () => {
    (await started()).signal('SIGTERM');
    expect(await running?.end()).to.equal(0);
    configure();
    running = new Running(data, { NODE_ENV: 'production' });
    expect(await running.end()).to.equal(1);
    expect(running.output).to.equal(
      `wallet-core cannot start: data (SINGLE_WALLET_DATA): ${data} holds a development ledger, with a player demo; ` +
        'expected a folder of its own for production\n',
    );
  });

  it('says in a line which setting is wrong when an address is in use, whatever the log level', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    for (const [variable, setting, name] of [
      ['WALLET_CORE_LISTEN', 'walletCore.listen', 'wallet-core'],
      ['GATEWAY_LISTEN', 'gateway.listen', 'gateway'],
    ] as const) {
      running = new Running(data, { [variable]: address });
      expect(await running.end()).to.equal(1);
      const [line] = running.output.split('\n').filter((text) => text.includes(' cannot start: '));
      expect(line).to.match(
        new RegExp(
          `^${name} cannot start: ${setting} \\(${variable}\\): ${address} is in use; stop what listens there`,
        ),
      );
    }
    taken.close();
  });

  it('says in a line that the data folder cannot hold the ledger', async () => {
    writeFileSync(path.join(data, 'occupied'), '');
    const folder = path.join(data, 'occupied', 'data');
    writeFileSync(
      path.join(data, 'ebet.pem'),
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' }),
    );
    const channel = '{ provider: ebet, channelId: 1, currency: CNY, publicKeys: [ebet.pem], allowFrom: [127.0.0.1] }';
    writeFileSync(path.join(data, 'single-wallet.yaml'), `{ gateway: { channels: [${channel}] } }`);
    running = new Running(data, { SINGLE_WALLET_DATA: folder });
    expect(await running.end()).to.equal(1);
    expect(running.output).to.match(
      /^wallet-core cannot start: data \(SINGLE_WALLET_DATA\): \S+ cannot hold the ledger: .+\n$/,
    );
  });

  it('names everything that is wrong with the configuration and starts nothing', async () => {
    writeFileSync(path.join(data, 'single-wallet.yaml'), 'walletCore: { logLevel: loud }\ngateway: { channels: [] }\n');
    running = new Running(data);
    expect(await running.end()).to.equal(1);
    expect(running.output.trimEnd().split('\n')).to.deep.equal([
      'single-wallet.yaml: walletCore.logLevel: is "loud"; expected one of fatal, error, warn, info, debug, trace, silent',
      'single-wallet.yaml: gateway.channels: is an empty list; expected a list of one or more channels',
    ]);
  });

  it('fails with the child that cannot start, after that has said why', async () => {
    running = new Running(data, { GATEWAY_LISTEN: '192.0.2.1:8080' });
    expect(await running.end()).to.equal(1);
    expect(running.output).to.contain('192.0.2.1');
    expect(running.output).to.not.contain('Ctrl-C stops both');
  });
});
