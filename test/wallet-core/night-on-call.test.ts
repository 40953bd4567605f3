import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import type { CreateTokenResponse } from '../../proto/gen/wallet/v1/access.js';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { GetStatusResponse, ListRefusedResponse } from '../../proto/gen/wallet/v1/operations.js';
import { certificate } from '../certificates.js';
import { Ebet } from '../gateway/ebet.js';
import { clientAccess } from '../secured.js';
import { call, Clients, Process, System } from '../system.js';
import { CommandLine } from './command-line.js';
import { normal, toldCommands, WRITES, writeOutput } from './told.js';

/** What a command printed, and its exit code. */
interface Printed {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

const SHOW_BOB = 'npx single-wallet player show bob';

describe('a night on call, as docs/operations.md tells it', () => {
  let system: System;
  /** What the page calls it, and what it is here. */
  const places = new Map<string, string>();
  /** The same of what commands are given that others printed. */
  const names = new Map<string, string>();
  /** The token of the operator, once wallet-core asks for it. */
  let access: Readonly<Record<string, string>> = {};
  /** What there was to see of bob before the move. */
  let bobBefore = '';

  before(async () => {
    system = await System.start();
    const { clients } = system;
    await system.player('alice', 'CNY', '1000.00');
    await system.player('bob', 'CNY', '100.00');
    const alice = new Ebet(system).named('alice');
    const moves = (
      roundCode: string,
      type: number,
      money: string,
      seqNo: string,
      bets: Record<string, number> = {},
    ) => {
      const betList = Object.entries(bets).map(([bet, betMoney]) => ({ seqNo: bet, betMoney, betType: 60 }));
      return alice.increaseCredit(type, money, { seqNo, detail: { roundCode, betList } });
    };
    const refunds = (seqNo: string, bet: string, roundCode: string) =>
      alice.refund([alice.line(bet, '-30.00', { roundCode })], { seqNo });
    await moves('R-1001', 1, '-100.00', 'bet-1001-1');
    await moves('R-1001', 1, '-100.00', 'bet-1001-2');
    await moves('R-1001', 3, '-5.00', 'tip-1001');
    await moves('R-1001', 1, '-5000.00', 'bet-1001-3');
    await moves('R-1001', 2, '190.00', 'payout-1001', { 'bet-1001-1': 100 });
    await moves('R-1002', 1, '-500.00', 'bet-1002');
    await moves('R-1002', 2, '2000.00', 'payout-1002', { 'bet-1002': 500 });
    await moves('R-1004', 1, '-30.00', 'bet-1004');
    await refunds('refund-1004', 'bet-1004', 'R-1004');
    await refunds('refund-1005', 'bet-1005', 'R-1005');
    await moves('R-1005', 1, '-30.00', 'bet-1005');
    const cash = [
      '--kind',
      'deposit',
      '--reference',
      'ticket-4711',
      '--as',
      'ivan',
      '--reason',
      'ticket 4711: goodwill',
    ];
    await CommandLine.run('adjust', 'bob', '20.00', 'CNY', ...cash, '--address', clients.address);
    await alice.increaseCredit(2, '90.00', { seqNo: 'payout-1003', signature: 'AAAA' });
    await refusedArrives('payout-1003');
    const status = () => call<GetStatusResponse>((done) => clients.operations.getStatus({}, done));
    while ((await status()).movements === undefined);
    places.set('/srv/wallet/data', at('data')).set('/mnt/new/data', at('new')).set('127.0.0.1:50051', clients.address);
    const day = (fromNow: number) => new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
    names.set('2026-01-01', day(-1)).set('2026-01-02', day(1));
    names
      .set('old-keys.yaml', at('old-keys.yaml'))
      .set('--config single-wallet.yaml', `--config ${at('single-wallet.yaml')}`);
    names.set('day.json', at('day.json')).set('old.token', at('old.token')).set('new.token', at('new.token'));
  });
  after(() => system.stop());

  const at = (name: string) => path.join(system.folder, name);

  /** The gateway tells wallet-core of what it refused when it has the time. */
  async function refusedArrives(reference: string): Promise<void> {
    const filter = { playerId: '', reference, channel: '', fromMs: 0n, toMs: 0n, limit: 1 };
    const arrived = () => call<ListRefusedResponse>((done) => system.clients.operations.listRefused(filter, done));
    while ((await arrived()).calls.length === 0);
  }

  /** Runs what the page says, with the names of here. */
  async function run(line: string): Promise<Printed> {
    const here = [...places, ...names].reduce((text, [name, real]) => text.replaceAll(name, real), line);
    const [asked = '', into] = here.split(' > ');
    const [program = '', ...args] = [...asked.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, single, double, word]) => single ?? double ?? word ?? '',
    );
    if (program === 'npx') {
      const [, command = '', ...rest] = args;
      const address = command === 'restore' ? [] : ['--address', system.clients.address];
      const environment = { SINGLE_WALLET_CONFIG: at('single-wallet.yaml'), ...access };
      const printed = await new CommandLine([command, ...rest, ...address], environment).end();
      if (into === undefined) return printed;
      writeFileSync(into, printed.stdout);
      return { ...printed, stdout: '' };
    }
    return new Promise((resolve) =>
      execFile(program === 'node' ? process.execPath : program, args, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      ),
    );
  }

