import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Process } from '../system.js';
import { deposit, inLedger, TestCore } from './core.js';
import { verify } from './verify.js';

describe('a ledger that has lost what was acknowledged', () => {
  let core: TestCore;
  let whole: string;

  // A process that was killed, so that the last commits stand in the WAL only.
  before(async () => {
    core = await TestCore.start('1000.00');
    for (let n = 0; n < 20; n += 1) await core.post(deposit('1.00', `deposit-${n}`));
    await core.end('SIGKILL');
    whole = path.join(core.folder, 'whole');
    copy(core.data, whole);
  });
  after(() => core.stop());
  beforeEach(() => copy(whole, core.data));

  function copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to);
    for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(to, name));
  }

  const at = (name: string) => path.join(core.data, name);
  const wal = () => readFileSync(at('ledger.db-wal'));
  const contents = () => ['ledger.db', 'ledger.db-wal', 'acknowledged'].map((name) => bytesOf(at(name)));

  /** A WAL that is empty is as good as none. */
  function bytesOf(file: string): string {
    return statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, 'hex') : '';
  }

  function change(file: string, place: number): void {
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    writeFileSync(file, bytes);
  }

  /** Starts a core that must not come up; what it said. */
  async function refusal(): Promise<string> {
    const before = contents();
    const process = new Process('wallet-core', core.environment);
    const end = await process.listening.then(
      () => 'it listens',
      () => process.ended,
    );
    if (end === 'it listens') await process.stop('SIGKILL');
    expect(end, 'the exit code').to.equal(1);
    expect(contents(), 'what is left for whoever repairs it').to.deep.equal(before);
    return process.output;
  }

  const REFUSED: readonly (readonly [what: string, damage: () => void, says: RegExp])[] = [
    [
      'the WAL cut short',
      () => truncateSync(at('ledger.db-wal'), wal().length >> 1),
      /ledger\.db-wal: answers were given up to entry 1:\d+:\w{64}, which is frame \d+ of this file, and it is good up to frame \d+ only/,
    ],
    [
      'a byte of the WAL changed',
      () => change(at('ledger.db-wal'), wal().length >> 1),
      /ledger\.db-wal: .* good up to frame \d+ only: it was cut short, or something in it has changed/,
    ],
    ['the head of the WAL changed', () => change(at('ledger.db-wal'), 20), /it is missing or its head is damaged/],
    ['the WAL removed', () => rmSync(at('ledger.db-wal')), /it is missing or its head is damaged/],
    ['the ledger removed', () => rmSync(at('ledger.db')), /ledger\.db: answers .*, and the file is missing/],
    ['the ledger emptied', () => truncateSync(at('ledger.db'), 0), /ledger\.db: answers .*, and the file is empty/],
  ];
  for (const [what, damage, says] of REFUSED) {
    it(`is refused and left as it is: ${what}`, async () => {
      damage();
      const output = await refusal();
      expect(output).to.match(says);
      expect(output).to.contain(`First copy ${core.data} elsewhere`);
      expect(output).to.contain('npx single-wallet restore --help');
      expect(output).to.contain(`remove ${core.data}/acknowledged and start again`);
    });
  }

  it('is refused with both positions when an older copy was put in its place, until a person accepts the loss', async () => {
    await core.start();
    await core.end();
    const older = readFileSync(at('ledger.db'));
    await core.start();
    await core.post(deposit('1.00', 'later'));
    await core.end();
    writeFileSync(at('ledger.db'), older);
    const output = await refusal();
    expect(output).to.match(
      /ledger\.db: answers were given up to entry 1:24:\w{64}, and the journal ends at 1:23:\w{64}/,
    );
    rmSync(at('acknowledged'));
    await core.start();
    expect(await core.clients.balance()).to.equal('1020.00');
    expect(statSync(at('acknowledged')).mode & 0o777).to.equal(0o600);
    await core.end();
    writeFileSync(at('ledger.db'), older);
    await core.start();
    await core.end('SIGKILL');
  });

  it('is refused when it is another one with as many entries', async () => {
    const other = await TestCore.start('1.00');
    for (let n = 0; n < 20; n += 1) await other.post(deposit('2.00', `deposit-${n}`));
    await other.end();
    copyFileSync(path.join(other.data, 'acknowledged'), at('acknowledged'));
    await other.stop();
    expect(await refusal()).to.match(/and its hash there is \w{64}: this is another ledger, or one that was changed/);
  });

  it('is refused while nobody knows what was acknowledged, and serves again when that is accepted', async () => {
    change(at('acknowledged'), 40);
    expect(await refusal()).to.contain('npx single-wallet verify --against <digest>');
    truncateSync(at('acknowledged'), 0);
    expect(await refusal()).to.match(/acknowledged: is damaged, so nobody knows up to which entry/);
    rmSync(at('acknowledged'));
    await core.start();
    expect(await core.clients.balance()).to.equal('1020.00');
    await core.end('SIGKILL');
  });

  it('is none while it is whole: each commit is written down before its answer', async () => {
    await core.start();
    for (let n = 0; n < 5; n += 1) {
      await core.post(deposit('1.00', `next-${n}`));
      const last = inLedger(core.data, (db) => db.prepare('SELECT max(seq) FROM entry').pluck().get());
      expect(acknowledged().digest).to.match(new RegExp(`^1:${String(last)}:`));
      expect(acknowledged().frames).to.be.greaterThan(0);
    }
    const { digest } = await verify(core.clients);
    expect(acknowledged().digest).to.equal(digest);
    await core.end();
    expect(acknowledged()).to.deep.equal({ digest, frames: 0 });
  });

  function acknowledged(): { digest: string; frames: number } {
    const [, digest = '', frames = ''] =
      /^digest (\S+)\nwal \w+ (\d+)$/m.exec(readFileSync(at('acknowledged'), 'utf8')) ?? [];
    return { digest, frames: Number(frames) };
  }
});
