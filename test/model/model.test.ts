import { expect } from 'chai';
import { playOnCore, playThroughKills } from './play.js';
import { expectedNames } from './tally.js';

describe('wallet-core, held against the model', () => {
  it('agrees with it in 2,000 random histories side by side, in which everything comes up', async function () {
    this.timeout(300_000);
    const tally = await playOnCore({ count: 2_000, seed: 1 });
    console.log(tally.print().replace(/^/gm, '      '));
    expect(tally.histories).to.equal(2_000);
    for (const name of expectedNames()) expect(tally.counts.get(name) ?? 0, name).to.be.greaterThan(0);
  });

  it('agrees with it when it is killed between the parts of a history', async () => {
    const tally = await playThroughKills({ count: 5, seed: 1 });
    expect(tally.histories).to.equal(5);
  });
});
