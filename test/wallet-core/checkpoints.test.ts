import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { CheckpointPlan } from '../../wallet-core/storage/sqlite/checkpoint-plan.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import type { Submission } from '../../wallet-core/storage/port.js';

const MEGABYTE = 2 ** 20;
const CHANNEL = 'platform/test';

function movement(kind: 'BET' | 'DEPOSIT', amount: bigint, reference: string): Submission {
  const one = {
    ...{ player: 'demo', currency: 'CNY', kind, amount, reference, round: '', roundUnsigned: false },
    ...{ providerType: '', names: [], withholding: false, wager: false },
  };
  return { command: { type: 'movements', channel: CHANNEL, movements: [one] }, request: new Uint8Array(0) };
}

function zero(reference: string): Submission {
  // Random, so that it is as large in the WAL.
  return { ...movement('BET', 0n, reference), request: randomBytes(MEGABYTE) };
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
    const reader = new SQLite(ledger, { readonly: true });
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
    const db = new SQLite(ledger, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM movement').pluck().get()).to.equal(made);
    db.close();
    store = await SqliteStore.open({ folder, owner: 'the test' });
  });
});

describe('checkpoints while all movements are read for what is open', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkpoints-'));
  const FRAME_BYTES = 4_120;
  /** A pass begins at 30; a step of the reading may put one off, but not one after the other. */
  const FRAMES_MAX = 600;
  /** They write half as many frames again. */
  const COMMITS_MIN = 150;
  const bets: string[] = [];
  let store: SqliteStore;

  before(async () => {
    await open();
    const request = new Uint8Array(0);
    await store.commit([{ command: { type: 'open-channel', channel: CHANNEL }, request }]);
    await store.commit([{ command: { type: 'open-account', player: 'demo', currency: 'CNY' }, request }]);
    await store.commit([movement('DEPOSIT', 10_000_000n, 'deposit')]);
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function open(): Promise<void> {
    store = await SqliteStore.open({ folder, owner: 'the test', checkpoints: { framesMin: 30, restMax: 8 } });
  }

  async function bet(count: number): Promise<void> {
    const made = Array.from({ length: count }, (_, n) => `bet-${bets.length + n}`);
    const outcomes = await store.commit(made.map((reference) => movement('BET', -1n, reference)));
    expect(outcomes.every(({ status }) => status === 'APPLIED')).to.equal(true);
    bets.push(...made);
  }

  /** Gives how many bets were made while what is open was read. */
  async function readBesideBets(): Promise<number> {
    const before = [...bets];
    let ended = false;
    const filter = { fromMs: 0n, toMs: BigInt(Date.now() + 60_000), limit: 1_000_000 };
    const reading = store.open(filter, new AbortController().signal).finally(() => (ended = true));
    while (!ended) await bet(1);
    const found = (await reading).bets.map(({ record: { reference } }) => reference);
    expect(found.slice(0, before.length), 'what was open before').to.deep.equal(before);
    expect(found).to.deep.equal(bets.slice(0, found.length));
    return bets.length - before.length;
  }

  it('keep the WAL short', async () => {
    // Where the disk is slow, a longer reading sees as many commits.
    for (let beside = 0; beside < COMMITS_MIN;) {
      for (let n = 0; n < 20; n += 1) await bet(500);
      // What is closed has no WAL; later ones only get longer.
      await store.close();
      await open();
      beside = await readBesideBets();
      const frames = statSync(path.join(folder, 'ledger.db-wal')).size / FRAME_BYTES;
      expect(frames, `frames of the WAL after ${beside} commits`).to.be.below(FRAMES_MAX);
    }
  });
});

describe('the plan of checkpoints', () => {
  type Asked = readonly [frames: number, moved: number, step: string];

  const SCENARIOS: readonly (readonly [what: string, asked: readonly Asked[]])[] = [
    [
      'waits until the WAL is long',
      [
        [1, 0, 'WAIT'],
        [3_999, 0, 'WAIT'],
        [4_000, 0, 'PASS'],
      ],
    ],
    [
      'has passes over what was committed meanwhile, and the writer move the rest',
      [
        [4_000, 0, 'PASS'],
        [5_000, 4_000, 'PASS'],
        [5_200, 5_000, 'FINISH'],
      ],
    ],
    [
      'has the writer move what does not get less, however large its groups are',
      [
        [4_000, 0, 'PASS'],
        [5_200, 4_000, 'PASS'],
        [6_000, 5_200, 'PASS'],
        [6_800, 6_000, 'FINISH'],
      ],
    ],
    [
      'has the writer move nothing that a reader of the past has kept in the WAL',
      [
        [4_000, 0, 'PASS'],
        [4_100, 100, 'WAIT'],
        [7_999, 100, 'WAIT'],
        [8_000, 100, 'PASS'],
        [100_000, 100, 'PASS'],
        // He has gone.
        [104_000, 100, 'PASS'],
        [105_000, 104_000, 'PASS'],
        [105_100, 105_000, 'FINISH'],
      ],
    ],
    [
      'begins anew with the WAL',
      [
        [4_000, 0, 'PASS'],
        [4_100, 4_000, 'FINISH'],
        [30, 0, 'WAIT'],
        [4_050, 0, 'PASS'],
        [4_060, 4_050, 'FINISH'],
      ],
    ],
    [
      'tries again when a reader came while the writer moved the rest',
      [
        [4_000, 0, 'PASS'],
        [4_100, 4_000, 'FINISH'],
        [4_200, 4_050, 'WAIT'],
        [8_100, 4_050, 'PASS'],
      ],
    ],
  ];

  for (const [what, asked] of SCENARIOS) {
    it(what, () => {
      const plan = new CheckpointPlan();
      const steps = asked.map(([frames, moved]) => [frames, moved, plan.next(frames, moved)]);
      expect(steps).to.deep.equal(asked);
    });
  }
});
