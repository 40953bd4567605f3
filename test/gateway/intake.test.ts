import { expect } from 'chai';
import { pino } from 'pino';
import { Intake } from '../../gateway/intake.js';
import { Scrape } from '../scrape.js';
import { System } from '../system.js';
import { Ebet, type Answered } from './ebet.js';

/** What the gateway has under way at once. */
const UNDER_WAY_MAX = 1_024;
/** The same, as long as more comes than it can do. */
const OVERLOADED_MAX = 128;
const BEYOND = 76;
const AGAIN_AT_ONCE = 100;

describe('the intake of callbacks', () => {
  it('has 1,024 under way and turns away the rest, then for a second what is beyond 128; the log says so once', async () => {
    const log: { msg: string; turnedAway?: number }[] = [];
    const write = (line: string) => log.push(JSON.parse(line) as (typeof log)[number]);
    const intake = new Intake(pino({}, { write }));
    for (let n = 0; n < UNDER_WAY_MAX; n += 1) expect(intake.enter()).to.equal(true);
    for (let n = 0; n < BEYOND; n += 1) expect(intake.enter()).to.equal(false);
    expect(intake.underWay).to.equal(UNDER_WAY_MAX);

    intake.leave();
    expect(intake.enter()).to.equal(false);
    while (intake.underWay >= OVERLOADED_MAX) intake.leave();
    expect(intake.enter()).to.equal(true);
    while (log.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      intake.leave();
      expect(intake.enter()).to.equal(true);
    }
    while (intake.underWay < UNDER_WAY_MAX) expect(intake.enter()).to.equal(true);
    expect(log.map(({ msg, turnedAway }) => [msg, turnedAway])).to.deep.equal([
      ['too many callbacks are under way: more are answered busy', undefined],
      ['callbacks are taken in again', BEYOND + 1],
    ]);
  });
});

describe('a gateway with more callbacks under way than it can answer in time', () => {
  let system: System;

  beforeEach(async () => {
    system = await System.start(undefined, [], { GATEWAY_METRICS: '127.0.0.1:0' }, [], false);
  });
  afterEach(() => system.stop());

  it('answers the rest busy while the others wait; sent again, each is applied once', async () => {
    const ebet = new Ebet(system);
    const player = await ebet.player('100000.00');
    system.core.child.kill('SIGSTOP');
    let turnedAway = 0;
    let failed = false;
    const bets: Promise<Answered>[] = [];
    // Each is under way for as long as wallet-core may take: so many at once that it is full soon.
    while (turnedAway < BEYOND && !failed) {
      for (let n = 0; n < 100; n += 1) {
        const bet = player.increaseCredit(1, '-1');
        void bet.then(
          ({ text }) => (turnedAway += /^\{"status":4003,"timestamp":\d{13}\}$/.test(text) ? 1 : 0),
          () => (failed = true),
        );
        bets.push(bet);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Says why.
    if (failed) await Promise.all(bets);
    await system.gateway.prints('too many callbacks are under way');
    const scrape = await Scrape.of(system.gateway);
    expect(scrape.value('single_wallet_gateway_turned_away_total')).to.be.at.least(BEYOND);
    system.core.child.kill('SIGCONT');

    let answers = await Promise.all(bets);
    do {
      const busy = answers.filter(({ json }) => json.status === 4003);
      expect(answers.filter(({ json }) => json.status === 200)).to.have.length(answers.length - busy.length);
      const some = busy.slice(0, AGAIN_AT_ONCE);
      answers = [...(await Promise.all(some.map((bet) => ebet.again(bet)))), ...busy.slice(AGAIN_AT_ONCE)];
    } while (answers.length > 0);
    await player.expectLedger(`${100_000 - bets.length}.00`, ...Array<string>(bets.length).fill('BET -1.00'));
  });
});
