import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { Process } from '../system.js';
import { movements, TestCore } from './core.js';

describe('the ledger has one owner', () => {
  let core: TestCore;

  beforeEach(async () => (core = await TestCore.start('100.00')));
  afterEach(() => core.stop());

  /** The content of every file of the data folder, but for where SQLite marks who reads: the owner does that of its own accord. */
  function files(): Record<string, string> {
    const hash = (name: string) =>
      createHash('sha256')
        .update(readFileSync(path.join(core.data, name)))
        .digest('hex');
    const names = readdirSync(core.data).filter((name) => name !== 'ledger.db-shm');
    return Object.fromEntries(names.map((name) => [name, hash(name)]));
  }

  /** Starts a core that must not come up; what it said. */
  async function failsToStart(environment = core.environment): Promise<string> {
    const process = new Process('wallet-core', environment);
    const came = await Promise.race([process.listening, process.ended]).catch(() => process.ended);
    if (typeof came === 'string') await process.stop();
    expect(came, 'the exit code').to.equal(1);
    return process.output;
  }

  /** Stops the core and does something to the file of its ledger. */
  async function meanwhile(change: (file: string) => void): Promise<void> {
    await core.end();
    change(path.join(core.data, 'ledger.db'));
  }

  function inFile(file: string, sql: string): void {
    const db = new SQLite(file);
    db.exec(sql);
    db.close();
  }

  it('a second one refuses to start, names the first, and touches nothing', async () => {
    await core.post(movements({}));
    const before = files();
    const output = await failsToStart();
    expect(output).to.contain(`the ledger is owned by process ${core.process.child.pid}, started `);
    expect(output).to.contain('stop that first, or name another data folder');
    expect(files()).to.deep.equal(before);
    expect(await core.clients.balance()).to.equal('20.00');
  });

  it('a second one starts after the first was killed', async () => {
    await core.post(movements({}));
    await core.restart('SIGKILL');
    expect(await core.clients.balance()).to.equal('20.00');
  });

  it('a second one starts after the first has stopped', async () => {
    await core.post(movements({}));
    await core.restart('SIGTERM');
    expect(await core.clients.balance()).to.equal('20.00');
  });

  it('a ledger of a newer version is refused and left as it is', async () => {
    await meanwhile((file) => inFile(file, 'PRAGMA user_version = 99'));
    const before = files()['ledger.db'];
    const output = await failsToStart();
    expect(output).to.contain('was written by a newer single-wallet (schema 99, this one knows ');
    expect(output).to.contain(path.join(core.data, 'ledger.db'));
    expect(files()['ledger.db']).to.equal(before);
  });

  const FOREIGN: readonly (readonly [what: string, sql: string])[] = [
    ['with a schema version of its own', 'CREATE TABLE theirs (x); PRAGMA user_version = 1'],
    ['with an application id of its own', 'CREATE TABLE theirs (x); PRAGMA application_id = 7'],
    ['without any mark', 'CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)'],
  ];
  for (const [what, sql] of FOREIGN) {
    it(`a database of another program ${what} is refused and left as it is`, async () => {
      const data = path.join(core.folder, 'foreign');
      mkdirSync(data);
      inFile(path.join(data, 'ledger.db'), sql);
      const before = readFileSync(path.join(data, 'ledger.db'));
      const output = await failsToStart({ ...core.environment, SINGLE_WALLET_DATA: data });
      expect(output).to.contain(`${path.join(data, 'ledger.db')}: is not a ledger of single-wallet`);
      expect(readFileSync(path.join(data, 'ledger.db')).equals(before), 'unchanged').to.equal(true);
    });
  }

  it('a file that is no database is refused and left as it is', async () => {
    const data = path.join(core.folder, 'foreign');
    mkdirSync(data);
    const text = 'These are the notes of somebody who named them so. '.repeat(100);
    writeFileSync(path.join(data, 'ledger.db'), text);
    const output = await failsToStart({ ...core.environment, SINGLE_WALLET_DATA: data });
    expect(output).to.contain('file is not a database');
    expect(output).to.contain(data);
    expect(readFileSync(path.join(data, 'ledger.db'), 'utf8')).to.equal(text);
  });

  it('a file that cannot be opened is named, with the reason', async () => {
    const data = path.join(core.folder, 'foreign');
    mkdirSync(path.join(data, 'ledger.db'), { recursive: true });
    const output = await failsToStart({ ...core.environment, SINGLE_WALLET_DATA: data });
    expect(output).to.contain(`${path.join(data, 'ledger.db')}: unable to open database file`);
  });

  it('an address in use is a clear error, and the ledger stays free for the next', async () => {
    const data = path.join(core.folder, 'second');
    const environment = { ...core.environment, SINGLE_WALLET_DATA: data };
    const output = await failsToStart({ ...environment, WALLET_CORE_LISTEN: core.clients.address });
    expect(output).to.contain('EADDRINUSE');
    expect(output).to.contain(core.clients.address);
    const second = new Process('wallet-core', environment);
    await second.listening;
    expect(await second.stop()).to.equal(0);
  });
});
