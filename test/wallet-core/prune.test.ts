import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { exportFile } from '../../wallet-core/storage/sqlite/exporter.js';
import { importLedger } from '../../wallet-core/storage/sqlite/import.js';
import { Ebet, type Answered, type Player } from '../gateway/ebet.js';
import { System } from '../system.js';
import { CommandLine } from './command-line.js';
import { failure, inLedger } from './core.js';
import { told, verify } from './verify.js';

describe('requests that were pruned', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'prune-'));
  let system: System;
  let ebet: Ebet;
  let player: Player;
  let digest: string;
  const old: Answered[] = [];
  const young: Answered[] = [];

  const data = () => path.join(system.folder, 'data');
  const prune = (...options: string[]) =>
    CommandLine.run('requests', 'prune', '--reason', 'they are old', '--address', system.clients.address, ...options);
  const pages = () => inLedger(data(), (db) => Number(db.pragma('page_count', { simple: true })));
  const free = () => inLedger(data(), (db) => Number(db.pragma('freelist_count', { simple: true })));
  const bet = (n: number, text = '') =>
    player.increaseCredit(1, '-1', { seqNo: `bet-${n}`, detail: { roundCode: 'round', text } });

  before(async () => {
    system = await System.start();
    ebet = new Ebet(system);
    player = await ebet.player();
    // Noise, which no compression makes small.
    const noise = () => Buffer.from(Array.from({ length: 20_000 }, () => Math.random() * 256)).toString('base64');
    for (let n = 0; n < 80; n += 1) old.push(await bet(n, noise()));
    const time = (await player.movements()).at(-1)?.timeMs ?? 0n;
    while (BigInt(Date.now()) <= time) await new Promise((resolve) => setImmediate(resolve));
    for (let n = 80; n < 85; n += 1) young.push(await bet(n));
    ({ digest } = await verify(system.clients));
  });
  after(async () => {
    await system.stop();
    rmSync(folder, { recursive: true });
  });

  it('are those before the time that is told, and the others are kept', async () => {
    const [first] = (await player.movements()).slice(80);
    const before = new Date(Number(first?.timeMs)).toISOString();
    const { code, stdout, stderr } = await prune('--before', before, '--json');
    expect(code, stderr).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ before, entries: 80 });
    expect((JSON.parse(stdout) as { bytes: number }).bytes).to.be.above(80 * 20_000);
    expect((await ebet.held('bet-79')).request).to.equal('');
    expect((await ebet.held('bet-80')).request).to.contain('"seqNo":"bet-80"');
    expect((await prune('--before', before)).stdout).to.equal('The requests of 0 entries are gone, 0 bytes.\n');
  });

  it('leave a ledger that is proved, to a digest that was filed before, and are counted', async () => {
    const verification = await verify(system.clients, digest);
    expect(verification.findings.map(told)).to.deep.equal([]);
    expect(verification).to.include({ clean: true, requestsPruned: 80n });
    const config = path.join(system.folder, 'single-wallet.yaml');
    const args = ['verify', '--signatures', '--config', config, '--address', system.clients.address];
    const { code, stdout } = await CommandLine.run(...args);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/\npruned {2}the requests of 80 entries\n/);
    expect(stdout).to.match(/\nsigned {2}5 requests are valid, 0 are not; 0 records/);
    expect(stdout).to.match(/\ngone {4}the requests of 80 entries, the last of \d{4}-\d\d-\d\dT/);
  });

  it('leave the first answer for every repeat', async () => {
    for (const answered of [...old.slice(0, 3), ...old.slice(-2), ...young]) {
      expect((await ebet.again(answered)).text).to.equal(answered.text);
    }
  });

  it('leave their room to later records', async () => {
    const [size, room] = [pages(), free()];
    expect(room).to.be.above(400);
    const noise = Buffer.from(Array.from({ length: 20_000 }, () => Math.random() * 256)).toString('base64');
    for (let n = 85; n < 105; n += 1) await bet(n, noise);
    expect(pages()).to.equal(size);
    expect(free()).to.be.below(room - 80);
  });

  it('are told as such in an export, of which the same ledger is made', async () => {
    const never = new AbortController().signal;
    const linesOf = async function* (file: string) {
      for await (const { bytes } of exportFile(file, never)) yield bytes;
    };
    const textOf = async (file: string) => {
      const parts: Uint8Array[] = [];
      for await (const bytes of linesOf(file)) parts.push(bytes);
      return Buffer.concat(parts).toString('utf8');
    };
    const [ledger, copy] = [path.join(data(), 'ledger.db'), path.join(folder, 'copy')];
    const quiet = { lines: () => {}, verifying: () => {} };
    const { pruned } = await importLedger(copy, linesOf(ledger), quiet, never);
    expect(pruned).to.equal(80);
    const text = await textOf(ledger);
    expect(text.match(/"requests":null\}\n/g)?.length).to.equal(80);
    expect(await textOf(path.join(copy, 'ledger.db'))).to.equal(text);
  });

  it('cannot be those of the future, or before what is no date', async () => {
    const future = await prune('--before', '2999-01-01');
    const stderr = '--before: is "2999-01-01"; expected a time that is over, by UTC\n';
    expect(future).to.deep.equal({ code: 2, stdout: '', stderr });
    for (const date of ['yesterday', '2026-02-31', '2026-1-1', '2026-01-01T12:00:00']) {
      const { code, stderr } = await prune('--before', date);
      expect([code, stderr]).to.deep.equal([
        2,
        `--before: is "${date}"; expected a date or a time in UTC, such as 2026-01-01 or 2026-01-01T12:00:00Z\n`,
      ]);
    }
    for (const beforeMs of [0n, 32472144000000n]) {
      const nothing = new Promise<void>((resolve, reject) => {
        const call = system.clients.operations.pruneRequests({ beforeMs });
        call.resume();
        call.on('error', reject);
        call.on('end', resolve);
      });
      const why = `INVALID_ARGUMENT: before_ms: is ${beforeMs}; expected milliseconds since 1970, not in the future`;
      expect(await failure(nothing)).to.equal(why);
    }
  });
});
