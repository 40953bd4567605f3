import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { Command } from '../../proto/gen/wallet/v1/posting.js';
import { backup, filled, grow } from './backup.js';
import { CommandLine } from './command-line.js';
import { failure, movements, refund, TestCore } from './core.js';
import { told, verify } from './verify.js';

interface Answered {
  readonly command: Command;
  readonly bytes: string;
}

const UNFINISHED = /\.part$/;

describe('a backup', () => {
  let core: TestCore;
  let folder: string;

  before(async () => {
    core = await TestCore.start('100000.00');
    folder = path.join(core.data, 'backups');
    await grow(core, 10);
  });
  after(() => core.stop());

  const files = () => (existsSync(folder) ? readdirSync(folder).sort() : []);

  /** Posts of many kinds by several callers until it is stopped; every answer in the order in which it came. */
  function load(name: string): { answered: Answered[]; stop: () => Promise<void> } {
    const answered: Answered[] = [];
    let running = true;
    const write = async (caller: string) => {
      for (let n = 0; running; n += 1) {
        const own = `${caller}-${n}`;
        const back = { reference: `held-${own}`, relation: Relation.RETURN, amount: '1.00' };
        for (const command of [
          movements({ reference: `bet-${own}`, amount: '-2.00' }),
          movements({ reference: `held-${own}`, amount: '-3.00', kind: Kind.WITHHOLDING }),
          movements({ reference: `back-${own}`, amount: '1.00', kind: Kind.WITHHOLDING_RETURN, names: [back] }),
          refund(
            { reference: `refund-${own}` },
            { reference: `bet-${own}`, amount: '2.00' },
            { reference: `no-${own}` },
          ),
          movements({ reference: `much-${own}`, amount: '-900000.00' }),
        ]) {
          answered.push({ command, bytes: await core.bytesOf(command) });
        }
      }
    };
    const writers = Promise.all(Array.from({ length: 8 }, (_, n) => write(`${name}${n}`)));
    const stop = async () => {
      running = false;
      await writers;
    };
    return { answered, stop };
  }

  it('made under load has all that was answered before, once restored, and gives it again byte for byte', async () => {
    const { answered, stop } = load('load');
    while (answered.length < 300) await nextTurn();
    const before = answered.length;
    const running = backup(core.clients);
    await filled(folder, UNFINISHED);
    const begun = answered.length;
    const made = await running;
    expect(answered.length, 'answers while it was made').to.be.above(begun);
    for (const until = answered.length + 100; answered.length < until;) await nextTurn();
    await stop();

    const data = path.join(core.folder, 'restored');
    const restored = await CommandLine.run('restore', '--from', made.path, '--data', data);
    expect(restored, restored.stderr).to.include({ code: 0, stderr: '' });
    const other = await TestCore.at(core, data);
    const known = async ({ command, bytes }: Answered) => (await other.bytesOf(command)) === bytes;
    const same = await Promise.all(answered.map(known));
    expect(same.slice(0, before).every(Boolean), 'what was answered before').to.equal(true);
    expect(same.every(Boolean), 'what was answered after the copy is not all in it').to.equal(false);

    for (const { clients } of [core, other]) {
      const verification = await verify(clients, made.digest);
      expect(verification.findings.map(told)).to.deep.equal([]);
    }
    await other.end();
  });

  it('has its digest beside it, is for its owner alone, and is told by the command line', async () => {
    const text = await CommandLine.run('backup', '--address', core.clients.address);
    expect(text.code, text.stderr).to.equal(0);
    const [, file = '', digest = ''] =
      /^The ledger is backed up\.\nfile {4}(\S+), \S+ MB in \S+ s\nup to .*\ndigest {2}(1:\d+:[0-9a-f]{64})\n$/.exec(
        text.stdout,
      ) ?? [];
    const { digest: now, entries } = await verify(core.clients);
    expect(digest).to.equal(now);
    expect(path.relative(folder, file)).to.match(new RegExp(`^ledger-\\d{8}T\\d{6}Z-${entries}\\.db$`));
    expect(readFileSync(file.replace(/db$/, 'digest'), 'utf8')).to.equal(`${digest}\n`);
    for (const each of [file, file.replace(/db$/, 'digest')]) expect(statSync(each).mode & 0o777).to.equal(0o600);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
    const { code, stdout } = await CommandLine.run('backup', '--address', core.clients.address, '--json');
    expect(code).to.equal(0);
    const made = JSON.parse(stdout) as { path: string };
    expect(made).to.include({ digest: (await verify(core.clients)).digest, bytes: statSync(made.path).size });
  });

  it('is made one at a time', async () => {
    const first = backup(core.clients);
    expect(await failure(backup(core.clients))).to.match(/^RESOURCE_EXHAUSTED: a backup is under way/);
    await first;
  });

  it('is gone when its caller hangs up in the middle, and the next is made', async () => {
    const before = files();
    const call = await new Promise<{ cancel(): void }>((begun) => void backup(core.clients, begun).catch(() => {}));
    await filled(folder, UNFINISHED);
    call.cancel();
    while (files().some((name) => name.includes('.part'))) await nextTurn();
    expect(files()).to.deep.equal(before);
    await backup(core.clients);
  });

  it('leaves nothing when the process is told to stop in the middle, which ends as ever', async () => {
    const before = files();
    const running = failure(backup(core.clients));
    await filled(folder, UNFINISHED);
    const ended = core.process.stop('SIGTERM');
    expect(await running).to.match(/^UNAVAILABLE: wallet-core is stopping/);
    expect(await ended).to.equal(0);
    expect(files()).to.deep.equal(before);
    await core.start();
  });

  it('that a kill interrupted has no name of a backup, and its rest is removed at the next start', async () => {
    const before = files();
    const running = failure(backup(core.clients));
    await filled(folder, UNFINISHED);
    await core.end('SIGKILL');
    await running;
    expect(files().filter((name) => !name.includes('.part'))).to.deep.equal(before);
    expect(files().some((name) => UNFINISHED.test(name))).to.equal(true);
    await core.start();
    expect(files()).to.deep.equal(before);
    expect((await verify(core.clients)).findings.map(told)).to.deep.equal([]);
  });

  it('for which the disk has no room is refused with the reason, leaves nothing, and bets go on', async () => {
    await core.restart('SIGTERM');
    const before = files();
    const limit = (bytes: string) =>
      execFileSync('prlimit', [`--fsize=${bytes}:unlimited`, '--pid', String(core.process.child.pid)]);
    limit('20000000');
    expect(await failure(backup(core.clients))).to.match(
      /^FAILED_PRECONDITION: walletCore.backups: .*\/backups: .*(full|I\/O error|too large)/,
    );
    expect(files()).to.deep.equal(before);
    await core.process.prints('"code":"FAILED_PRECONDITION"');
    expect(core.process.output.split('walletCore.backups: ').length - 1, 'lines that tell of it').to.equal(1);
    await core.post(movements({ reference: 'goes on' }));
    limit('unlimited');
    await backup(core.clients);
  });

  it('says which setting to mend where its folder is none', async () => {
    renameSync(folder, `${folder}.aside`);
    writeFileSync(folder, '');
    const { code, stderr } = await CommandLine.run('backup', '--address', core.clients.address);
    rmSync(folder);
    renameSync(`${folder}.aside`, folder);
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /^no backup was made: wallet-core at [^ ]+ answered FAILED_PRECONDITION: walletCore.backups: .*; expected a folder that wallet-core may write\n$/,
    );
  });
});
