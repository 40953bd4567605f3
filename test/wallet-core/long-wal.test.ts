import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { expect } from 'chai';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { readWal } from '../../wallet-core/storage/sqlite/wal.js';
import { deposit, TestCore } from './core.js';
import { verify } from './verify.js';

/** SQLite's index of the WAL, "-shm", has a block of 32 KiB for so many frames, and further ones for more. */
const FRAMES_OF_FIRST_BLOCK = 4_062;

describe('a ledger that was killed when its WAL was long', () => {
  let core: TestCore;
  before(async () => {
    core = await TestCore.start('0.00');
  });
  after(() => core.stop());

  const frames = () => readWal(path.join(core.data, 'ledger.db-wal'))?.frames ?? 0;

  it('has all that was answered after the next start', async () => {
    // As long as somebody reads the past, the WAL cannot begin anew.
    const reader = new SQLite(path.join(core.data, 'ledger.db'), { readonly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT max(seq) FROM entry').get();
    let known = 0;
    while (frames() <= FRAMES_OF_FIRST_BLOCK + 1_000) {
      known += 1;
      const request = randomBytes(2 ** 20);
      const { movements } = await core.post({ ...deposit('1.00', `deposit-${known}`), request });
      expect(movements.map(({ balanceAfter }) => balanceAfter)).to.deep.equal([`${known}.00`]);
    }
    await core.end('SIGKILL');
    reader.close();

    await core.start();
    expect(await core.clients.balance()).to.equal(`${known}.00`);
    const { movements } = await core.post(deposit('1.00', 'after-the-kill'));
    expect(movements.map(({ balanceAfter }) => balanceAfter)).to.deep.equal([`${known + 1}.00`]);
    expect((await verify(core.clients)).findings).to.deep.equal([]);
  });

  it('has all that was answered when it is killed while the WAL is written into the database', async () => {
    let posted = 0;
    const answered: string[] = [];
    const post = async () => {
      const reference = `beside-${(posted += 1)}`;
      const command = { ...deposit('1.00', reference, 'beside'), request: randomBytes(2 ** 20) };
      await core.post(command).then(
        () => answered.push(reference),
        () => {},
      );
    };
    await core.clients.open('beside', 'CNY');
    for (const life of [1, 2]) {
      // A pass begins at 4,000 frames, with the commit behind them.
      while (frames() < 4_000) await post();
      const racing = [post(), post(), post(), post()];
      await Promise.race(racing);
      await core.end('SIGKILL');
      await Promise.all(racing);
      await core.start();
      const found = (await core.clients.movements({ playerId: 'beside' })).map(({ reference }) => reference);
      expect(found, `life ${life}`).to.include.members(answered);
    }
    expect((await verify(core.clients)).findings).to.deep.equal([]);
  });
});