  async function changeProvidersKey(): Promise<void> {
    const keys = (...publicKeys: string[]) => system.restartGateway([{ channelId: 1, currency: 'CNY', publicKeys }]);
    const bets = async (key: string, seqNo: string) => {
      const alice = new Ebet(system, 1, 'CNY', key).named('alice');
      return (await alice.increaseCredit(1, '-10.00', { seqNo })).json.status;
    };
    await keys('ebet.pem', 'ebet-new.pem');
    expect(await bets('ebet.pem', 'bet-2001'), 'by the old key beside the new one').to.equal(200);
    expect(await bets('ebet-new.pem', 'bet-2002'), 'by the new key beside the old one').to.equal(200);
    await keys('ebet-new.pem');
    expect(await bets('ebet.pem', 'bet-2003'), 'by the old key, which was taken out').to.equal(4026);
    expect(await bets('ebet-new.pem', 'bet-2004'), 'by the new key alone').to.equal(200);
    await refusedArrives('bet-2003');
    const config = readFileSync(at('single-wallet.yaml'), 'utf8');
    writeFileSync(at('old-keys.yaml'), config.replace('ebet-new.pem', 'ebet.pem'));
  }

  async function changeCertificate(): Promise<void> {
    const config = parse(readFileSync(at('single-wallet.yaml'), 'utf8')) as { gateway: object };
    const tls = { certificate: 'tls.pem', key: 'tls.key' };
    writeFileSync(at('https.yaml'), stringify({ ...config, gateway: { ...config.gateway, tls } }));
    const put = async (toDays: number) => {
      const pair = await certificate('wallet.example', { toDays });
      writeFileSync(at('tls.pem'), pair.certificate);
      writeFileSync(at('tls.key'), pair.key);
      return `wallet.example until ${new X509Certificate(pair.certificate).validTo}\n`;
    };
    const old = await put(2);
    await system.gateway.stop();
    const environment = { SINGLE_WALLET_CONFIG: at('https.yaml'), WALLET_CORE_ADDRESS: system.clients.address };
    system.gateway = new Process('gateway', environment);
    names.set('8443', (await system.gateway.listening).split(':')[1] ?? '');
    const shown = toldCommands().find(({ line }) => line.startsWith('node -e'))?.line ?? '';
    expect(await run(shown)).to.deep.equal({ code: 0, stdout: old, stderr: '' });
    const renewed = await put(90);
    await system.gateway.prints('its files were replaced: new connections go by them');
    expect(await run(shown)).to.deep.equal({ code: 0, stdout: renewed, stderr: '' });
    expect(renewed).not.to.equal(old);
  }

  /** Has wallet-core ask for tokens, and gives the cashier his first one, with which he posts. */
  async function askForTokens(): Promise<void> {
    await system.clients.openChannel('platform/cashier');
    const config = parse(readFileSync(at('single-wallet.yaml'), 'utf8')) as { walletCore: object };
    const walletCore = { ...config.walletCore, tokens: 'required' };
    writeFileSync(at('single-wallet.yaml'), stringify({ ...config, walletCore }));
    await system.core.stop();
    await system.startCore(system.clients.address);
    access = { WALLET_CORE_TOKEN_FILE: at('data/operator.token') };
    const { stdout } = await run(
      "npx single-wallet token create cashier --role post --channel platform/cashier --as ivan --reason 'new cashier' --json",
    );
    const { token, tokenId } = JSON.parse(stdout) as CreateTokenResponse;
    writeFileSync(at('old.token'), token);
    names.set('$old', tokenId);
    const { address } = system.clients;
    const cashier = new Clients(address, clientAccess(address, token));
    const deposit = { playerId: 'alice', kind: Kind.DEPOSIT, amount: '50.00', reference: 'shift-7', round: '' };
    await cashier.post(deposit, 'platform/cashier');
    cashier.close();
  }

  async function stopGateway(): Promise<void> {
    await system.gateway.stop();
    bobBefore = (await run(SHOW_BOB)).stdout;
    expect(bobBefore).to.contain('100.00');
  }

  async function startThere(): Promise<void> {
    const environment = { SINGLE_WALLET_CONFIG: at('single-wallet.yaml'), SINGLE_WALLET_DATA: at('new') };
    system.core = new Process('wallet-core', environment);
    system.clients.close();
    system.clients = new Clients(await system.core.listening);
    access = { WALLET_CORE_TOKEN_FILE: at('new/operator.token') };
  }

  /** What happens before a command of the page. */
  const BEFORE: Readonly<Record<string, () => Promise<unknown>>> = {
    'npx single-wallet refused --reference bet-2003': changeProvidersKey,
    'node -e': changeCertificate,
    'npx single-wallet token create': askForTokens,
    'npx single-wallet backup': stopGateway,
    'npx single-wallet restore': () => system.core.stop(),
    'npx single-wallet verify --against': startThere,
  };

  /** What a command printed that later ones are given, and what they must print again. */
  function remember(line: string, stdout: string): void {
    const value = (name: string) => new RegExp(`^${name} +([^\\s,]+)`, 'm').exec(stdout)?.[1] ?? '';
    if (line.startsWith('npx single-wallet token create')) writeFileSync(at('new.token'), value('token'));
    if (line === 'npx single-wallet backup') names.set('$file', value('file')).set('$digest', value('digest'));
    if (line.startsWith('npx single-wallet restore')) expect(value('digest')).to.equal(names.get('$digest'));
    if (line === SHOW_BOB && bobBefore !== '') expect(stdout, 'on the new machine').to.equal(bobBefore);
  }

  const told = toldCommands();
  for (const each of told) {
    const { line, output } = each;
    it(line, async () => {
      const step = Object.keys(BEFORE).find((begin) => line.startsWith(begin));
      if (step) await BEFORE[step]?.();
      const { code, stdout, stderr } = await run(line);
      remember(line, stdout);
      if (output === undefined) {
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        return;
      }
      const printed = [...places].reduce((text, [name, real]) => text.replaceAll(real, name), `${stdout}${stderr}`);
      if (WRITES) writeOutput(each, printed);
      else expect(normal(printed)).to.equal(normal(output));
    });
  }

  it('has its commands on the page', () => {
    expect(told).to.have.length(31);
  });
});
