import path from 'node:path';
import { expect } from 'chai';
import type { GetAccountsResponse } from '../proto/gen/wallet/v1/account.js';
import { SQLite } from '../wallet-core/storage/sqlite/library.js';
import { Ebet, expectCredit } from './gateway/ebet.js';
import { call, type Process, System } from './system.js';
import { failure } from './wallet-core/core.js';

/** What reads our output may end before we do, such as a pipe into `head`. */
describe('when nobody reads its output any more', () => {
  let system: System;
  let ebet: Ebet;

  beforeEach(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  afterEach(() => system.stop());

  function breakPipes({ child }: Process): void {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  it('the gateway goes on and ends when it is told to', async () => {
    const player = await ebet.player();
    breakPipes(system.gateway);
    for (const n of [1, 2, 3]) {
      // A line in the log for each.
      expectCredit(await player.increaseCredit(1, '-1', { channelId: 99 }), 202, '0');
      expectCredit(await player.increaseCredit(1, '-1'), 200, String(1000 - n), String(1001 - n));
    }
    expect(await system.gateway.stop()).to.equal(0);
  });

  it('wallet-core goes on and ends when it is told to', async () => {
    const { name } = await ebet.player('1.00');
    const damage = new SQLite(path.join(system.folder, 'data', 'ledger.db'));
    damage.exec('DROP TABLE freeze_act');
    damage.close();
    breakPipes(system.core);
    for (let n = 0; n < 3; n += 1) {
      // A fault of ours, with a line in the log.
      const accounts = call<GetAccountsResponse>((done) =>
        system.clients.accounts.getAccounts({ playerId: name }, done),
      );
      expect(await failure(accounts)).to.match(/^INTERNAL/);
      expect(await system.clients.balance(name)).to.equal('1.00');
    }
    expect(await system.core.stop()).to.equal(0);
  });
});
