import { expect } from 'chai';
import type { IssueAccessTokenResponse } from '../../proto/gen/wallet/v1/account.js';
import { APIV1_KEY, call, System } from '../system.js';
import { conform } from './conformance.js';
import { DEFAULTS, type FailedBets, type Options } from './options.js';
import { printChecklist, printReport } from './printout.js';
import { simulate } from './simulate.js';

const WAYS = { 1: 'await-refund', 2: 'self-refund', 3: 'reject-payout' } as const satisfies Record<number, FailedBets>;
const UNDER_MAINTENANCE = 4;
const PLAYERS = 30;
/** The other protocol; its members can be sent as numbers. */
const LOTTERY = { provider: 'apiv1', key: APIV1_KEY, playerNames: '7000%d' } as const;

describe('our system, played by the simulator', () => {
  let system: System;
  let options: Options;

  before(async () => {
    const channels = Object.entries(WAYS).map(([id, failedBets]) => ({
      channelId: Number(id),
      currency: 'CNY',
      failedBets,
      loginsPerMinute: 1_000,
      queriesPerMinute: 1_000_000,
    }));
    const maintained = { channelId: UNDER_MAINTENANCE, currency: 'CNY' };
    system = await System.start([...channels, maintained, { provider: 'apiv1', merchant: 'lottery', currency: 'CNY' }]);
    const { accounts } = system.clients;
    const names = Array.from({ length: PLAYERS }, (_, index) => `demo-${index + 1}`);
    const members = names.map((_, index) => LOTTERY.playerNames.replace('%d', String(index + 1)));
    await Promise.all([...names, ...members, 'frozen', 'login'].map((name) => system.player(name)));
    await call((done) => accounts.freezePlayer({ playerId: 'frozen', reason: 'test', note: '' }, done));
    await call((done) => accounts.setPassword({ playerId: 'login', password: 'secret' }, done));
    const channel = `ebet/${UNDER_MAINTENANCE}`;
    await call((done) => accounts.setMaintenance({ channel, maintenance: true, note: 'test' }, done));
    const token = { playerId: 'login', lifetimeS: 60, oneTime: false };
    const { accessToken } = await call<IssueAccessTokenResponse>((done) => accounts.issueAccessToken(token, done));
    options = {
      ...DEFAULTS,
      url: system.url,
      provider: 'ebet',
      key: system.privateKey,
      players: PLAYERS,
      seed: 1,
      // This machine may be busy with other tests.
      timeoutMs: 20_000,
      frozenPlayer: 'frozen',
      maintenanceChannel: UNDER_MAINTENANCE,
      loginPlayer: 'login',
      loginPassword: 'secret',
      accessToken,
    };
  });
  after(() => system.stop());

  for (const [id, failedBets] of Object.entries(WAYS)) {
    it(`keeps every rule of eBET with failedBets ${failedBets}`, async () => {
      const checklist = await conform({ ...options, channel: Number(id), failedBets });
      expect(checklist.broken, printChecklist(checklist)).to.equal(0);
      const notPlayed = checklist.rules.filter(({ result }) => result === 'not played');
      for (const { missing } of notPlayed) expect(missing).to.match(/^needs a channel with --failed-bets /);
    });
  }

  it('keeps every rule of api-v1', async () => {
    const checklist = await conform({ ...options, ...LOTTERY });
    expect(checklist.broken, printChecklist(checklist)).to.equal(0);
    expect(checklist.rules.filter(({ result }) => result === 'not played')).to.deep.equal([]);
  });

  for (const [provider, more] of [
    ['eBET', {}],
    ['api-v1', LOTTERY],
  ] as const) {
    it(`plays 2,000 rounds of ${provider} with all faults without a difference`, async () => {
      const report = await simulate({ ...options, ...more, rounds: 2_000, faults: 'all' });
      expect(report.differences, printReport(report)).to.equal(0);
    });
  }
});
