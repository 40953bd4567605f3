import { expect } from 'chai';
import { apiv1 } from './apiv1/provider.js';
import { conform } from './conformance.js';
import type { Flaw } from './flawed/flaws.js';
import { startFlawedWallet } from './flawed-wallet.js';
import { DEFAULTS, type Options } from './options.js';
import { SetupError } from './setup-error.js';
import { simulate } from './simulate.js';

const KEY = 'key-of-the-lottery';
const PLAYERS = 12;

const NAMED = { playerNames: 'yk%d', seed: 7 };
/** Members that can be sent as numbers. */
const NUMBERED = { playerNames: '7000%d', seed: 8 };

const open = (names: string, cents: bigint) =>
  Object.fromEntries(Array.from({ length: PLAYERS }, (_, index) => [names.replace('%d', String(index + 1)), cents]));

/** Plays against a wallet with these flaws and a member whose stakes are refused. */
async function against<T>(
  flaws: readonly Flaw[],
  more: Partial<Options>,
  play: (options: Options) => Promise<T>,
): Promise<T> {
  const wallet = await startFlawedWallet({
    flaws: new Set(flaws),
    apiV1: { key: KEY },
    players: { ...open('yk%d', 1000_00n), ...open(NUMBERED.playerNames, 1000_00n), cold: 100_00n },
    frozen: ['cold'],
  });
  const options = { ...DEFAULTS, ...NAMED, provider: 'apiv1', key: KEY, players: PLAYERS };
  try {
    return await play({ ...options, url: wallet.url, ...more });
  } finally {
    await wallet.stop();
  }
}

const differing = <T extends { readonly name: string; readonly first?: object }>(cases: readonly T[]) =>
  cases.flatMap(({ name, first }) => (first ? [{ name, ...first }] : []));

describe('the simulator as an api-v1 provider', () => {
  for (const [day, more] of [
    ['good days', { rounds: 60, ...NAMED }],
    ['good days, with members that are numbers', { rounds: 60, ...NUMBERED }],
  ] as const) {
    it(`finds no difference in a wallet that keeps the protocol, on ${day}`, async () => {
      const { cases, differences } = await against([], more, simulate);
      expect(differing(cases)).to.deep.equal([]);
      expect(differences).to.equal(0);
    });
  }

  it('finds none on bad days either, with every fault', async () => {
    const { cases, faults } = await against([], { rounds: 200, faults: 'all' }, simulate);
    expect(differing(cases)).to.deep.equal([]);
    const played = cases.map(({ name }) => name);
    expect(faults).to.deep.equal(Object.keys(apiv1.faults));
    expect(played).to.include.members(['order lost', 'order won and cancelled', 'order withdrawn and restored']);
    expect(played).to.include.members(['copies at once', 'answer lost', 'winnings before their bet', 'sign tampered']);
    expect(played).to.include.members(['check closes debits', 'garbage', 'balances at the end']);
    expect(cases.every(({ expected }) => expected !== '')).to.equal(true);
  });

  it('has a check list of rules, each with its place on the page, which such a wallet keeps', async () => {
    const { rules } = await against([], { ...NUMBERED, frozenPlayer: 'cold' }, conform);
    expect(rules.filter(({ result }) => result !== 'kept')).to.deep.equal([]);
    expect(new Set(rules.map(({ name }) => name)).size).to.equal(rules.length);
    for (const { rule, says } of rules) {
      expect(rule).to.match(/^[a-z-_, ]+: \S/);
      expect(says).to.match(/^\w.*\.$/);
    }
  });

  it('says which rules it could not play, and what it needs for them', async () => {
    const { rules } = await against([], { players: 1, playerNames: 'yk1' }, conform);
    const missing = rules.filter(({ result }) => result === 'not played').map((rule) => [rule.name, rule.missing]);
    expect(missing).to.have.deep.members([
      ['member as a number', 'needs --player-names that are numbers, such as 7000%d'],
      ['same id other member', 'needs --players 2 or more'],
      ['signed fields changed', 'needs --players 2 or more'],
      ['frozen member', 'needs --frozen-player'],
    ]);
  });

  it('finds a flaw in a simulation as well, and counts it once for each answer', async () => {
    const { cases } = await against(['check-does-not-close'], { rounds: 100, faults: 'check-first' }, simulate);
    const found = differing(cases).map(({ name }) => name);
    expect(found).to.include('check closes debits');
    expect(found).not.to.include.members(['order lost', 'balances at the end', 'transactions at the end']);
  });

  for (const [what, more, message] of [
    [
      'a wrong key',
      { key: 'wrong' },
      /^balance-check of yk\d+: OTHERS, so --key is not the channel's key or the player/,
    ],
    ['players who are not there', { playerNames: 'nobody%d' }, /OTHERS, so --key is not .* or the player is unknown/],
    [
      'a wallet that is not there',
      { url: 'http://127.0.0.1:1' },
      /^http:..127.0.0.1:1 cannot be reached: .*ECONNREFUSED.*\nStart the wallet/,
    ],
    ['an empty key', { key: '' }, /^--key: empty; give the key/],
  ] as const) {
    it(`ends before it begins with ${what}, and says what mends it`, async () => {
      const ended = await against([], more, simulate).catch((error: unknown) => error);
      expect(ended).to.be.instanceOf(SetupError);
      expect((ended as SetupError).message).to.match(message);
    });
  }
});
