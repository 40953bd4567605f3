import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { Command } from '../../proto/gen/wallet/v1/posting.js';
import type { ExportResponse } from '../../proto/gen/wallet/v1/operations.js';
import { entryHash } from '../../wallet-core/journal/chain.js';
import { readLine, writeEntryLine } from '../../wallet-core/journal/line.js';
import { importLedger } from '../../wallet-core/storage/sqlite/import.js';
import { CommandLine } from './command-line.js';
import { SECURED } from '../secured.js';
import { check, deposit, failure, inLedger, movements, refund, TestCore } from './core.js';
import { entriesOf, hashOfLine } from './export-format.js';
import { mixedLoad } from './mixed-load.js';
import { verify } from './verify.js';

const ROOT = path.join(import.meta.dirname, '../../..');
const FIRST_SCHEMA = path.join(ROOT, 'test/fixtures/ledger-v1/ledger.db.gz');

/** In which era a reference lies is the ledger's own: where one ends depends on the transactions. */
const WITHOUT_ERAS = 'SELECT substr(key, 4) AS key, movement_id FROM reference ORDER BY 1';

/** All rows of all tables. */
function tablesOf(folder: string): Record<string, unknown[]> {
  return inLedger(folder, (db) => {
    const names = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'reference_era'")
      .pluck()
      .all();
    const rowsOf = (name: string) => (name === 'reference' ? WITHOUT_ERAS : `SELECT * FROM ${name} ORDER BY 1, 2`);
    return Object.fromEntries(names.map((name) => [name, db.prepare(rowsOf(name)).all()]));
  });
}

/** The command of an operator, which writes a file. */
function exportTo(file: string, { clients }: TestCore): CommandLine {
  return new CommandLine(['export', '--reason', 'a test', '--to', file, '--address', clients.address]);
}

/** The lines that wallet-core streams. */
async function exportOf({ clients }: TestCore): Promise<string> {
  const parts: Buffer[] = [];
  for await (const { lines } of clients.operations.export({}) as AsyncIterable<ExportResponse>) parts.push(lines);
  return Buffer.concat(parts).toString('utf8');
}

