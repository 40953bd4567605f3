import { expect } from 'chai';
import { System } from '../system.js';
import { Ebet, print } from './ebet.js';

describe('the gateway, told to stop', () => {
  it('answers the bets under way first, and takes no new ones', async () => {
    const system = await System.start();
    try {
      const ebet = new Ebet(system, 1);
      const player = await ebet.player();
      // wallet-core hangs, so that the bets are under way for as long as we want.
      system.core.child.kill('SIGSTOP');
      const underWay = Array.from({ length: 5 }, () => player.increaseCredit(1, '-2'));
      await arrived(system);
      const ended = system.gateway.stop('SIGTERM');
      await refused(system);
      system.core.child.kill('SIGCONT');
      const balances = (await Promise.all(underWay)).map(({ json }) => [json.status, json.money]);
      expect(balances.sort()).to.deep.equal([990, 992, 994, 996, 998].map((money) => [200, money]));
      expect(await ended).to.equal(0);
      await player.expectLedger('990.00', ...Array<string>(5).fill('BET -2.00'));
    } finally {
      await system.stop();
    }
  });
});

/** Until calls that were sent before this one have reached the gateway: it answers this one without wallet-core. */
async function arrived(system: System): Promise<void> {
  const answered = await system.post('/increaseCredit', print({ channelId: 99 }));
  expect(answered.json.status).to.equal(202);
}

/** Until the gateway takes no new connections: each answer that it gives while it stops ends its connection. */
async function refused(system: System): Promise<void> {
  const asked = () => fetch(`${system.url}/healthz`).then((answer) => answer.text());
  while (await asked().catch(() => undefined));
}
