import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Role, type CreateTokenResponse, type ListTokensResponse } from '../../proto/gen/wallet/v1/access.js';
import type { ListRefusedResponse } from '../../proto/gen/wallet/v1/operations.js';
import type { Command, PostResponse } from '../../proto/gen/wallet/v1/posting.js';
import type { ListActsResponse } from '../../proto/gen/wallet/v1/query.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { Random } from '../simulator/random.js';
import { call, System } from '../system.js';
import { backup } from '../wallet-core/backup.js';
import { CommandLine } from '../wallet-core/command-line.js';
import { failure, movements, TestCore, words } from '../wallet-core/core.js';
import { mixedLoad } from '../wallet-core/mixed-load.js';
import { Disk } from './full-disk.js';
import { fillTheDisk, Tank } from './full-disks.js';
import { proveLedger } from './ledger-file.js';
import { printFull } from './printout.js';
import { compileShim, temporaryFolder } from './shim.js';

describe('the ledger on a disk that gets full', () => {
  let folder: string;
  let shim: string;

  before(() => {
    folder = temporaryFolder('full-disk-');
    shim = compileShim(folder, 'full-disk');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('answers busy, goes on reading, and goes on by itself when there is room, 10 times', async function () {
    this.timeout(300_000);
    const figures = await fillTheDisk(10, 1, shim);
    console.log(printFull(figures).replace(/^/gm, '      '));
    expect(figures.rounds).to.equal(10);
    expect(figures.reads, 'reads while it was full').to.be.at.least(10);
    expect(figures.resumedMs).to.be.below(2_000);
    expect(figures.absent).to.be.greaterThan(100);
    expect(figures.kept.movements).to.be.greaterThan(1_000);
    expect(figures.kept.verified, 'verifications').to.equal(10);
  });

  describe('in the middle of what makes a ledger', () => {
    let core: TestCore;
    let sources: Record<'restore' | 'import', string>;

    before(async () => {
      core = await TestCore.start('1000.00');
      await mixedLoad(core);
      const lines = path.join(core.folder, 'journal.ndjson');
      await CommandLine.run('export', '--to', lines, '--reason', 'a test', '--address', core.clients.address);
      sources = { restore: (await backup(core.clients)).path, import: lines };
    });
    after(() => core.stop());

    for (const [what, made] of [
      ['restore', 'restored'],
      ['import', 'imported'],
    ] as const) {
      it(`leaves none, says so, and ${what} makes it when there is room`, async () => {
        const disk = new Disk(path.join(realpathSync(core.folder), what), shim);
        const run = () =>
          new CommandLine([what, '--from', sources[what], '--data', disk.folder], disk.environment).end();
        for (const room of [0, 30_000, 150_000]) {
          disk.leave(room);
          const { code, stderr } = await run();
          expect([code, stderr.trim()], `${room} bytes`).to.deep.equal([
            2,
            `nothing was ${made}: ${disk.folder}: its disk is full; make room and run it again`,
          ]);
          expect(readdirSync(disk.folder).filter((name) => !name.startsWith('owner.db'))).to.deep.equal([]);
        }
        disk.makeRoom();
        const { code, stderr } = await run();
        expect(code, stderr).to.equal(0);
        proveLedger(disk.folder);
      });
    }
  });

  describe('that is full now', () => {
    let tank: Tank;

    beforeEach(async () => {
      tank = await Tank.open(new Random(1, 'full now'), shim);
      await tank.crew.meet(0);
    });
    afterEach(() => tank.close());

    const bets = (count: number) =>
      Array.from({ length: count }, (_, n) => movements({ playerId: 'p0-0', amount: '-0.01', reference: `bet-${n}` }));
    const postAll = async (commands: readonly Command[]) =>
      (
        await Promise.all(
          commands.map((command) => call<PostResponse>((done) => tank.watch.clients.posting.post({ command }, done))),
        )
      ).map(({ result }) => result && words(result));

    it('applies nothing of any command, says so once in its log, and once that it goes on', async () => {
      const { core, clients } = tank.system;
      const told = (text: string) => core.output.split(text).length - 1;
      tank.disk.leave(0);
      for (const turn of [1, 2, 3]) {
        const refused = await postAll(bets(100));
        expect(new Set(refused), `turn ${turn}`).to.deep.equal(new Set(['NOT_APPLIED STORE_FULL']));
      }
      const request = { playerId: 'p0-0', reason: 'kyc', note: '' };
      expect(await failure(call((done) => clients.accounts.freezePlayer(request, done)))).to.equal(
        'UNAVAILABLE: STORE_FULL: nothing happened, send it again',
      );
      await tank.read();
      await core.prints('the disk of the ledger is full');
      expect(told('the disk of the ledger is full')).to.equal(1);

      tank.disk.makeRoom();
      expect(new Set(await postAll(bets(100)))).to.deep.equal(new Set(['APPLIED']));
      expect(await clients.balance('p0-0')).to.equal('499.00');
      while (told('the disk of the ledger has room again') === 0) await tank.deposit();
      expect(await postAll(bets(100))).to.have.lengthOf(100);
      expect(await clients.balance('p0-0')).to.equal('499.00');
      for (const text of ['is full', 'has room again']) expect(told(`the disk of the ledger ${text}`)).to.equal(1);
      expect(core.output).not.to.contain('a command met a fault');
    });

    it('drops no requests, says what to do, and drops them when there is room', async () => {
      const { core, clients } = tank.system;
      const [bet] = bets(1);
      const kept = { ...bet, request: randomBytes(2_000) } as Command;
      expect(await postAll([kept])).to.deep.equal(['APPLIED']);
      while (Date.now() <= Number((await clients.movements({ playerId: 'p0-0' }))[0]?.timeMs));
      const prune = () =>
        CommandLine.run(
          ...['requests', 'prune', '--reason', 'the disk is full', '--address', clients.address],
          ...['--before', new Date().toISOString()],
        );
      tank.disk.leave(0);
      const { code, stderr } = await prune();
      expect([code, stderr.trim()]).to.deep.equal([
        2,
        `only the requests of 0 entries are gone: wallet-core at ${clients.address} answered FAILED_PRECONDITION: ` +
          'the disk of the ledger is full: make room, and prune again',
      ]);
      expect(core.output).not.to.contain('a call failed unexpectedly');
      tank.disk.makeRoom();
      expect((await prune()).stdout).to.match(/^The requests of [1-9]\d* entries are gone, \d+ bytes\.\n$/);
      proveLedger(tank.disk.folder);
    });

    it('stops without a fault, does not start, and starts with all that it acknowledged when there is room', async () => {
      const { core, clients } = tank.system;
      // So many that the database must become larger for them.
      expect(new Set(await postAll(bets(1_000)))).to.deep.equal(new Set(['APPLIED']));
      tank.disk.leave(0);
      expect(await core.stop('SIGTERM')).to.equal(0);
      expect(statSync(path.join(tank.disk.folder, 'ledger.db-wal')).size, 'the WAL that stays').to.be.greaterThan(0);
      // Others have taken what the stop gave back.
      tank.disk.leave(0);
      const start = tank.system.startCore(clients.address).then(
        () => 'it started',
        (error: Error) => error.message,
      );
      expect(await start).to.match(/disk is full/);
      tank.disk.makeRoom();
      await tank.system.startCore(clients.address);
      tank.watch.renew();
      expect(await tank.watch.clients.balance('p0-0')).to.equal('490.00');
      proveLedger(tank.disk.folder);
    });

    it('takes no token of which it cannot write down all, and has the others after a restart', async () => {
      const { clients } = tank.system;
      const create = (name: string) => {
        const request = { name, roles: [Role.READ], channels: [] };
        return call<CreateTokenResponse>((done) => clients.tokens.createToken(request, done));
      };
      const names = async () => {
        const { tokens } = await call<ListTokensResponse>((done) => tank.system.clients.tokens.listTokens({}, done));
        return tokens.map(({ name }) => name);
      };
      const before = await names();
      for (const room of [100, 0]) {
        tank.disk.leave(room);
        expect(await failure(create('none')), `${room} bytes`).to.match(/^INTERNAL/);
      }
      tank.disk.makeRoom();
      await create('one');
      await tank.system.restartCore();
      expect(await names()).to.deep.equal([...before, 'one']);
    });

    it('never leaves the fate of a commit open for want of room beside the WAL', async () => {
      // A reader elsewhere keeps the WAL from being begun anew, so that it grows.
      const reader = new SQLite(path.join(tank.disk.folder, 'ledger.db'), { readonly: true });
      try {
        reader.exec('BEGIN');
        reader.prepare('SELECT count(*) FROM movement').get();
        const wal = () => statSync(path.join(tank.disk.folder, 'ledger.db-wal')).size;
        // SQLite's index of the WAL has room for so many pages, and grows by 32 KiB when a commit has passed them.
        const end = 32 + 4062 * (4096 + 24);
        let written = 0;
        while (wal() + written <= end) {
          const before = wal();
          await tank.deposit();
          written = wal() - before;
        }
        tank.disk.leave(written + 2 ** 14);
        while (await tank.deposit());
        expect(wal()).to.be.greaterThan(end);
        expect(tank.system.core.child.exitCode, tank.system.core.output).to.equal(null);
        tank.disk.makeRoom();
        await tank.applied();
      } finally {
        reader.close();
      }
      proveLedger(tank.disk.folder);
    });
  });

  describe('that is full, beside what is no command', () => {
    let system: System;
    let disk: Disk;

    before(async () => {
      disk = new Disk(path.join(realpathSync(folder), 'beside'), shim);
      const elsewhere = path.join(folder, 'backups');
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, path.join(disk.folder, 'backups'));
      system = await System.start(undefined, [], { ...disk.environment, SINGLE_WALLET_DATA: disk.folder });
    });
    beforeEach(() => disk.leave(0));
    afterEach(() => disk.makeRoom());
    after(() => system.stop());

    it('has a backup made elsewhere all the same, of which the log alone tells who and why', async () => {
      const { address } = system.clients;
      const { code, stderr } = await CommandLine.run('backup', '--reason', 'out of here', '--address', address);
      expect(code, stderr).to.equal(0);
      await system.core.prints('"reason":"out of here"');
      const line = system.core.output.split('\n').find((text) => text.includes('"reason":"out of here"')) ?? '';
      expect(JSON.parse(line)).to.include({ recorded: false });
      disk.makeRoom();
      const list = { playerId: '', pageSize: 0, pageToken: '' };
      const { acts } = await call<ListActsResponse>((done) => system.clients.queries.listActs(list, done));
      expect(acts.map(({ by }) => by?.reason)).not.to.include('out of here');
    });

    it('takes no refused calls, says that they are to be sent again, and takes them when there is room', async () => {
      const calls = Array.from({ length: 1_000 }, () => ({
        ...{ timeMs: BigInt(Date.now()), address: '::1', channel: 'ebet/1', endpoint: 'increaseCredit', playerId: '' },
        ...{ reference: 'refused', status: '4026', reason: 'why', body: randomBytes(1_000), fromProvider: true },
      }));
      const request = { calls, dropped: 0, droppedOfChannels: [] };
      const keep = () => failure(call((done) => system.clients.operations.keepRefused(request, done)));
      const again = 'RESOURCE_EXHAUSTED: the disk of the ledger is full: send them again';
      expect([await keep(), await keep()]).to.deep.equal([again, again]);
      expect(system.core.output).not.to.contain('a call failed unexpectedly');
      disk.makeRoom();
      expect(await keep()).to.equal('OK');
      const filter = { playerId: '', reference: 'refused', channel: '', fromMs: 0n, toMs: 0n, limit: 1_000 };
      const kept = await call<ListRefusedResponse>((done) => system.clients.operations.listRefused(filter, done));
      expect(kept.calls).to.have.length(1_000);
    });
  });
});