describe('an export, and the ledger that is made of it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'export-'));
  const file = path.join(folder, 'journal.ndjson');
  const data = path.join(folder, 'data');
  /** Commands of all sorts that were decided before the export, with their answers. */
  const answered: { command: Command; answer: string }[] = [];
  let core: TestCore;
  let copy: TestCore;
  let digest: string;
  let exported: string;
  let made: string[];

  before(async () => {
    core = await TestCore.start('1000.00');
    await mixedLoad(core);
    await core.post({ ...movements({ reference: 'bytes' }), request: Buffer.from([0xff, 0x00, 0x0a]) });
    for (const command of [
      movements({ reference: 'bytes' }),
      movements({ reference: 'much', amount: '-99999.00' }),
      refund({ reference: 'again' }, { reference: 'bytes' }, { reference: 'never' }),
      check('bytes'),
      deposit('0.01', 'newest'),
    ]) {
      await core.post(command);
      answered.push({ command, answer: await core.bytesOf(command) });
    }
    const { code, stderr } = await exportTo(file, core).end();
    expect(code, stderr).to.equal(0);
    ({ digest } = await verify(core.clients));
    exported = readFileSync(file, 'utf8');
    const imported = await CommandLine.run('import', '--from', file, '--data', data, '--json');
    expect(imported.code, imported.stderr).to.equal(0);
    expect(JSON.parse(imported.stdout)).to.include({ digest });
    made = readdirSync(data);
    await core.end();
    copy = await TestCore.on(readFileSync(path.join(data, 'ledger.db')));
  });
  after(async () => {
    await core.stop();
    await copy.stop();
    rmSync(folder, { recursive: true });
  });

  /** Of the copy; with tokens an export is an act, so that its entries stand for those behind the first export and for its last line. */
  async function exportAgain(): Promise<string> {
    const all = await exportOf(copy);
    if (!SECURED) return all;
    const end = exported.lastIndexOf('\n', exported.length - 2) + 1;
    return all.slice(0, end) + exported.slice(end);
  }

  it('are the same in every row of every table', () => {
    const [original, made] = [tablesOf(core.data), tablesOf(data)];
    expect(Object.keys(made)).to.deep.equal(Object.keys(original));
    for (const [name, rows] of Object.entries(original)) expect(made[name], name).to.deep.equal(rows);
    const filled = Object.entries(original).flatMap(([name, rows]) => (rows.length > 0 ? [name] : []));
    expect(Object.keys(original).filter((name) => !filled.includes(name))).to.deep.equal(['freeze']);
  });

  it('are the same when that ledger is exported again, byte for byte, and it is proved', async () => {
    expect(await exportAgain()).to.equal(exported);
    const verified = await verify(copy.clients, digest);
    expect(verified.clean).to.equal(true);
    if (!SECURED) expect(verified.digest).to.equal(digest);
  });

  it('give the first answer to every repeat, byte for byte', async () => {
    for (const { command, answer } of answered) expect(await copy.bytesOf(command)).to.equal(answer);
    expect(await exportAgain()).to.equal(exported);
  });

  it('has a line for each entry, from which alone its hash can be computed', () => {
    const lines = entriesOf(exported);
    expect(lines.map(({ seq }) => Number(seq))).to.deep.equal(lines.map((_, index) => index + 1));
    for (const line of lines) expect(hashOfLine(line), `entry ${line.seq}`).to.equal(line.hash);
    expect(exported.endsWith(`\n{"end":"${digest}"}\n`)).to.equal(true);
    const types = new Set(lines.flatMap(({ records }) => records.map(({ type }) => type)));
    expect(types.size, 'every type of record').to.equal(14);
  });

  it('has requests as text, and in base64 what is none', () => {
    const requests = entriesOf(exported).flatMap((line) => line.requests ?? []);
    expect(requests.map(({ text }) => text)).to.include('{"seqNo":"0"}');
    expect(requests.find((request) => 'base64' in request)).to.include({ base64: '/wAK' });
  });

  it('can be read by its owner only, and does not replace a file', async () => {
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(statSync(path.join(data, 'ledger.db')).mode & 0o777).to.equal(0o600);
    expect(made.sort()).to.deep.equal(['ledger.db', 'owner.db']);
    const again = await exportTo(file, copy).end();
    expect(again).to.include({ code: 2, stdout: '' });
    expect(again.stderr).to.contain('is there already; name another file');
    expect(readFileSync(file, 'utf8')).to.equal(exported);
  });

  it('refuses a folder that has a ledger, which stays as it is', async () => {
    const before = readFileSync(path.join(data, 'ledger.db'));
    const again = await CommandLine.run('import', '--from', file, '--data', data);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.contain('has a ledger (ledger.db); name a folder that has none');
    expect(readFileSync(path.join(data, 'ledger.db')).equals(before)).to.equal(true);
  });

  it('goes through pipes', async () => {
    const read = exportTo('-', copy);
    const write = new CommandLine(['import', '--from', '-', '--data', path.join(folder, 'piped')]);
    read.child.stdout.pipe(write.child.stdin);
    const [{ code }, { code: made, stdout, stderr }] = await Promise.all([read.end(), write.end()]);
    expect([code, made], stderr).to.deep.equal([0, 0]);
    expect(stdout)
      .to.match(/has the ledger, and it is proved\.\nmade +\d+ entries/)
      .and.contain(`digest  ${(await verify(copy.clients)).digest}`);
  });

  it('goes through a pipe that has a name', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const write = new CommandLine(['import', '--from', pipe, '--data', path.join(folder, 'named')]);
    const [{ code, stdout, stderr }] = await Promise.all([write.end(), writeFile(pipe, exported)]);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain(`digest  ${digest}`);
  });

  it('keeps the ledger of the first schema', async () => {
    const old = await TestCore.on(gunzipSync(readFileSync(FIRST_SCHEMA)));
    try {
      const text = await exportOf(old);
      const { digest: past } = await verify(old.clients);
      expect(text.endsWith(`{"end":"${past}"}\n`)).to.equal(true);
      await old.end();
      const made = path.join(folder, 'first-schema');
      await importLedger(made, partsOf(text), QUIET, new AbortController().signal);
      expect(tablesOf(made)).to.deep.equal(tablesOf(old.data));
    } finally {
      await old.stop();
    }
  });

  describe('of which somebody changed', () => {
    const lines = () => exported.split('\n').slice(0, -1);
    const replaced = (change: (line: string) => string) =>
      lines().map((line) => (line.includes('"newest"') ? change(line) : line));
    const numberOf = (part: string) => lines().findIndex((line) => line.includes(part)) + 1;

    const CHANGES: readonly (readonly [what: string, make: () => string[] | string, says: string, at: () => number])[] =
      [
        [
          'the last line, cut off',
          () => lines().slice(0, -1),
          'there is none, and the last one is not that of an end: it was cut',
          () => lines().length,
        ],
        ['half of a line', () => exported.slice(0, -40), 'the line is not whole JSON', () => lines().length],
        [
          'an amount',
          () => replaced((line) => line.replace('"amount":"1"', '"amount":"2"')),
          'movement \\d+: balances do not fit the amount',
          () => numberOf('"newest"'),
        ],
        [
          'a round',
          () => replaced((line) => line.replace('"round":""', '"round":"1"')),
          'the entry does not fit its hash',
          () => numberOf('"newest"'),
        ],
        [
          'a request',
          () => lines().map((line) => line.replace('/wAK', '/wAL')),
          'the requests of the entry do not fit their hash',
          () => numberOf('/wAK'),
        ],
        [
          'the order of two lines',
          () => [...lines().slice(0, 2), ...lines().slice(2, 4).reverse(), ...lines().slice(4)],
          'entry 4 stands where entry 3 is expected',
          () => 3,
        ],
        [
          'a line, put in twice',
          () => [lines()[0] ?? '', ...lines()],
          'entry 1 stands where entry 2 is expected',
          () => 2,
        ],
        [
          'the type of a record',
          () => replaced((line) => line.replace('"type":"movement"', '"type":"movements"')),
          'record 0 is of type "movements", which is not known',
          () => numberOf('"newest"'),
        ],
        [
          'a kind',
          () => replaced((line) => line.replace('"kind":"DEPOSIT"', '"kind":"GIFT"')),
          'record 0: kind is "GIFT", which it cannot be',
          () => numberOf('"newest"'),
        ],
        [
          'a field, with another beside it',
          () => replaced((line) => line.replace('"round":""', '"round":"","note":""')),
          'record 0 has "note", which is not known',
          () => numberOf('"newest"'),
        ],
        ['an empty line at the end', () => `${exported}\n`, 'the line is not whole JSON', () => lines().length + 1],
        [
          'a line behind the end',
          () => `${exported}${lines()[0]}`,
          'there is a line behind the last one',
          () => lines().length + 1,
        ],
        [
          'the end, for that of another ledger',
          () => [...lines().slice(0, -1), `{"end":"1:1:${'0'.repeat(64)}"}`],
          'the end is that of 1:1:0+, and the lines before it come to 1:\\d+:',
          () => lines().length,
        ],
        ['bytes that are no text', () => '\xff\n', 'the line is not valid UTF-8', () => 1],
      ];
    for (const [what, make, says, at] of CHANGES) {
      it(`${what}: is told with the line, and nothing is left`, async () => {
        const made = make();
        const text = Array.isArray(made) ? made.map((line) => `${line}\n`).join('') : made;
        const place = path.join(folder, 'broken', 'data');
        const told = await importLedger(place, partsOf(text, what), QUIET, new AbortController().signal).then(
          () => 'made',
          (error: unknown) => (error as Error).message,
        );
        expect(told)
          .to.match(new RegExp(`^line ${at()}: .*${says}`))
          .and.match(/; export again/);
        expect(existsSync(path.join(folder, 'broken'))).to.equal(false);
      });
    }

    it('an amount, with all hashes made to fit: is found by the verification, and nothing is left', async () => {
      const place = path.join(folder, 'forged');
      const told = await importLedger(place, partsOf(forged(lines())), QUIET, new AbortController().signal).then(
        () => 'made',
        (error: unknown) => (error as Error).message,
      );
      expect(told).to.match(/^the lines fit each other, and the ledger that they make is none: RULES /);
      expect(existsSync(place)).to.equal(false);
    });

    it('anything: the command ends with 2 and says so', async () => {
      writeFileSync(path.join(folder, 'cut.ndjson'), exported.slice(0, -40));
      const place = path.join(folder, 'cut');
      const args = ['import', '--from', path.join(folder, 'cut.ndjson'), '--data', place];
      const { code, stdout, stderr } = await CommandLine.run(...args);
      expect([code, stdout, existsSync(place)]).to.deep.equal([2, '', false]);
      expect(stderr).to.match(/^nothing was imported: line \d+: the line is not whole JSON; export again/);
    });
  });
});

