import { rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Untrue } from './client-journal.js';
import { compileShim, temporaryFolder } from './power-cut.js';
import { cutThePower } from './power-cuts.js';
import { printCuts } from './printout.js';

const NORMAL = path.join(import.meta.dirname, 'normal-core.js');

describe('the ledger, when the power goes', () => {
  let folder: string;
  let shim: string;

  before(() => {
    folder = temporaryFolder('power-cut-');
    shim = compileShim(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('keeps every answer that it gave, through 12 cuts and more', async function () {
    this.timeout(300_000);
    const figures = await cutThePower(12, 1, { shim });
    console.log(printCuts(figures).replace(/^/gm, '      '));
    expect(figures.cuts - figures.atStart).to.equal(12);
    expect(figures.unsynced, 'writes that were not synced').to.be.greaterThan(0);
    expect(figures.lost, 'writes that the cuts took').to.be.greaterThan(0);
    expect(figures.movements).to.be.greaterThan(1_000);
  });

  it('would lose answers with synchronous=NORMAL', async () => {
    const lost = await cutThePower(3, 1, { shim, main: NORMAL }).then(
      () => 'nothing',
      (error: unknown) => error,
    );
    expect(lost).to.be.instanceOf(Untrue);
    expect((lost as Untrue).message).to.match(/is lost$/);
  });
});
