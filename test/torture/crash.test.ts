import { expect } from 'chai';
import { together } from './kept.js';
import { printFigures, sumOf } from './printout.js';
import { torture } from './torture.js';

describe('the system, killed under full load', () => {
  it('keeps every answer that it gave, through 20 kills', async function () {
    this.timeout(600_000);
    const started = Date.now();
    const figures = await torture(20, 1);
    console.log(printFigures(figures, (Date.now() - started) / 1000).replace(/^/gm, '      '));
    const { kills, midCall, inCheckpoint, kept } = figures;
    expect(sumOf(kills)).to.equal(20);
    // At two of the five moments that kills take turns with, and at one; others fall there by chance.
    expect(midCall, 'kills in the middle of a call').to.be.at.least(8);
    expect(inCheckpoint, 'kills while the WAL was written into the database').to.be.at.least(4);
    expect(together(kept).movements).to.be.greaterThan(1_000);
    expect(together(kept).verified, 'verifications after a restart').to.equal(20);
  });
});
