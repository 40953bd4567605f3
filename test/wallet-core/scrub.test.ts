import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { DigestLog } from '../../wallet-core/digest-log.js';
import { formatDigest } from '../../wallet-core/journal/digest.js';
import { formatId } from '../../wallet-core/journal/position.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { Pace } from '../../wallet-core/storage/sqlite/pace.js';
import { SqliteStore } from '../../wallet-core/storage/sqlite/sqlite-store.js';
import { verifyFile } from '../../wallet-core/storage/sqlite/verifier.js';
import { temporaryFolder } from '../torture/shim.js';
import { System } from '../system.js';
import { failure, inLedger, movements, refund, TestCore, words } from './core.js';
import { health, healthBecomes } from './health.js';
import { openAccount } from './scenario.js';
import { verify } from './verify.js';

/** Changes the file of a ledger with plain SQL, beside the process that has it. */
function tamper(data: string, ...sql: readonly string[]): void {
  const db = new SQLite(path.join(data, 'ledger.db'));
  db.unsafeMode();
  for (const each of sql) db.exec(each);
  db.close();
}

const STEAL = "UPDATE account SET balance = balance + 1 WHERE player = 'demo'";
const FOUND = 'the ledger is damaged or was changed';

describe('the scrub', () => {
  let core: TestCore;

  afterEach(() => core.stop());

  it('turns health off when it finds damage, says what and where, and leaves the calls to a person', async () => {
    core = await TestCore.start('1000.00', ', scrubEveryHours: 0.00003');
    await core.process.prints('the ledger was scrubbed');
    expect(await health(core.clients)).to.equal('SERVING');
    tamper(core.data, STEAL);
    await healthBecomes(core.clients, 'NOT_SERVING');
    await core.process.prints(FOUND);
    const line = core.process.output.split('\n').find((each) => each.includes(FOUND)) ?? '';
    const { level, findings } = JSON.parse(line) as { level: number; findings: object[] };
    expect(level, 'fatal').to.equal(60);
    expect(findings[0]).to.include({ check: 'ACCOUNTS', account: 'demo CNY', expected: '100000', seen: '100001' });
    expect(await core.clients.balance()).to.equal('1000.01');
    tamper(core.data, STEAL.replace('+', '-'));
    const scrubs = () => core.process.output.split('the ledger was scrubbed').length;
    for (const before = scrubs(); scrubs() < before + 2;) await new Promise((resolve) => setImmediate(resolve));
    expect(await health(core.clients), 'until a restart').to.equal('NOT_SERVING');
    await core.restart('SIGTERM');
    expect(await health(core.clients)).to.equal('SERVING');
  });

  it('gives way to the verification that an operator asks for', async () => {
    core = await TestCore.start('1000.00', ', scrubEveryHours: 0.0000001');
    for (let n = 0; n < 10; n += 1) expect((await verify(core.clients)).clean).to.equal(true);
    const before = core.process.output.length;
    while (!core.process.output.slice(before).includes('the ledger was scrubbed')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await core.end(), 'also when it runs').to.equal(0);
    expect(core.process.output).not.to.contain('could not be scrubbed');
  });

  it('finds rows that an index hides, and rows that only an index has', async () => {
    core = await TestCore.start('1000.00');
    await core.post(movements({}));
    await core.post(refund());
    await core.post(movements({ reference: 'bet-2', round: 'round-2' }));
    await core.end();
    expect(await found()).to.deep.equal([]);
    rebuild('name_refund', "relation = 'REFUND' AND debit_id < 0");
    const refunds = [
      'FILE 1.5.1 index name_refund: the row of table name with movement_id 327681, not none',
      'FILE index name_refund: 1 rows, not 0 rows',
    ];
    expect(await found()).to.deep.equal(refunds);
    rebuild('movement_round', "round_key IS NOT NULL AND reference <> 'bet-1'");
    rebuild('name_settled', "relation <> 'SETTLE'");
    expect(await found()).to.deep.equal([
      'FILE 1.4.0 index movement_round: the row of table movement with id 262144, not none',
      'FILE index movement_round: 3 rows, not 2 rows',
      ...refunds,
      'FILE index name_settled: 0 rows, not 1 rows',
    ]);
  });

  async function found(): Promise<string[]> {
    const file = { path: path.join(core.data, 'ledger.db'), against: undefined, share: 1 };
    const { findings } = await verifyFile(file, () => {}, new AbortController().signal);
    return findings.map(({ check, record, subject, expected, seen }) => {
      const id = record === undefined ? '' : ` ${formatId(1, record)}`;
      return `${check}${id} ${subject}: ${expected}, not ${seen}`;
    });
  }

  /** Fills an index by another condition, which is then forgotten. */
  function rebuild(index: string, condition: string): void {
    const sql = inLedger(core.data, (db) =>
      String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(index)),
    );
    const write = (text: string) =>
      `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '${text.replaceAll("'", "''")}' WHERE name = '${index}'`;
    tamper(core.data, write(sql.replace(/WHERE.*/s, `WHERE ${condition}`)));
    tamper(core.data, `REINDEX ${index}`, write(sql));
  }
});