const QUIET = { lines: () => {}, verifying: () => {} };

/** A file as it is read, in small parts. */
async function* partsOf(text: string, what = ''): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, what.startsWith('bytes') ? 'latin1' : 'utf8');
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

/** The newest deposit as a bet, with hashes that fit, and nothing behind it. */
function forged(lines: readonly string[]): string {
  const [last = '', ...before] = lines.slice(0, lines.findIndex((line) => line.includes('"newest"')) + 1).reverse();
  const line = readLine(Buffer.from(last.replace('"kind":"DEPOSIT"', '"kind":"BONUS"')));
  if (!('records' in line)) throw new Error('the deposit is in an entry');
  const hash = entryHash(line.previous, { ...line, count: line.records.length }, line.records);
  const end = `{"end":"1:${line.seq}:${Buffer.from(hash).toString('hex')}"}`;
  return [...before.reverse(), writeEntryLine({ ...line, hash }), end].map((each) => `${each}\n`).join('');
}

describe('docs/export.md', () => {
  const [, example = ''] =
    /^```ndjson\n(.*?)^```/ms.exec(readFileSync(path.join(ROOT, 'docs/export.md'), 'utf8')) ?? [];

  it('has an example whose hashes can be computed from its lines, and are those of docs/journal.md', () => {
    const lines = entriesOf(example);
    expect(lines.length).to.equal(2);
    const journal = readFileSync(path.join(ROOT, 'docs/journal.md'), 'utf8');
    for (const line of lines) {
      expect(hashOfLine(line)).to.equal(line.hash);
      expect(journal).to.contain(`"hash": "${line.hash}"`);
    }
    expect(example.endsWith(`\n{"end":"1:2:${lines[1]?.hash}"}\n`)).to.equal(true);
  });

  it('has lines as the code writes and reads them', () => {
    for (const text of example.split('\n').slice(0, 2)) {
      const line = readLine(Buffer.from(text));
      expect('records' in line && writeEntryLine(line)).to.equal(text);
    }
  });
});

