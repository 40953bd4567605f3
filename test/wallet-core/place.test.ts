import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { own } from '../../wallet-core/storage/sqlite/owner.js';
import { intoEmptyPlace } from '../../wallet-core/storage/sqlite/place.js';
import { Process } from '../system.js';

describe('an empty place for a ledger', () => {
  let folder: string;
  let data: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'place-'));
    data = path.join(folder, 'new', 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const build = (file: string) => writeFileSync(file, 'built');
  const failure = (what: Promise<unknown>) =>
    what.then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );

  it('gets the ledger when it is whole, for its owner to read alone', async () => {
    await intoEmptyPlace(data, 'a test', (file) => {
      build(file);
      expect(readdirSync(data)).not.to.include('ledger.db');
    });
    expect(readFileSync(path.join(data, 'ledger.db'), 'utf8')).to.equal('built');
    expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
    expect(statSync(path.join(data, 'ledger.db')).mode & 0o777).to.equal(0o600);
    expect(statSync(data).mode & 0o777).to.equal(0o700);
  });

  for (const name of ['ledger.db', 'ledger.db-wal', 'acknowledged']) {
    it(`is none where there is ${name}, which stays as it is`, async () => {
      mkdirSync(data, { recursive: true });
      writeFileSync(path.join(data, name), 'theirs');
      expect(await failure(intoEmptyPlace(data, 'a test', build))).to.equal(
        `${data}: has a ledger (${name}); name a folder that has none, or move that ledger away first`,
      );
      expect(readdirSync(data)).to.deep.equal([name]);
      expect(readFileSync(path.join(data, name), 'utf8')).to.equal('theirs');
    });
  }

  it('is none while somebody owns it', async () => {
    mkdirSync(data, { recursive: true });
    const ownership = own(path.join(data, 'owner.db'), 'somebody');
    expect(await failure(intoEmptyPlace(data, 'a test', build))).to.contain(
      'the ledger is owned by somebody; stop that',
    );
    ownership.release();
    await intoEmptyPlace(data, 'a test', build);
  });

  it('is as it was when the building fails: a new folder is gone, the content of another is left', async () => {
    const fail = (file: string) => {
      for (const end of ['', '-wal', '-shm']) writeFileSync(file + end, 'half');
      throw new Error('no more bricks');
    };
    expect(await failure(intoEmptyPlace(data, 'a test', fail))).to.equal('no more bricks');
    expect(readdirSync(folder)).to.deep.equal([]);
    mkdirSync(data, { recursive: true });
    writeFileSync(path.join(data, 'keys.pem'), 'theirs');
    expect(await failure(intoEmptyPlace(data, 'a test', fail))).to.equal('no more bricks');
    expect(readdirSync(data).sort()).to.deep.equal(['keys.pem', 'owner.db']);
  });

  it('is no place to begin an empty ledger after an interruption, until it is built or cleared', async () => {
    mkdirSync(data, { recursive: true });
    writeFileSync(path.join(data, 'unfinished.db'), 'half');
    writeFileSync(path.join(data, 'unfinished.db-wal'), 'half');
    const config = path.join(folder, 'single-wallet.yaml');
    writeFileSync(config, 'data: new/data\nwalletCore: { listen: "127.0.0.1:0", tokens: off }\n');
    const core = new Process('wallet-core', { SINGLE_WALLET_CONFIG: config, SINGLE_WALLET_DATA: '' });
    expect(await core.ended).to.equal(1);
    expect(core.output).to.contain('was interrupted; run that again, or remove unfinished.db to begin an empty ledger');
    await intoEmptyPlace(data, 'a test', build);
    expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
  });
});
