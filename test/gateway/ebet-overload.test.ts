import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { PostBatchResponse } from '../../proto/gen/wallet/v1/posting.js';
import { call, MOVEMENT } from '../system.js';
import { Ebet, expectCredit, fresh, type Answered } from './ebet.js';
import { Planted } from './planted.js';

describe('eBET beside a platform that asks for more than wallet-core can queue', () => {
  const planted = new Planted();

  before(() => planted.start(new URL('./waiting-rules.js', import.meta.url)));
  after(async () => {
    await planted.stop();
    rmSync(planted.folder, { recursive: true });
  });

  /** Zeros, 800 in a call; more of them wait than the 4,096 that may. */
  async function flood(playerId: string): Promise<void> {
    const commandOf = () => {
      const value = { movements: [{ ...MOVEMENT, playerId, amount: '0', reference: fresh('flood') }] };
      const body = { $case: 'movements' as const, value };
      return { channel: 'platform/test', timeoutMs: 60_000, request: Buffer.alloc(0), body };
    };
    const batches = Array.from({ length: 8 }, () => Array.from({ length: 800 }, commandOf));
    const { posting } = planted.clients;
    await Promise.all(
      batches.map((commands) => call<PostBatchResponse>((done) => posting.postBatch({ commands }, done))),
    );
  }

  it('gets 4003 for its bets, which are not made; sent again when there is room, each is made once', async () => {
    for (const channel of ['platform/test', 'ebet/1']) await planted.clients.openChannel(channel);
    const ebet = new Ebet(planted);
    const [player, other] = [await ebet.player('1000.00'), await ebet.player('0.00')];
    const hold = path.join(planted.folder, 'hold');
    writeFileSync(hold, '');
    const heldUp = planted.clients.post({ playerId: other.name, amount: '0', reference: 'held-up', round: hold });
    const flooded = flood(other.name);

    const bets: Answered[] = [];
    while (!planted.log.includes('"why":"QUEUE_FULL"')) {
      const bet = await player.increaseCredit(1, '-10');
      expectCredit(bet, 4003, '0');
      bets.push(bet);
    }
    rmSync(hold);
    await Promise.all([heldUp, flooded]);
    expect(planted.log.split('"command":"unread"').length, 'lines of what was turned away').to.be.below(50);

    await player.expectLedger('1000.00');
    for (const bet of bets) expect((await ebet.again(bet)).json.status).to.equal(200);
    for (const bet of bets) expect((await ebet.again(bet)).json.status).to.equal(200);
    const made = bets.length;
    await player.expectLedger(`${1000 - 10 * made}.00`, ...Array<string>(made).fill('BET -10.00'));
  });
});