describe('an export or an import that is cut short', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'export-'));
  const file = path.join(folder, 'journal.ndjson');
  let core: TestCore;

  /** A ledger whose export takes a while: each request is a megabyte, and nearly nothing when it is compressed. */
  before(async () => {
    core = await TestCore.start('1000.00');
    const request = Buffer.alloc(2 ** 20, 'x');
    for (let n = 0; n < 200; n += 1) {
      await core.post({ ...movements({ reference: `bet-${n}`, amount: '-0.01', kind: Kind.BET }), request });
    }
  });
  after(async () => {
    await core.stop();
    rmSync(folder, { recursive: true });
  });

  const begun = async () => {
    const line = exportTo(file, core);
    const unfinished = () => readdirSync(folder).find((name) => name.includes('.unfinished-'));
    const hasBegun = () => {
      const name = unfinished();
      return name !== undefined && (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0;
    };
    while (!hasBegun()) await new Promise((resolve) => setImmediate(resolve));
    return line;
  };

  it('leaves no file when it is killed, and the next one makes it and leaves no other', async () => {
    const line = await begun();
    line.child.kill('SIGKILL');
    expect((await line.end()).code).to.equal('SIGKILL');
    expect(existsSync(file)).to.equal(false);
    const running = path.join(folder, `journal.ndjson.unfinished-${process.pid}`);
    writeFileSync(running, 'by somebody else, now');
    expect((await exportTo(file, core).end()).code).to.equal(0);
    expect(readdirSync(folder).sort()).to.deep.equal([file, running].map((each) => path.basename(each)));
    for (const each of [file, running]) rmSync(each);
  });

  it('says which folder or file is not there, or is no file', async () => {
    const nowhere = path.join(folder, 'nowhere');
    const written = await exportTo(`${nowhere}/file`, core).end();
    expect([written.code, written.stderr.trim()]).to.deep.equal([
      2,
      `nothing was exported: ${nowhere} is not there; make that folder, or name another file`,
    ]);
    const read = await CommandLine.run('import', '--from', nowhere, '--data', path.join(folder, 'data'));
    expect([read.code, read.stdout, readdirSync(folder)]).to.deep.equal([2, '', []]);
    expect(read.stderr).to.match(
      /^nothing was imported: --from: \S+ cannot be read; expected the file of an export \(ENOENT.*\)\n$/,
    );
    const other = await CommandLine.run('import', '--from', folder, '--data', path.join(folder, 'data'));
    expect([other.code, other.stderr.trim(), readdirSync(folder)]).to.deep.equal([
      2,
      `nothing was imported: --from: ${folder} is a folder; expected the file of an export`,
      [],
    ]);
  });

  it('leaves nothing at all when it is told to end', async () => {
    const line = await begun();
    line.child.kill('SIGTERM');
    const { code, stderr } = await line.end();
    expect([code, stderr.trim()]).to.deep.equal([2, 'nothing was exported: it was interrupted']);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('leaves nothing at all when wallet-core dies', async () => {
    const line = await begun();
    await core.restart('SIGKILL');
    const { code, stderr } = await line.end();
    expect([code, readdirSync(folder)]).to.deep.equal([2, []]);
    expect(stderr).to.match(/^nothing was exported: wallet-core at \S+ answered UNAVAILABLE: /);
  });

  it('leaves no ledger when the import is killed, and the next one makes it', async () => {
    const text = await exportOf(core);
    const data = path.join(folder, 'data');
    const args = ['import', '--from', '-', '--data', data];
    const killed = new CommandLine(args);
    killed.child.stdin.write(text.slice(0, text.length / 2));
    const grown = () => (statSync(path.join(data, 'unfinished.db-wal'), { throwIfNoEntry: false })?.size ?? 0) > 0;
    while (!grown()) await new Promise((resolve) => setImmediate(resolve));
    killed.child.kill('SIGKILL');
    await killed.end();
    expect(readdirSync(data)).to.include('unfinished.db').and.not.to.include('ledger.db');
    const again = new CommandLine(args);
    again.child.stdin.end(text);
    const { code, stderr } = await again.end();
    expect(code, stderr).to.equal(0);
    expect(readdirSync(data).sort()).to.deep.equal(['ledger.db', 'owner.db']);
    rmSync(data, { recursive: true });
  });

  it('leaves nothing at all when the import is told to end, whatever it waits for', async () => {
    const data = path.join(folder, 'data');
    const line = new CommandLine(['import', '--from', '-', '--data', data]);
    while (!existsSync(path.join(data, 'unfinished.db'))) await new Promise((resolve) => setImmediate(resolve));
    line.child.kill('SIGINT');
    const { code, stderr } = await line.end();
    expect([code, stderr.trim()]).to.deep.equal([2, 'nothing was imported: it was interrupted']);
    expect(existsSync(data)).to.equal(false);
  });

  describe('by a reader who is slow, or goes', () => {
    type Stream = ReturnType<typeof core.clients.operations.export>;

    const next = (stream: Stream) =>
      new Promise<boolean>((resolve, reject) => {
        stream.on('error', reject);
        stream.once('data', () => {
          stream.pause();
          resolve(true);
        });
      });

    /** Megabytes that the process has in memory, once it rests: its time on the processor stays what it is. */
    async function resting(): Promise<number> {
      const { pid } = core.process.child;
      const cpu = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).join();
      for (let same = 0, seen = cpu(); same < 10; same = cpu() === seen ? same + 1 : 0, seen = cpu()) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    }

    const leave = (stream: Stream) => {
      stream.on('error', () => {});
      stream.cancel();
    };

    it('is not read ahead of: what nobody takes fills no memory', async () => {
      await core.restart('SIGTERM');
      const before = await resting();
      const stream = core.clients.operations.export({});
      await next(stream);
      const more = (await resting()) - before;
      leave(stream);
      // Up to 100 MB are V8's and its thread's.
      expect(more, 'of the 200 MB that it would send').to.be.below(150);
    });

    it('makes room for others when it goes', async () => {
      const open = async () => {
        for (;;) {
          const stream = core.clients.operations.export({});
          if ((await failure(next(stream))) === 'OK') return stream;
        }
      };
      const streams = [await open(), await open()];
      expect(await failure(next(core.clients.operations.export({})))).to.match(
        /^RESOURCE_EXHAUSTED: 2 exports are under way/,
      );
      streams.forEach(leave);
      leave(await open());
    });
  });
});
