import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import Database from 'better-sqlite3';
import { Checkpoints } from '../../wallet-core/storage/sqlite/checkpoints.js';
import { openWriter } from '../../wallet-core/storage/sqlite/connection.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import type { Submission } from '../../wallet-core/storage/port.js';

const MEGABYTE = 2 ** 20;
const CHANNEL = 'platform/test';

function zero(reference: string): Submission {
  const movement = {
    ...{
      player: 'demo',
      currency: 'CNY',
      kind: 'BET' as const,
      amount: 0n,
      reference,
      round: '',
      roundUnsigned: false,
    },
    ...{ providerType: '', names: [], withholding: false, wager: false },
  };
  // Random, so that it is as large in the WAL.
  return { command: { type: 'movements', channel: CHANNEL, movements: [movement] }, request: randomBytes(MEGABYTE) };
}

describe('checkpoints beside the commits', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkpoints-'));
  const ledger = path.join(folder, 'ledger.db');
  const wal = `${ledger}-wal`;
  const saltsOf = () => readFileSync(wal).toString('hex', 16, 24);
  let store: SqliteStore;
  let made = 0;

  before(async () => {
    store = await SqliteStore.open({ folder, owner: 'the test' });
    const request = new Uint8Array(0);
    await store.commit([{ command: { type: 'open-channel', channel: CHANNEL }, request }]);
    await store.commit([{ command: { type: 'open-account', player: 'demo', currency: 'CNY' }, request }]);
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function commit(): Promise<void> {
    const [outcome] = await store.commit([zero(`zero-${(made += 1)}`)]);
    expect(outcome?.status).to.equal('APPLIED');
  }

  it('write the WAL into the database and begin it anew while commits go on', async () => {
    const first = saltsOf();
    while (saltsOf() === first) await commit();
    const database = statSync(ledger).size;
    expect(database, 'bytes of the database').to.be.above(8 * MEGABYTE);
    const second = saltsOf();
    while (saltsOf() === second) await commit();
    expect(statSync(ledger).size).to.be.above(database);
    expect(statSync(wal).size, 'bytes of the WAL').to.be.below(made * MEGABYTE);
  });

  it('wait for a reader of the past, and go on after it', async () => {
    const reader = new Database(ledger, { readonly: true });
    reader.exec('BEGIN');
    const seen = reader.prepare('SELECT count(*) FROM movement').pluck().get();
    const before = saltsOf();
    for (let n = 0; n < 40; n += 1) await commit();
    expect(reader.prepare('SELECT count(*) FROM movement').pluck().get()).to.equal(seen);
    expect(saltsOf()).to.equal(before);
    reader.close();
    while (saltsOf() === before) await commit();
  });

  it('leave one file when the ledger is closed', async () => {
    await store.close();
    expect(statSync(wal, { throwIfNoEntry: false })?.size ?? 0).to.equal(0);
    const db = new Database(ledger, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM movement').pluck().get()).to.equal(made);
    db.close();
    store = await SqliteStore.open({ folder, owner: 'the test' });
  });

  it('are the work of the writer when the passes beside it do not keep up', () => {
    const file = path.join(folder, 'other.db');
    const db = openWriter(file, 'FULL');
    db.exec('CREATE TABLE chunk (bytes BLOB) STRICT');
    const checkpoints = new Checkpoints(db, { min: 2_000, rest: -1, max: 2_000 });
    const insert = db.prepare('INSERT INTO chunk VALUES (?)');
    const salts = () => readFileSync(`${file}-wal`).toString('hex', 16, 24);
    const first = salts();
    while (salts() === first) {
      insert.run(randomBytes(MEGABYTE));
      checkpoints.afterCommit();
    }
    const wal = statSync(`${file}-wal`).size;
    expect(wal, 'bytes of the WAL').to.be.within(2_000 * 4_096, 2_300 * 4_200);
    checkpoints.stop();
    db.close();
  });
});
