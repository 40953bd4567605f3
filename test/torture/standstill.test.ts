import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { ClockRoom, HOUR_MS } from './clock-jumps.js';
import { printClock, printStandstills } from './printout.js';
import { compileShim, temporaryFolder } from './shim.js';
import { standStill } from './standstill.js';

describe('the system, when time does not run as it should', function () {
  this.timeout(120_000);
  let folder: string;
  let room: ClockRoom;
  /** It takes 10 seconds of doing nothing, so it runs beside the others. */
  let still: ReturnType<typeof standStill>;

  before(async () => {
    folder = temporaryFolder('clock-');
    still = standStill('wallet-core', 10_000, 1);
    still.catch(() => {});
    room = await ClockRoom.open(compileShim(folder, 'clock'));
  });
  after(async () => {
    await still.catch(() => {});
    await room.close();
    rmSync(folder, { recursive: true });
  });

  it('goes on in the order of the journal while its clock jumps back and forward under load, and over a restart', async () => {
    await room.expectSeen();
    const valid = await room.token(2 * 3600);
    await room.jump(-HOUR_MS);
    expect(await room.logIn(valid)).to.equal('LOGGED_IN');
    await room.restart();
    await room.expectSeen();
    await room.jump(0);
    const short = await room.token(1800);
    await room.jump(HOUR_MS);
    expect(await room.logIn(valid)).to.equal('LOGGED_IN');
    expect(await room.logIn(short), 'after its time').to.equal('INVALID_TOKEN');
    await room.jump(0);
    await room.restart();
    expect(await room.logIn(short), 'back in its time').to.equal('INVALID_TOKEN');
    await room.expectSeen();
  });

  it('answers in time what waits for wallet-core while the clock jumps, and applies none of it later', async () => {
    await room.jumpWhileCallsHang(-HOUR_MS);
    await room.jumpWhileCallsHang(0);
    const figures = room.end();
    console.log(printClock(figures).replace(/^/gm, '      '));
    expect(figures.absent).to.be.greaterThan(5);
    expect(figures.kept.verified, 'verifications').to.equal(8);
  });

  it('answers busy in time while wallet-core stands still for 10 s, applies none of that later, and goes on by itself', async () => {
    const figures = await still;
    console.log(printStandstills([figures]).replace(/^/gm, '      '));
    expect(figures.answered).to.be.greaterThan(50);
    expect(figures.absent).to.be.greaterThan(50);
    expect(figures.resumedMs).to.be.below(2_000);
    expect(figures.kept.verified, 'verifications').to.equal(1);
  });

  it('gives every call its answer when the gateway has stood still', async () => {
    const figures = await standStill('gateway', 1_000, 1);
    expect(figures.kept.movements).to.be.greaterThan(50);
    expect(figures.kept.verified, 'verifications').to.equal(1);
    expect(figures.resumedMs).to.be.below(2_000);
  });
});
