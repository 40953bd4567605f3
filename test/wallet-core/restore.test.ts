import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { backup, filled, grow } from './backup.js';
import { CommandLine } from './command-line.js';
import { deposit, movements, TestCore } from './core.js';
import { told, verify } from './verify.js';

const FIXTURE = path.join(import.meta.dirname, '../../../test/fixtures/ledger-v1/ledger.db.gz');

describe('npx single-wallet restore', () => {
  let core: TestCore;
  let made: string;
  let digest: string;
  /** The backup of a larger ledger, which is not copied at once. */
  let large: string;
  let data: string;
  /** A copy of the backup, for a test to spoil, with its digest beside. */
  let copy: string;

  before(async () => {
    core = await TestCore.start('1000.00');
    await core.post(movements({}));
    ({ path: made, digest } = await backup(core.clients));
    await grow(core, 5);
    ({ path: large } = await backup(core.clients));
  });
  beforeEach(() => {
    data = path.join(core.folder, 'restored');
    copy = path.join(core.folder, path.basename(made));
    copyFileSync(made, copy);
    copyFileSync(made.replace(/db$/, 'digest'), copy.replace(/db$/, 'digest'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));
  after(() => core.stop());

  const begin = (from: string, ...more: string[]) =>
    new CommandLine(['restore', '--from', from, '--data', data, ...more]);
  const restore = (from: string, ...more: string[]) => begin(from, ...more).end();
  const inCopy = (sql: string) => {
    const db = new SQLite(copy);
    db.exec(sql);
    db.close();
  };

  it('puts it back whole, says up to where, and wallet-core goes on from there', async () => {
    const { code, stdout, stderr } = await restore(made);
    expect(code, stderr).to.equal(0);
    const lines = stdout.split('\n');
    expect(lines[0]).to.equal(`The ledger is restored in ${data} and proved.`);
    expect(lines[2]).to.match(new RegExp(`^up to {3}\\d{4}-\\d\\d-\\d\\d .* UTC, entry ${digest.split(':')[1]}$`));
    expect(lines[3]).to.equal(`digest  ${digest}`);
    expect(lines[4]).to.contain('What was answered after that is lost');
    expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
    const other = await TestCore.at(core, data);
    const answer = await other.post(movements({}));
    expect(answer).to.deep.equal(await core.post(movements({})));
    await other.post(deposit('1.00', 'after the restore'));
    expect((await verify(other.clients, digest)).findings.map(told)).to.deep.equal([]);
    await other.end();
  });

  it('takes a backup of the first schema, without a digest beside it, and says so', async () => {
    const old = path.join(core.folder, 'old.db');
    writeFileSync(old, gunzipSync(readFileSync(FIXTURE)));
    const { code, stdout, stderr } = await restore(old);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('No digest was filed with it');
    const { stdout: json } = await CommandLine.run('restore', '--from', old, '--data', `${data}/json`, '--json');
    expect(JSON.parse(json)).to.include({ compared: false });
    const other = await TestCore.at(core, data);
    expect((await verify(other.clients)).findings.map(told)).to.deep.equal([]);
    await other.end();
  });

  interface Spoiled {
    readonly what: string;
    readonly spoil: () => void;
    readonly says: RegExp;
    readonly more?: () => string[];
  }
  const SPOILED: readonly Spoiled[] = [
    {
      what: 'is cut short',
      spoil: () => truncateSync(copy, 40_000),
      says: /is damaged \(.+\); restore another backup/,
    },
    {
      what: 'has a page of zeros',
      spoil: () => {
        const bytes = readFileSync(copy);
        bytes.fill(0, 4096, 8192);
        writeFileSync(copy, bytes);
      },
      says: /is damaged \(.+\); restore another backup/,
    },
    {
      what: 'was tampered with',
      spoil: () => inCopy("UPDATE account SET balance = balance + 1 WHERE player = 'demo'"),
      says: /^ACCOUNTS .*\(demo CNY\) stored balance: expected \d+, seen \d+\n(.*\n)*nothing was restored: .*: is not proved/,
    },
    {
      what: 'was filed with another digest',
      spoil: () => writeFileSync(copy.replace(/db$/, 'digest'), `1:1:${'ab'.repeat(32)}\n`),
      says: /filed digest: expected (ab){32}, seen/,
    },
    {
      what: 'lacks the past that --against names',
      spoil: () => {},
      more: () => ['--against', `1:1:${'ab'.repeat(32)}`],
      says: /filed digest: expected (ab){32}, seen/,
    },
    {
      what: 'has a digest beside it that is none',
      spoil: () => writeFileSync(copy.replace(/db$/, 'digest'), 'tomorrow'),
      says: /\.digest: is "tomorrow"; expected "writer:entry:hash"/,
    },
    {
      what: 'is of a newer version',
      spoil: () => inCopy('PRAGMA user_version = 99'),
      says: /is of a newer single-wallet \(schema 99, this one knows \d+\); restore it with that/,
    },
    {
      what: 'is a database of another program',
      spoil: () => inCopy('PRAGMA application_id = 7'),
      says: /is not a ledger of single-wallet; expected the file of a backup/,
    },
    {
      what: 'is a text',
      spoil: () => writeFileSync(copy, 'notes'),
      says: /is not a ledger of single-wallet; expected the file of a backup/,
    },
    { what: 'is not there', spoil: () => rmSync(copy), says: /cannot be read; expected the file of a backup \(ENOENT/ },
    {
      what: 'has a WAL beside it',
      spoil: () => writeFileSync(`${copy}-wal`, 'commits'),
      says: /so it is a ledger in use and no backup/,
    },
  ];
  for (const { what, spoil, says, more = () => [] } of SPOILED) {
    it(`restores nothing and leaves nothing when the backup ${what}`, async () => {
      spoil();
      const { code, stdout, stderr } = await restore(copy, ...more());
      rmSync(`${copy}-wal`, { force: true });
      expect(stderr).to.match(says);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(existsSync(data), 'the folder').to.equal(false);
    });
  }

  it('that a kill interrupted is no ledger: wallet-core does not start on it, and it is done again', async () => {
    const killed = begin(large);
    await filled(data, /^unfinished\.db$/);
    killed.child.kill('SIGKILL');
    expect((await killed.end()).code).to.equal('SIGKILL');
    expect(readdirSync(data)).to.include('unfinished.db').and.not.include('ledger.db');
    const start = await TestCore.at(core, data).then(
      () => 'it started',
      (error: unknown) => (error as Error).message,
    );
    expect(start).to.contain('was interrupted; run that again, or remove unfinished.db to begin an empty ledger');
    expect((await restore(large)).code).to.equal(0);
    expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
  });

  const INTERRUPTIONS = [
    { signal: 'SIGTERM', when: 'while it is copied', share: 0 },
    { signal: 'SIGINT', when: 'while it is proved', share: 1 },
  ] as const;
  for (const { signal, when, share } of INTERRUPTIONS) {
    it(`that ${signal} interrupts ${when} leaves nothing, and the next one restores`, async () => {
      const interrupted = begin(large);
      await filled(data, /^unfinished\.db$/, Math.max(share * statSync(large).size, 1));
      interrupted.child.kill(signal);
      const { code, stdout, stderr } = await interrupted.end();
      expect([code, stdout, stderr]).to.deep.equal([2, '', 'nothing was restored: it was interrupted\n']);
      expect(existsSync(data), 'the folder').to.equal(false);
      expect((await restore(large)).code).to.equal(0);
      expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
    });
  }

  it('does not touch a folder with a ledger, nor one that another restore owns', async () => {
    const taken = await CommandLine.run('restore', '--from', made, '--data', core.data);
    expect(taken.stderr).to.contain(`${core.data}: has a ledger (ledger.db); name a folder that has none`);
    expect(taken.code).to.equal(2);
    expect((await verify(core.clients, digest)).findings.map(told)).to.deep.equal([]);
    mkdirSync(data);
    const [one, two] = await Promise.all([restore(made), restore(made)]);
    expect([one.code, two.code].sort()).to.deep.equal([0, 2]);
    // In an empty folder, the one that comes second may meet the first before that has written who it is.
    const owned = /owned by (a restore of .*|another process that is just starting); stop that first/;
    expect(one.stderr + two.stderr).to.match(new RegExp(`${owned.source}|has a ledger \\(ledger\\.db\\)`));
  });
});
