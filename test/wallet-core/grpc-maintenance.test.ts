import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { ListChannelsResponse, SetMaintenanceResponse } from '../../proto/gen/wallet/v1/account.js';
import { call } from '../system.js';
import { CHANNEL, failure, lineWords, movements, refund, TestCore, words } from './core.js';

describe('wallet.v1: maintenance of a channel', () => {
  let core: TestCore;

  before(async () => (core = await TestCore.start('1000.00')));
  after(() => core.stop());

  const set = (maintenance: boolean, channel = CHANNEL, note = '') =>
    call<SetMaintenanceResponse>((done) => core.clients.accounts.setMaintenance({ channel, maintenance, note }, done));
  const bet = (reference: string) => movements({ reference, amount: '-1.00' });

  it('is told whether it changed anything', async () => {
    const changes = [];
    for (const maintenance of [false, true, true, false, false]) changes.push((await set(maintenance)).changed);
    expect(changes).to.deep.equal([false, true, false, true, false]);
  });

  it('is NOT_FOUND for a channel that is not open', async () => {
    for (const maintenance of [true, false]) {
      expect(await failure(set(maintenance, 'ebet/404'))).to.equal(
        'NOT_FOUND: channel: is not open; open it once with OpenChannel',
      );
    }
  });

  it('is INVALID_ARGUMENT for a malformed channel or note', async () => {
    expect(await failure(set(true, 'eBET'))).to.match(/^INVALID_ARGUMENT: channel: is "eBET"/);
    expect(await failure(set(true, CHANNEL, 'n'.repeat(201)))).to.match(/^INVALID_ARGUMENT: note: /);
  });

  it('refuses new bets for good; repeats get their first answer; credits and refunds go on', async () => {
    const before = await core.bytesOf(bet('before'));
    await set(true);
    expect(words(await core.post(bet('during')))).to.equal('REFUSED MAINTENANCE');
    expect(await core.bytesOf(bet('before'))).to.equal(before);
    const win = movements({ reference: 'win', kind: Kind.PAYOUT, amount: '5.00' });
    expect(words(await core.post(win))).to.equal('APPLIED');
    const given = await core.post(refund({}, { reference: 'before', amount: '1.00' }));
    expect(lineWords(given)).to.deep.equal(['REFUNDED']);
    await set(false);
    expect(words(await core.post(bet('during')))).to.equal('REFUSED MAINTENANCE');
    expect(words(await core.post(bet('after')))).to.equal('APPLIED');
  });

  it('is told with its note and its time until it ends', async () => {
    const list = async () => {
      const { channels } = await call<ListChannelsResponse>((done) => core.clients.accounts.listChannels({}, done));
      return channels.find(({ channel }) => channel === CHANNEL);
    };
    expect((await list())?.maintenance).to.equal(undefined);
    await set(true, CHANNEL, 'until noon');
    const { openedMs = 0n, maintenance } = (await list()) ?? {};
    expect(maintenance?.note).to.equal('until noon');
    expect(openedMs > 0n && maintenance !== undefined && maintenance.sinceMs > openedMs).to.equal(true);
    await set(false);
    expect((await list())?.maintenance).to.equal(undefined);
  });

  it('is of one channel', async () => {
    await core.clients.openChannel('ebet/1');
    await set(true, 'ebet/1');
    expect(words(await core.post(bet('elsewhere')))).to.equal('APPLIED');
    expect(words(await core.post({ ...bet('there'), channel: 'ebet/1' }))).to.equal('REFUSED MAINTENANCE');
    await set(false, 'ebet/1');
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`holds over a restart after ${signal}, and so does its end`, async () => {
      await set(true);
      await core.restart(signal);
      expect(words(await core.post(bet(`held-${signal}`)))).to.equal('REFUSED MAINTENANCE');
      expect((await set(true)).changed).to.equal(false);
      await set(false);
      await core.restart(signal);
      expect(words(await core.post(bet(`ended-${signal}`)))).to.equal('APPLIED');
    });
  }

  it('takes effect for all that is decided after its answer, though much is under way', async () => {
    const bets = (name: string) => Array.from({ length: 50 }, (_, n) => core.post(bet(`${name}-${n}`)));
    const underWay = bets('under-way');
    await set(true);
    const late = await Promise.all(bets('late'));
    expect(new Set(late.map(words))).to.deep.equal(new Set(['REFUSED MAINTENANCE']));
    for (const result of await Promise.all(underWay)) {
      expect(words(result)).to.be.oneOf(['APPLIED', 'REFUSED MAINTENANCE']);
    }
    await set(false);
  });
});
