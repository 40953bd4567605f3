import { expect } from 'chai';
import { Scrape } from '../scrape.js';
import { System } from '../system.js';
import { Apiv1 } from './apiv1.js';
import { Ebet, fresh } from './ebet.js';

const CALLS = 'single_wallet_gateway_calls_total';
const SIGNATURES = 'single_wallet_gateway_refused_signatures_total';
const STAGES = 'single_wallet_gateway_stage_seconds';
const BATCH = 'single_wallet_gateway_batch';
const FAILURES = 'single_wallet_gateway_wallet_core_failures_total';

const calls = (channel: string, endpoint: string, outcome: string) =>
  `${CALLS}{channel="${channel}",endpoint="${endpoint}",outcome="${outcome}"}`;
const stage = (endpoint: string, name: string) => `${STAGES}_count{endpoint="${endpoint}",stage="${name}"}`;

describe('the metrics of the gateway', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    const channels = [
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ] as const;
    system = await System.start(channels, [], { GATEWAY_METRICS: '127.0.0.1:0' });
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  /** By how much each of these grows while something is done. */
  async function growth(samples: readonly string[], work: () => Promise<unknown>): Promise<number[]> {
    const before = await Scrape.of(system.gateway);
    await work();
    const after = await Scrape.of(system.gateway);
    return samples.map((sample) => after.value(sample) - before.value(sample));
  }

  it('count calls by channel, endpoint and what was answered', async () => {
    const player = await ebet.player('10.00');
    const member = await new Apiv1(system).member();
    const samples = [
      calls('ebet/1', 'increaseCredit', '200'),
      calls('ebet/1', 'increaseCredit', '1003'),
      calls('apiv1/brand-1', 'balance-update', 'SUCCESS'),
      calls('apiv1/brand-1', 'transaction-check', 'OTHERS'),
      calls('', 'netCheck', '200'),
    ];
    const work = async () => {
      await player.increaseCredit(1, '-1');
      await player.increaseCredit(1, '-1');
      await player.increaseCredit(1, '-80');
      await member.update(1, '-1.00');
      await new Apiv1(system).transactionCheck('T-unknown');
      await system.post('/netCheck', '');
    };
    expect(await growth(samples, work)).to.deep.equal([2, 1, 1, 1, 1]);
  });

  it('count signatures that are by none of the keys, and not those that are only late', async () => {
    const player = await ebet.player();
    const bet = await player.makes(1, '-1');
    const samples = [`${SIGNATURES}{channel="ebet/1"}`, calls('ebet/1', 'refundSingleWallet', '4026')];
    const work = async () => {
      await player.refund([player.line(bet, '-1')], { signature: 'AAAA' });
      await player.refund([player.line(bet, '-1')], { timestamp: Date.now() - 11 * 60_000 });
    };
    expect(await growth(samples, work)).to.deep.equal([1, 2]);
  });

  it('measure the stages that a call came to', async () => {
    const player = await ebet.player();
    const stages = ['read', 'signature', 'wallet_core', 'whole'].map((name) => stage('increaseCredit', name));
    expect(await growth(stages, () => player.increaseCredit(1, '-1'))).to.deep.equal([1, 1, 1, 1]);
    const refused = () => player.increaseCredit(1, '-1', { signature: 'AAAA' });
    expect(await growth(stages, refused)).to.deep.equal([1, 1, 0, 1]);
    expect(await growth(stages, () => system.post('/increaseCredit', '{'))).to.deep.equal([0, 0, 0, 1]);
    const sum = `${STAGES}_sum{endpoint="increaseCredit",stage="whole"}`;
    const [seconds] = await growth([sum], () => player.increaseCredit(1, '-1'));
    expect(seconds).to.be.above(0).and.below(1.5);
  });

  it('measure batches', async () => {
    const player = await ebet.player();
    const samples = [`${BATCH}_commands_count`, `${BATCH}_commands_sum`, `${BATCH}_seconds_count`];
    const work = async () => {
      await player.increaseCredit(1, '-1');
      await player.increaseCredit(1, '-1');
    };
    expect(await growth(samples, work)).to.deep.equal([2, 2, 2]);
  });

  it('measure how many calls are under way', async () => {
    const player = await ebet.player();
    let underWay = 0;
    system.core.child.kill('SIGSTOP');
    const bets = (async () => {
      while (underWay === 0) await player.increaseCredit(1, '-1');
    })();
    while (underWay === 0) underWay = (await Scrape.of(system.gateway)).value('single_wallet_gateway_calls_under_way');
    system.core.child.kill('SIGCONT');
    expect(underWay).to.equal(1);
    await bets;
  });

  it('have no label that a caller can fill', async () => {
    const player = await ebet.player();
    const mine = fresh('mine');
    await player.increaseCredit(1, '-1', { seqNo: mine });
    await player.increaseCredit(1, '-1', { seqNo: mine, channelId: 4711 });
    await system.post(`/${mine}`, '{}');
    await system.post('/increaseCredit', JSON.stringify({ channelId: 1, seqNo: mine, username: mine, event: mine }));
    const { text } = await Scrape.of(system.gateway);
    const labels = text.replace(/ \S+$/gm, '');
    expect(text).to.contain(calls('', 'increaseCredit', '202'));
    for (const theirs of [mine, player.name, '4711']) expect(labels).not.to.contain(theirs);
  });

  it('count what wallet-core does not answer', async () => {
    const player = await ebet.player();
    await system.core.stop('SIGKILL');
    const work = async () => {
      await player.increaseCredit(1, '-1');
      await player.syncCredit();
    };
    expect(await growth([`${FAILURES}{code="UNAVAILABLE"}`], work)).to.deep.equal([2]);
  });
});
