import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Random } from '../simulator/random.js';
import { Clients, Process } from '../system.js';
import { Untrue } from './client-journal.js';
import { Power } from './power-cut.js';
import { cutThePower } from './power-cuts.js';
import { printCuts } from './printout.js';
import { compileShim, temporaryFolder } from './shim.js';

const NORMAL = path.join(import.meta.dirname, 'normal-core.js');

describe('the ledger, when the power goes', () => {
  let folder: string;
  let shim: string;

  before(() => {
    folder = temporaryFolder('power-cut-');
    shim = compileShim(folder, 'power-cut');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('keeps every answer that it gave, through 12 cuts and more', async function () {
    this.timeout(600_000);
    const figures = await cutThePower(12, 1, { shim });
    console.log(printCuts(figures).replace(/^/gm, '      '));
    expect(figures.cuts - figures.atStart).to.equal(12);
    expect(figures.unsynced, 'writes that were not synced').to.be.greaterThan(0);
    expect(figures.lost, 'writes that the cuts took').to.be.greaterThan(0);
    // Two of four are meant to be, and one of these beside a commit; others are by chance.
    expect(figures.inCheckpoint, 'cuts while the WAL was written into the database').to.be.at.least(6);
    expect(figures.besideCommit, 'cuts in the middle of a commit beside that').to.be.at.least(3);
    expect(figures.kept.movements).to.be.greaterThan(1_000);
    expect(figures.kept.verified, 'verifications after a cut').to.equal(12);
  });

  it('would lose answers with synchronous=NORMAL', async () => {
    const lost = await cutThePower(3, 1, { shim, main: NORMAL }).then(
      () => 'nothing',
      (error: unknown) => error,
    );
    expect(lost).to.be.instanceOf(Untrue);
    // Its clients miss them, or the file "acknowledged" has outlived them, or a digest has.
    expect((lost as Untrue).message).to.match(/is lost$|answers were given up to entry|filed digest/);
  });

  it('refuses to start when it has lost answers, which the file "acknowledged" tells a second later', async () => {
    const power = new Power(path.join(folder, 'data'), shim);
    const config = path.join(folder, 'single-wallet.yaml');
    writeFileSync(config, 'data: data\nwalletCore: { listen: "127.0.0.1:0", tokens: off }\n');
    const environment = { SINGLE_WALLET_CONFIG: config, SINGLE_WALLET_DATA: '', WALLET_CORE_LISTEN: '' };
    const start = () => new Process('wallet-core', { ...environment, ...power.environment }, undefined, NORMAL);
    const core = start();
    const clients = new Clients(await core.listening);
    await clients.openChannel('platform/test');
    await power.synced(path.join(folder, 'data', 'acknowledged'));
    clients.close();
    await core.stop('SIGKILL');
    power.cut(new Random(1, 'power'), 'none');
    const refused = await start().listening.catch((error: Error) => error.message);
    expect(refused).to.match(/answers were given up to entry 1:1:\w{64}/);
    expect(refused).to.contain('npx single-wallet restore --help');
  });
});
