import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Checklist } from './conformance.js';
import type { Flaw } from './flawed/flaws.js';
import { startFlawedWallet, type FlawedWallet } from './flawed-wallet.js';
import type { Report } from './simulate.js';

const PEM = { type: 'spki', format: 'pem' } as const;
const keys = (modulusLength: number) =>
  generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: PEM,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as npm would, without a terminal. */
function run(command: 'simulate' | 'conformance', ...args: readonly string[]): Promise<Ended> {
  const file = path.join(import.meta.dirname, `${command}-main.js`);
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('the commands of the simulator', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'simulator-'));
  const key = path.join(folder, 'ebet.pem');
  const other = path.join(folder, 'other.pem');
  let wallet: FlawedWallet | undefined;
  let publicKey: string;

  before(() => {
    const pair = keys(512);
    publicKey = pair.publicKey;
    writeFileSync(key, pair.privateKey);
    writeFileSync(other, keys(512).privateKey);
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(async () => {
    await wallet?.stop();
    wallet = undefined;
  });

  /** The options that name a wallet with these flaws and three players. */
  async function against(...flaws: readonly Flaw[]): Promise<string[]> {
    const players = { 'demo-1': 1_000_00n, 'demo-2': 1_000_00n, 'demo-3': 1_000_00n };
    const ebet = { channelId: 1, currency: 'CNY', publicKey, maintenanceChannelId: 2 };
    wallet = await startFlawedWallet({ flaws: new Set(flaws), ebet, players });
    return ['--url', wallet.url, '--provider', 'ebet', '--channel', '1', '--key', key, '--players', '3'];
  }

  it('print a table of cases, rates and latencies, and end with 0 without a difference', async () => {
    const { code, stdout, stderr } = await run(
      'simulate',
      ...(await against()),
      '--rounds',
      '20',
      '--faults',
      'duplicates',
    );
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/✓ +round of /)
      .and.to.match(/endpoint +answers +p50 ms +p99 ms/)
      .and.to.include('No difference');
  });

  it('print nothing but JSON with --json', async () => {
    const { code, stdout } = await run('simulate', ...(await against()), '--rounds', '5', '--seed', '7', '--json');
    const report = JSON.parse(stdout) as Report;
    expect(report).to.include({ provider: 'ebet', seed: 7, rounds: 5, players: 3, differences: 0 });
    expect(code).to.equal(0);
  });

  it('end with 1 at a difference, with the first of each case and the command to play it again', async () => {
    const given = [
      ...(await against('repeat-applied-again')),
      '--rounds',
      '30',
      '--faults',
      'duplicates',
      '--seed',
      '9',
    ];
    const { code, stdout } = await run('simulate', ...given);
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/✗ +\S.*\n/)
      .and.to.match(/request {3}POST \/increaseCredit \{/);
    expect(stdout).to.include(
      `npm run simulate -- --url ${wallet?.url} --provider ebet --channel 1 --key ${key} --players 3 --rounds 30 --faults duplicates --seed 9`,
    );
  });

  it('print a check list', async () => {
    const given = [
      ...(await against('no-block')),
      '--only',
      'a bet again',
      '--only',
      'a refund before its debit, type 1',
    ];
    const { code, stdout } = await run('conformance', ...given);
    expect(code).to.equal(1);
    expect(stdout).to.include('✓ a bet again: ').and.to.include('✗ a refund before its debit, type 1: ');
    expect(stdout).to.include('1 kept, 1 broken, 0 not played');
    const { stdout: json } = await run('conformance', ...given, '--json');
    expect(JSON.parse(json) as Checklist).to.include({ kept: 1, broken: 1, notPlayed: 0 });
  });

  it('print all of a report that is longer than a pipe holds, also for a slow reader', async () => {
    // A wallet that says yes to everything breaks nearly every rule.
    const server = createServer((_, response) => response.end('{"status":200,"money":1000,"moneyBefore":1000}'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [file, node] = [path.join(import.meta.dirname, 'conformance-main.js'), process.execPath];
    const command = `'${node}' '${file}' --url ${url} --provider ebet --key '${key}' --json`;
    try {
      // A reader that begins when the report does, and has then no room for all of it at once.
      const { stdout } = await promisify(execFile)('sh', ['-c', `${command} | { head -c 1; cat; }`], {
        maxBuffer: 2 ** 24,
      });
      expect(stdout.length).to.be.above(2 ** 17);
      expect((JSON.parse(stdout) as Checklist).broken).to.be.above(100);
      // And one that has seen enough.
      expect((await promisify(execFile)('sh', ['-c', `${command} | head -c 1`])).stderr).to.equal('');
    } finally {
      server.close();
    }
  });

  it('say which rules were not played, and why', async () => {
    const given = [...(await against()), '--only', 'a frozen player'];
    const { code, stdout } = await run('conformance', ...given);
    expect(stdout).to.match(/– a frozen player: .* — needs --frozen-player/);
    expect(code).to.equal(0);
  });

  const WRONG: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    [
      'a wallet that is not there',
      ['--url', 'http://127.0.0.1:1'],
      /cannot be reached: .*ECONNREFUSED.*\nStart the wallet/,
    ],
    ['an address that is none', ['--url', 'localhost'], /--url localhost is not an address/],
    [
      'players that are not known',
      ['--player-names', 'nobody-%d'],
      /does not know the player nobody-1 \(4037\).*--player-names/,
    ],
    ['names without a number', ['--player-names', 'nobody'], /put %d where the number goes/],
    ['a key that is not there', ['--key', 'nowhere.pem'], /--key nowhere.pem: there is no such file/],
    ['a file that is no key', ['--key', import.meta.filename], /is not a private key/],
    ['the key of somebody else', ['--key', 'OTHER'], /does not take signatures made with --key \(4026\)/],
    ['a channel that there is not', ['--channel', '99'], /has no channel 99 \(202\)/],
    ['a channel that takes no stakes', ['--channel', '2'], /channel 2 is under maintenance \(505\)/],
    [
      'a fault that there is not',
      ['--faults', 'rain'],
      /--faults rain: unknown; expected all, none or some of duplicates, /,
    ],
    ['a number that is none', ['--rounds', 'many'], /expected a whole number from 0/],
    ['an option that there is not', ['--round', '5'], /unknown option '--round'/],
  ];
  for (const [what, args, message] of WRONG) {
    it(`end with 2 for ${what}, and say how to mend it`, async () => {
      const given = args.map((arg) => (arg === 'OTHER' ? other : arg));
      const { code, stdout, stderr } = await run('simulate', ...(await against()), ...given);
      expect(stderr)
        .to.match(message)
        .and.not.to.match(/^ +at /m);
      expect(stdout).to.equal('');
      expect(code).to.equal(2);
    });
  }

  it('explain themselves with --help', async () => {
    for (const command of ['simulate', 'conformance'] as const) {
      const { code, stdout } = await run(command, '--help');
      expect(code).to.equal(0);
      expect(stdout).to.include('Examples').and.to.include(`npm run ${command} -- --url http://127.0.0.1:8080`);
    }
  });
});