describe('the verification that an operator asks for', () => {
  it('turns health off when it finds damage, and netCheck and the calls go on', async () => {
    const system = await System.start();
    try {
      await system.player();
      const other = `1:1:${'ab'.repeat(32)}`;
      expect((await verify(system.clients, other)).clean, 'against a digest of another ledger').to.equal(false);
      expect(await health(system.clients)).to.equal('SERVING');
      tamper(path.join(system.folder, 'data'), STEAL);
      expect((await verify(system.clients)).clean).to.equal(false);
      expect(await health(system.clients)).to.equal('NOT_SERVING');
      expect((await system.post('/netCheck', '')).json['status']).to.equal(200);
      expect((await system.clients.post({ reference: 'bet-9' })).movements).to.have.length(1);
    } finally {
      await system.stop();
    }
  });
});

describe('a page that cannot be read', () => {
  let core: TestCore;

  /** Fills a page of the file with zeros, which is nothing that SQLite writes. */
  async function spoil(table: string): Promise<void> {
    await core.end();
    const { page, size } = inLedger(core.data, (db) => ({
      page: Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table)),
      size: Number(db.pragma('page_size', { simple: true })),
    }));
    const file = openSync(path.join(core.data, 'ledger.db'), 'r+');
    writeSync(file, Buffer.alloc(size), 0, size, (page - 1) * size);
    closeSync(file);
    await core.start();
    expect(await health(core.clients)).to.equal('SERVING');
  }

  beforeEach(async () => {
    core = await TestCore.start('1000.00', ', scrubEveryHours: 0');
  });
  afterEach(() => core.stop());

  /** The lines that tell of it: all of them, once it has ended. */
  const told = async () => {
    await core.end();
    return core.process.output.split('\n').filter((line) => line.includes(FOUND));
  };

  it('turns health off when a query meets it, and is told once', async () => {
    await spoil('sqlite_autoindex_account_1');
    for (let n = 0; n < 2; n += 1)
      expect(await failure(core.clients.balance())).to.match(/^INTERNAL: unexpected fault/);
    expect(await health(core.clients)).to.equal('NOT_SERVING');
    const lines = await told();
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/"level":60,.*SQLITE_CORRUPT/);
  });

  it('turns health off when a command meets it, of which nothing is applied', async () => {
    await spoil('movement');
    expect(words(await core.post(movements({})))).to.equal('NOT_APPLIED FAULT');
    expect(await health(core.clients)).to.equal('NOT_SERVING');
    expect(await core.clients.balance()).to.equal('1000.00');
    expect(await told()).to.have.lengthOf(1);
  });

  it('turns health off when an export meets it, which says so', async () => {
    await spoil('movement');
    const lines = new Promise<void>((resolve, reject) => {
      core.clients.operations
        .export({})
        .on('data', () => {})
        .on('error', reject)
        .on('end', resolve);
    });
    expect(await failure(lines)).to.match(/^DATA_LOSS: the ledger is damaged: .*; verify finds out more$/);
    expect(await health(core.clients)).to.equal('NOT_SERVING');
    expect(await told()).to.have.lengthOf(1);
  });
});

describe('the digest of the journal', () => {
  it('is in the log at the start and at the stop, if it has changed', async () => {
    const core = await TestCore.start('1000.00');
    try {
      const { digest } = await verify(core.clients);
      await core.end();
      const logged = () =>
        core.process.output
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as { msg: string; digest?: string })
          .filter(({ msg }) => msg === 'listening' || msg === 'the end of the journal')
          .map((line) => line.digest);
      expect(logged()).to.deep.equal([`1:0:${'0'.repeat(64)}`, digest]);
      await core.start();
      await core.end();
      expect(logged()).to.deep.equal([digest]);
    } finally {
      await core.stop();
    }
  });

  it('is in the log from time to time, if it has changed', async () => {
    const lines: string[] = [];
    let more = () => {};
    const log = pino(
      {},
      { write: (line) => void (lines.push((JSON.parse(line) as { digest: string }).digest), more()) },
    );
    const store = await SqliteStore.open({ folder: temporaryFolder('wallet-core-'), owner: 'the test' });
    const digestLog = new DigestLog(store.queries, log, '', 1);
    for (const player of ['anna', 'ivan', 'yoko']) {
      const told = new Promise<void>((resolve) => (more = resolve));
      await store.commit([{ command: openAccount(player), request: new Uint8Array(0) }]);
      await told;
    }
    await digestLog.stop();
    expect(new Set(lines).size, 'none is told twice').to.equal(lines.length);
    expect(lines.at(-1)).to.equal(formatDigest(await store.queries.digest()));
    expect(lines.length).to.be.within(3, 4);
    await store.close();
  });
});

describe('a pace', () => {
  it('sleeps four times as long as it worked, for a fifth of a core', () => {
    const pace = new Pace(0.2);
    const began = performance.now();
    while (performance.now() - began < 10);
    const worked = performance.now() - began;
    const paused = performance.now();
    pace.pause();
    expect(performance.now() - paused).to.be.at.least(worked * 3.9);
  });
});
