import { randomBytes } from 'node:crypto';
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Command } from '../../wallet-core/domain/command.js';
import type { Outcome } from '../../wallet-core/domain/outcome.js';
import { openWriter } from '../../wallet-core/storage/sqlite/connection.js';
import { Importer } from '../../wallet-core/storage/sqlite/importer.js';
import { eraKey, referenceKey } from '../../wallet-core/storage/sqlite/keys.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import {
  ERA_REFERENCES,
  ReferenceFilter,
  ReferenceFilters,
} from '../../wallet-core/storage/sqlite/reference-filter.js';
import { ReferenceWriter } from '../../wallet-core/storage/sqlite/reference-writer.js';
import { migrate } from '../../wallet-core/storage/sqlite/schema.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { temporaryFolder } from '../torture/shim.js';
import { inLedger } from './core.js';
import { CHANNEL, deposit, move, openAccount, refund } from './scenario.js';
import { Forger } from './tampering.js';

const THROWING_RULES = new URL('throwing-rules.js', import.meta.url);
const NO_KEY = Buffer.alloc(0);
const keys = (count: number) => Array.from({ length: count }, () => randomBytes(16));

describe('filters of references', () => {
  const filterOf = (added: readonly Buffer[]) => ReferenceFilter.empty().with(added);

  it('say yes to every key that was added, and to few others', () => {
    const filters = new ReferenceFilters();
    const added = keys(ERA_REFERENCES);
    filters.add(0, filterOf(added));
    expect(added.filter((key) => filters.erasOf(key, 1).length !== 1)).to.deep.equal([]);
    const wrong = keys(100_000).filter((key) => !filters.denies(0, key)).length;
    expect(wrong, 'of 100,000; about 57').to.be.below(200);
  });

  it('tell of 70 eras which ones may have a key, the newest first', () => {
    const filters = new ReferenceFilters();
    const twice = randomBytes(16);
    const added = keys(70);
    for (const [era, key] of added.entries()) {
      filters.add(era, era === 3 || era === 68 ? filterOf([key, twice]) : filterOf([key]));
    }
    expect(added.map((key) => filters.erasOf(key, 70))).to.deep.equal(added.map((_, era) => [era]));
    expect(filters.erasOf(twice, 70)).to.deep.equal([68, 3]);
    expect(filters.erasOf(randomBytes(16), 70)).to.deep.equal([]);
  });

  it('are taken back only as they were kept, and for their own era', () => {
    const [key = Buffer.alloc(0)] = keys(1);
    const filter = filterOf([key]);
    const bytes = Buffer.from(filter.bytes);
    const kept = { count: 1n, filter: bytes, hash: filter.hash(7, 1n) };
    expect(ReferenceFilter.kept(7, kept)?.bytes).to.deep.equal(bytes);
    expect(ReferenceFilter.kept(8, kept)).to.equal(undefined);
    expect(ReferenceFilter.kept(7, { ...kept, count: 2n })).to.equal(undefined);
    expect(ReferenceFilter.kept(7, { ...kept, filter: bytes.subarray(1) })).to.equal(undefined);
    bytes[bytes.findIndex((byte) => byte !== 0)] = 0;
    expect(ReferenceFilter.kept(7, kept)).to.equal(undefined);
  });
});

