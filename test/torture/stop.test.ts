import { expect } from 'chai';
import { printStops } from './printout.js';
import { STOPPED, stopUnderLoad } from './stops.js';

/** What `npm start` gives both processes, before it kills them. */
const STOP_MS_MAX = 10_000;

describe('the system, told to stop under full load', () => {
  it('answers every call that it took, loses nothing and leaves one file, 3 times', async function () {
    this.timeout(300_000);
    const figures = await stopUnderLoad(3, 1);
    console.log(printStops(figures).replace(/^/gm, '      '));
    expect(figures.stops).to.deep.equal(Object.fromEntries(STOPPED.map((name) => [name, 1])));
    expect(figures.answered, 'answers after the signal').to.be.greaterThan(0);
    expect(figures.stopMs).to.be.below(STOP_MS_MAX);
    expect(figures.kept.movements).to.be.greaterThan(500);
    expect(figures.kept.verified, 'verifications after a start').to.equal(3);
  });
});
