import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { certificate, type Pair } from '../certificates.js';
import { System } from '../system.js';

type Settings = Readonly<Record<string, unknown>>;

describe('a gateway and a wallet-core that ask each other for certificates', () => {
  let system: System;
  let content: { readonly walletCore: Settings; readonly gateway: Settings };

  const file = (name: string) => path.join(system.folder, name);

  function writePair(name: string, pair: Pair): { certificate: string; key: string } {
    writeFileSync(file(`${name}.pem`), pair.certificate);
    writeFileSync(file(`${name}.key`), pair.key);
    return { certificate: `${name}.pem`, key: `${name}.key` };
  }

  async function startGateway(settings: Settings = {}): Promise<void> {
    const gateway = { ...content.gateway, ...settings };
    writeFileSync(file('single-wallet.yaml'), stringify({ ...content, gateway }));
    await system.startGateway();
  }

  before(async () => {
    system = await System.start();
    await system.player();
    await system.gateway.stop();
    await system.core.stop();
    const authority = await certificate('authority', { isAuthority: true });
    const stranger = await certificate('stranger', { isAuthority: true });
    writePair('authority', authority);
    writePair('stranger', stranger);
    const tls = writePair('core', await certificate('wallet-core', { issuer: authority }));
    const walletCoreTls = writePair('own', await certificate('gateway', { issuer: authority }));
    writePair('other', await certificate('other', { issuer: stranger }));
    writeFileSync(file('wrong.token'), `swt_${'x'.repeat(43)}`);
    const set = parse(readFileSync(file('single-wallet.yaml'), 'utf8')) as typeof content;
    const walletCore = { ...set.walletCore, tokens: 'required', tls, clientCa: 'authority.pem' };
    content = { ...set, walletCore, gateway: { ...set.gateway, walletCoreCa: 'authority.pem', walletCoreTls } };
    writeFileSync(file('single-wallet.yaml'), stringify(content));
    await system.startCore(system.clients.address);
  });
  beforeEach(() => startGateway());
  afterEach(() => system.gateway.stop());
  after(() => system.stop());

  async function bet(reference: string) {
    const timestamp = Date.now();
    const signature = system.sign(`${reference}increaseCredit1${timestamp}demo-80`);
    const call = { seqNo: reference, event: 'increaseCredit', channelId: 1, timestamp, username: 'demo', money: -80 };
    const rest = { type: 1, currency: 'CNY', detail: { roundCode: 'round-1' }, signature };
    return (await system.post('/increaseCredit', JSON.stringify({ ...call, ...rest }))).json;
  }

  async function readyz(): Promise<string> {
    const answer = await fetch(`${system.url}/readyz`);
    return `${answer.status} ${(await answer.text()).trim()}`;
  }

  it('move money, and say that they are ready', async () => {
    expect(await bet('bet-1')).to.include({ status: 200, money: 9920 });
    expect(await readyz()).to.equal('200 ready');
  });

  it('find each other again after wallet-core was killed', async () => {
    await bet('bet-1');
    await system.restartCore('SIGKILL');
    expect(await bet('bet-2')).to.include({ status: 200, moneyBefore: 9920, money: 9840 });
  });

  it('find each other again after all certificates and their authority were replaced under a gateway that runs', async () => {
    const authority = await certificate('new authority', { isAuthority: true });
    writeFileSync(file('authority.pem'), authority.certificate);
    writePair('core', await certificate('wallet-core', { issuer: authority }));
    writePair('own', await certificate('gateway', { issuer: authority }));
    await system.gateway.prints('"setting":"gateway.walletCoreCa","msg":"its files were replaced');
    await system.gateway.prints('"setting":"gateway.walletCoreTls","certificateValidTo"');
    await system.restartCore('SIGKILL');
    expect(await bet('bet-2')).to.include({ status: 200, money: 9840 });
  });

  const UNREACHED = 'wallet-core was not reached, or broke off (UNAVAILABLE)';
  for (const [what, settings, fix, why = UNREACHED] of [
    [
      'a gateway that trusts another authority',
      { walletCoreCa: 'stranger.pem' },
      'set gateway.walletCoreCa to the certificates of the authority that issued that of walletCore.tls',
    ],
    [
      'a gateway without a certificate',
      { walletCoreTls: undefined },
      'wallet-core asks for a certificate: set gateway.walletCoreTls to one by an authority of walletCore.clientCa',
    ],
    [
      'a gateway with a certificate of another authority',
      { walletCoreTls: { certificate: 'other.pem', key: 'other.key' } },
      'gateway.walletCoreTls must be by an authority of walletCore.clientCa',
    ],
    [
      'a gateway that speaks no TLS',
      { walletCoreCa: undefined, walletCoreTls: undefined },
      'if it speaks TLS, set gateway.walletCoreCa to who certified it',
    ],
    [
      'a gateway with a token that wallet-core does not know',
      { walletCoreTokenFile: 'wrong.token' },
      'npx single-wallet token create makes a token for the gateway, gateway.walletCoreTokenFile names its file',
      "wallet-core does not know the gateway's token (UNAUTHENTICATED)",
    ],
  ] as const) {
    it(`have ${what} answer busy, say so to probes, and tell in the log what to set`, async () => {
      await system.gateway.stop();
      await startGateway(settings);
      // On a busy machine the first try may come to nothing, and nobody else asks.
      while ((await readyz()) !== '503 refused');
      await system.gateway.prints('"readiness":"refused"');
      const told = () => system.gateway.output.split('\n').filter((line) => line.includes(fix));
      expect(told().join('\n')).to.contain('"msg":"the readiness of wallet-core"');
      // A line comes when it is written, which is not before the answer; that of a call that timed out cannot say what to set.
      do expect(await bet('bet-3')).to.include({ status: 4003 });
      while (!told().some((line) => line.includes('wallet-core gave no outcomes')));
      await system.gateway.prints(`"outcome":"4003","why":"${why}"`);
    });
  }

  it('have moved nothing of what was answered busy', async () => {
    await bet('bet-1');
    await bet('bet-2');
    expect(await bet('bet-4')).to.include({ status: 200, moneyBefore: 9840 });
  });
});
