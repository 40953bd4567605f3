import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { conform } from './conformance.js';
import type { Flaw } from './flawed/flaws.js';
import { startFlawedWallet, type FlawedWallet } from './flawed-wallet.js';
import { DEFAULTS, type Options } from './options.js';
import { printChecklist, printReport } from './printout.js';
import { simulate } from './simulate.js';

const KEYS = generateKeyPairSync('rsa', { modulusLength: 512 });
const PLAYERS = 20;

/** Rules that break also when they are dealt among rounds, by the flaw that breaks them. */
const BREAKS = {
  'repeat-applied-again': 'a bet again',
  'no-block': 'a refund before its debit, type 1',
  'return-beyond-outstanding': 'more than was withheld',
  'event-unchecked': 'a call of another event at increaseCredit',
} as const satisfies Partial<Record<Flaw, string>>;

describe('the simulator as eBET, against a hand-written wallet', () => {
  let wallet: FlawedWallet | undefined;
  afterEach(async () => {
    await wallet?.stop();
    wallet = undefined;
  });

  async function wallets(flaws: readonly Flaw[], more: Partial<Options> = {}): Promise<Options> {
    const players = Array.from({ length: PLAYERS }, (_, index) => [`demo-${index + 1}`, 10_000_00n] as const);
    wallet = await startFlawedWallet({
      flaws: new Set(flaws),
      ebet: {
        channelId: 1,
        currency: 'CNY',
        publicKey: KEYS.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        failedBets: more.failedBets ?? 'await-refund',
      },
      players: { ...Object.fromEntries(players), frozen: 1_000_00n, login: 0n },
      frozen: ['frozen'],
      logins: { login: { password: 'secret', accessToken: 'token-of-login' } },
    });
    const key = KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const setup = { url: wallet.url, provider: 'ebet', key, players: PLAYERS, seed: 1, timeoutMs: 20_000 };
    return {
      ...DEFAULTS,
      ...setup,
      frozenPlayer: 'frozen',
      loginPlayer: 'login',
      loginPassword: 'secret',
      accessToken: 'token-of-login',
      ...more,
    };
  }

  for (const failedBets of ['await-refund', 'self-refund', 'reject-payout'] as const) {
    it(`finds no difference in one without flaws, with failedBets ${failedBets}`, async () => {
      const options = await wallets([], { failedBets });
      const checklist = await conform(options);
      expect(checklist.broken, printChecklist(checklist)).to.equal(0);
      const report = await simulate({ ...options, rounds: 200, faults: 'all' });
      expect(report.differences, printReport(report)).to.equal(0);
    });
  }

  it('plays the same choices again with the same seed, and others with another', async () => {
    const play = async (seed: number) => {
      const { cases } = await simulate(await wallets([], { rounds: 60, faults: 'all', seed }));
      await wallet?.stop();
      return cases.map(({ name, checks }) => `${name}: ${checks}`);
    };
    const first = await play(3);
    expect(await play(3)).to.deep.equal(first);
    expect(await play(4)).not.to.deep.equal(first);
  });

  for (const [flaw, name] of Object.entries(BREAKS) as [Flaw, string][]) {
    it(`names what is wrong among rounds with all faults: ${flaw}`, async () => {
      const report = await simulate(await wallets([flaw], { rounds: 500, faults: 'all' }));
      const differing = report.cases.filter(({ differences }) => differences > 0).map(({ name }) => name);
      expect(differing).to.include(name);
      expect(report.replay).to.include('--seed 1').and.to.include('--rounds 500').and.to.include('--faults all');
    });
  }
});