/** On a ledger whose eras end with every ten references: what it holds lies in many. */
describe('references in many eras', () => {
  const BETS = 200;
  const bets = Array.from({ length: BETS }, (_, n) => move({ reference: `bet-${n}`, amount: -100n }));
  let folder: string;
  let store: SqliteStore;
  let first: readonly Outcome[];

  beforeEach(async () => {
    folder = temporaryFolder('references-');
    await open();
    for (const channel of [CHANNEL, 'platform/test']) await commit({ type: 'open-channel', channel });
    await commit(openAccount());
    await commit(deposit(1_000_000n));
    first = [];
    for (const bet of bets) first = [...first, ...(await commit(bet))];
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function open(rules?: URL): Promise<void> {
    store = await SqliteStore.open({ folder, owner: 'the test', eraReferences: 10, ...(rules ? { rules } : {}) });
  }

  async function reopened(change: (forger: Forger) => void = () => {}): Promise<void> {
    await store.close();
    const db = new SQLite(path.join(folder, 'ledger.db'));
    change(new Forger(db));
    db.close();
    await open();
  }

  /** What is there keeps a store from opening, and the end of the test closes one. */
  async function openAnew(): Promise<void> {
    for (const name of ['ledger.db', 'acknowledged']) rmSync(path.join(folder, name));
    await open();
  }

  const commit = (...commands: readonly Command[]) =>
    store.commit(commands.map((command) => ({ command, request: new Uint8Array(0) })));
  const balance = () => store.queries.balance('demo', 'CNY');
  const count = (sql: string) => inLedger(folder, (db) => db.prepare<[], bigint>(sql).pluck().get());
  const eras = () => count('SELECT count(*) FROM reference_era');
  const findings = async () => {
    const { findings } = await store.verify(undefined, () => {}, new AbortController().signal);
    return findings.map(({ check, subject, seen }) => `${check} ${subject}: ${seen}`);
  };
  const era = (reference: string) =>
    inLedger(folder, (db) =>
      db
        .prepare<[string], Buffer>(
          'SELECT key FROM reference WHERE movement_id = (SELECT id FROM movement WHERE reference = ?)',
        )
        .pluck()
        .get(reference)
        ?.readUIntBE(0, 3),
    );

  /** All of them again, from the oldest to the newest. */
  async function expectFirstAnswers(): Promise<void> {
    const before = await balance();
    for (const [n, bet] of bets.entries()) expect(await commit(bet), `bet-${n}`).to.deep.equal([first[n]]);
    expect(await balance()).to.equal(before);
  }

  it('are where they were written, and proved', async () => {
    expect(eras()).to.equal(20n);
    expect([era('bet-0'), era('bet-8'), era('bet-9'), era('bet-199')]).to.deep.equal([0, 0, 1, 20]);
    expect(await findings()).to.deep.equal([]);
  });

  it('answer every repeat with the first answer, without a second debit, also after a restart', async () => {
    await expectFirstAnswers();
    await reopened();
    await expectFirstAnswers();
    expect(await findings()).to.deep.equal([]);
  });

  it('are found by queries, which know as well what there is not', async () => {
    const { movements, unread } = await store.queries.lastByReferences(CHANNEL, ['bet-0', 'none', 'bet-199']);
    expect(movements.map(({ record }) => record.reference)).to.deep.equal(['bet-0', 'bet-199']);
    expect(unread).to.deep.equal([]);
    expect(await store.queries.movementByReference(CHANNEL, 'none')).to.equal(undefined);
  });

  it('are looked for by queries through the filters of the one who writes, also of eras that ended since', async () => {
    for (let n = 0; eras() !== 40n; n += 1) await commit(move({ reference: `more-${n}`, amount: -1n }));
    const found = async (reference: string) =>
      (await store.queries.movementByReference(CHANNEL, reference)) !== undefined;
    expect([await found('bet-30'), await found('bet-31')]).to.deep.equal([true, true]);
    const db = new SQLite(path.join(folder, 'ledger.db'));
    for (const [reference, era] of [
      ['bet-30', 5],
      ['bet-31', 38],
    ] as const) {
      const key = referenceKey(CHANNEL, reference);
      new Forger(db).run('UPDATE reference SET key = ? WHERE key = ?', eraKey(era, key), eraKey(3, key));
    }
    db.close();
    expect([await found('bet-30'), await found('bet-31')], 'where the filters deny them').to.deep.equal([false, false]);
  });

  it('are refunded from an old era once', async () => {
    const back = (reference: string) => refund({ reference }, { reference: 'bet-3', amount: 100n });
    await commit(back('refund-1'));
    await commit(back('refund-2'));
    expect(await balance()).to.equal(1_000_000n - 100n * BigInt(BETS) + 100n);
  });

  it('are found without a filter that can be relied on', async () => {
    await reopened((forger) => {
      forger.run("UPDATE reference_era SET filter = x'' WHERE id = 2");
      forger.run('UPDATE reference_era SET filter = zeroblob(length(filter)) WHERE id = 3');
      forger.run(
        'UPDATE reference_era SET (filter, hash) = (SELECT filter, hash FROM reference_era WHERE id = 5) WHERE id = 4',
      );
    });
    await expectFirstAnswers();
    expect(await findings()).to.deep.equal([
      'REFERENCES filter of era 3: another',
      'REFERENCES filter of era 4: another',
    ]);
  });

  it('go on in the next era when the last one was full at the stop', async () => {
    for (let n = 0; eras() !== 21n; n += 1) await commit(move({ reference: `more-${n}`, amount: -100n }));
    await reopened();
    await commit(move({ reference: 'after', amount: -100n }));
    expect(era('after')).to.equal(21);
    await reopened();
    await commit(move({ reference: 'after', amount: -100n }));
    expect(count("SELECT count(*) FROM movement WHERE reference = 'after'")).to.equal(1n);
  });

  it('end no era by what was rolled back: nothing is debited twice after that', async () => {
    for (let n = 0; eras() !== 21n; n += 1) await commit(move({ reference: `more-${n}`, amount: -100n }));
    await store.close();
    await open(THROWING_RULES);
    const group = Array.from({ length: 15 }, (_, n) => move({ reference: `late-${n}`, amount: -100n }));
    const error = await commit(...group, move({ reference: 'throws' })).catch((error: unknown) => error);
    expect(error).to.be.an('error');
    await commit(openAccount('yoko'));
    expect(eras()).to.equal(21n);
    await reopened();
    const late = move({ reference: 'late', amount: -100n });
    const [answer] = await commit(late);
    await reopened();
    expect(await commit(late)).to.deep.equal([answer]);
    expect(count("SELECT count(*) FROM movement WHERE reference = 'late'")).to.equal(1n);
    expect((await commit(...group)).map(({ status }) => status)).to.deep.equal(group.map(() => 'APPLIED'));
    expect(eras()).to.equal(22n);
    expect(await findings()).to.deep.equal([]);
    await expectFirstAnswers();
  });

  it('keep what is written on a disk that had no room for the end of an era', async () => {
    await store.close();
    const db = new SQLite(path.join(folder, 'ledger.db'));
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.close();
    const writer = openWriter(path.join(folder, 'ledger.db'), 'FULL');
    writer.pragma(`max_page_count = ${pages + 20}`);
    const references = new ReferenceWriter(writer, 10);
    const held = keys(20);
    const commits = held.map((key, n) => {
      references.begin();
      writer.exec('BEGIN IMMEDIATE');
      try {
        references.insert(key, BigInt(n));
        const written = references.beforeCommit();
        writer.exec('COMMIT');
        written();
        return 'committed';
      } catch (error) {
        if (writer.inTransaction) writer.exec('ROLLBACK');
        return (error as { code: string }).code;
      }
    });
    expect(commits.slice(8)).to.deep.equal(Array(12).fill('SQLITE_FULL'));
    expect(commits.slice(0, 8)).to.deep.equal(Array(8).fill('committed'));
    writer.pragma('max_page_count = 1000000');
    expect(held.map((key) => references.find(key))).to.deep.equal(held.map((_, n) => (n < 8 ? BigInt(n) : undefined)));
    writer.close();
    await open();
  });

  for (const [what, told, tamper] of [
    [
      'that are missing in an era',
      'it has no references of era 7',
      (forger: Forger) =>
        forger.run('DELETE FROM reference WHERE key BETWEEN ? AND ?', eraKey(7, NO_KEY), eraKey(8, NO_KEY)),
    ],
    [
      'of an era that has not begun',
      'it has references of era 99, and era 20 grows',
      (forger: Forger) => forger.run('INSERT INTO reference VALUES (?, 1)', eraKey(99, randomBytes(16))),
    ],
  ] as const) {
    it(`${what} keep wallet-core from starting, because look-ups would miss some`, async () => {
      expect(await reopened(tamper).catch((error: Error) => error.message)).to.include(told);
      await openAnew();
    });
  }

  it('of an era that has not begun are found by verify, when they are written meanwhile', async () => {
    const db = new SQLite(path.join(folder, 'ledger.db'));
    const forger = new Forger(db);
    forger.run('INSERT INTO reference VALUES (?, ?)', eraKey(99, randomBytes(16)), forger.id('bet-3'));
    db.close();
    expect(await findings()).to.include('REFERENCES reference in the table: a later one');
    await reopened((forger) => forger.run('DELETE FROM reference WHERE key > ?', eraKey(99, NO_KEY)));
  });

  it('are in a backup, with their eras', async () => {
    const backup = await store.backup(() => {}, new AbortController().signal);
    await store.close();
    copyFileSync(backup.path, path.join(folder, 'ledger.db'));
    await open();
    await expectFirstAnswers();
    expect(await findings()).to.deep.equal([]);
  });

  it('of an era that is missing among those that have ended keep wallet-core from starting', async () => {
    const start = reopened((forger) => forger.run('DELETE FROM reference_era WHERE id = 7'));
    expect(await start.catch((error: Error) => error.message)).to.include(
      '19 eras of its references have ended, of which the last has the number 19',
    );
    await openAnew();
  });

  it('that two movements hold in two eras are found by verify', async () => {
    await reopened((forger) => {
      const later = forger.id('bet-150');
      forger.run("UPDATE movement SET reference = 'bet-5' WHERE id = ?", later);
      forger.run('DELETE FROM reference WHERE movement_id = ?', later);
      forger.run('INSERT INTO reference VALUES (?, ?)', eraKey(15, referenceKey(CHANNEL, 'bet-5')), later);
    });
    const id = count("SELECT min(id) FROM movement WHERE reference = 'bet-5'");
    expect(await findings()).to.include(`REFERENCES reference in the table: record ${id}`);
  });

  it('that their filter says no to are found by verify, and so is another count than that of their era', async () => {
    const without = ReferenceFilter.empty();
    await reopened((forger) => {
      const kept = [Buffer.from(without.bytes), without.hash(7, 11n)] as const;
      forger.run('UPDATE reference_era SET count = 11, filter = ?, hash = ? WHERE id = 7', ...kept);
    });
    expect(new Set(await findings())).to.deep.equal(
      new Set(['REFERENCES reference in the filter: none', 'REFERENCES references of era 7: 10']),
    );
  });

  it('that a filter says no to which was exchanged since the start are found by verify', async () => {
    const db = new SQLite(path.join(folder, 'ledger.db'));
    const without = ReferenceFilter.empty();
    const kept = [Buffer.from(without.bytes), without.hash(7, 10n)] as const;
    new Forger(db).run('UPDATE reference_era SET filter = ?, hash = ? WHERE id = 7', ...kept);
    db.close();
    const found = await findings();
    expect(found).to.have.length(10);
    expect(new Set(found)).to.deep.equal(new Set(['REFERENCES reference in the filter: none']));
  });
});

/** On a ledger of which each era has several pages. */
describe('references on a page that cannot be read', () => {
  const commands = Array.from({ length: 2_500 }, (_, n) => move({ reference: `bet-${n}`, amount: -1n }));
  const request = new Uint8Array(0);
  let folder: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = temporaryFolder('references-');
    await open();
    const first: Command[] = ['platform/test', CHANNEL].map((channel) => ({ type: 'open-channel', channel }));
    await store.commit([...first, openAccount(), deposit(1_000_000n)].map((command) => ({ command, request })));
    for (let n = 0; n < commands.length; n += 100) {
      await store.commit(commands.slice(n, n + 100).map((command) => ({ command, request })));
    }
    await store.close();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function open(): Promise<void> {
    store = await SqliteStore.open({ folder, owner: 'the test', eraReferences: 1_000 });
  }

  /** Fills a page with zeros, which is nothing that SQLite writes: of those of this kind the third. */
  function spoil(table: string, kind: 'leaf' | 'overflow'): void {
    const sql = 'SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path LIMIT 1 OFFSET 2';
    const { page, size } = inLedger(folder, (db) => ({
      page: Number(db.prepare(sql).pluck().get(table, kind)),
      size: Number(db.pragma('page_size', { simple: true })),
    }));
    const file = openSync(path.join(folder, 'ledger.db'), 'r+');
    writeSync(file, Buffer.alloc(size), 0, size, (page - 1) * size);
    closeSync(file);
  }

  /** What comes of sending each again: its own first answer, or a fault. */
  async function repeat(): Promise<{ readonly faults: number; readonly balance: bigint | undefined }> {
    let faults = 0;
    for (const command of commands) {
      await store.commit([{ command, request }]).catch((error: Error) => {
        expect(error.message).to.include('malformed');
        faults += 1;
      });
    }
    return { faults, balance: await store.queries.balance('demo', 'CNY') };
  }

  it('are a fault, and never free to be used again', async () => {
    spoil('reference', 'leaf');
    await open();
    const { faults, balance } = await repeat();
    expect(faults).to.be.within(50, 300);
    expect(balance).to.equal(997_500n);
  });

  it('are looked for without a filter, if it is that which cannot be read, and verify says so', async () => {
    spoil('reference_era', 'overflow');
    await open();
    expect(await repeat()).to.deep.equal({ faults: 0, balance: 997_500n });
    const { findings } = await store.verify(undefined, () => {}, new AbortController().signal);
    expect(findings.map(({ subject, seen }) => `${subject}: ${seen}`)).to.deep.equal([
      'filter of era 0: none that can be read',
    ]);
  });
});

describe('the table of references', () => {
  it('is made anew, in eras of its own, from an export', async () => {
    const [folder, made] = [temporaryFolder('references-'), temporaryFolder('references-')];
    const store = await SqliteStore.open({ folder, owner: 'the test', eraReferences: 10 });
    const commands: Command[] = ['platform/test', CHANNEL].map((channel) => ({ type: 'open-channel', channel }));
    commands.push(openAccount(), deposit(1_000n));
    for (let n = 0; n < 50; n += 1) commands.push(move({ reference: `bet-${n}`, amount: -1n }));
    for (const command of commands) await store.commit([{ command, request: new Uint8Array(0) }]);
    const importer = new Importer(path.join(made, 'ledger.db'), 10);
    const { signal } = new AbortController();
    const parts: Uint8Array[] = [];
    for await (const { bytes } of store.export(signal)) parts.push(bytes);
    for (const line of Buffer.concat(parts).toString().trimEnd().split('\n')) importer.take(Buffer.from(line));
    importer.close();
    await store.close();
    const eras = (data: string) =>
      inLedger(data, (db) => db.prepare<[], bigint>('SELECT count(*) FROM reference_era').pluck().get());
    expect([eras(folder), eras(made)], 'an import commits seldom').to.deep.equal([5n, 1n]);
    const copy = await SqliteStore.open({ folder: made, owner: 'the test', eraReferences: 10 });
    const request = new Uint8Array(0);
    await copy.commit([{ command: move({ reference: 'bet-0', amount: -1n }), request }]);
    expect(await copy.queries.balance('demo', 'CNY')).to.equal(950n);
    const { findings } = await copy.verify(undefined, () => {}, signal);
    expect(findings).to.deep.equal([]);
    await copy.close();
    for (const each of [folder, made]) rmSync(each, { recursive: true });
  });

  it('takes no reference twice, whatever the rules say', () => {
    const folder = temporaryFolder('references-');
    const db = openWriter(path.join(folder, 'ledger.db'), 'FULL');
    migrate(db);
    const references = new ReferenceWriter(db, 3);
    const held = keys(10);
    for (const [n, key] of held.entries()) {
      references.begin();
      references.insert(key, BigInt(n));
      references.beforeCommit()();
    }
    const [oldest = Buffer.alloc(0)] = held;
    expect(() => references.insert(oldest, 99n)).to.throw('the reference of movement 99 is that of movement 0');
    expect(() => references.insert(held.at(-1) ?? oldest, 99n)).to.throw('UNIQUE constraint failed');
    expect(held.map((key) => references.find(key))).to.deep.equal(held.map((_, n) => BigInt(n)));
    db.close();
    rmSync(folder, { recursive: true });
  });
});
