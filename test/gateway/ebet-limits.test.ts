import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { dial, SECURED } from '../secured.js';
import { System } from '../system.js';
import { Ebet, expectCredit, fresh, print, type Player } from './ebet.js';

/** What a call may cost, whoever sends it: nobody's call harms another's, the log or the process. */
describe('the gateway', () => {
  let system: System;
  let ebet: Ebet;

  beforeEach(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  afterEach(() => system.stop());

  /** Whether every bet that is made until something has ended is answered 200. */
  async function expectBetsUntil(player: Player, end: Promise<unknown>): Promise<void> {
    let ended = false;
    const over = end.finally(() => (ended = true));
    while (!ended) expect((await player.increaseCredit(1, '-0.01')).json.status).to.equal(200);
    await over;
  }

  it('answers the bets beside many refunds that are far too long', async () => {
    const player = await ebet.player();
    // In UTF-8 a name is three times as long as its letters, and wallet-core would get it with every line.
    const [name, line] = ['荷'.repeat(64), print({ refundSeqNo: 'a' })];
    const request = ebet.signed('/refundSingleWallet', player.refundRequest([], { username: name }));
    const body = print(request).replace('"refundList":[]', `"refundList":[${Array(50_000).fill(line).join(',')}]`);
    expect(body.length).to.be.within(900_000, 2 ** 20 - 1000);
    const refunds = Promise.all(Array.from({ length: 8 }, () => system.post('/refundSingleWallet', body)));
    await expectBetsUntil(player, refunds);
    expect(new Set((await refunds).map(({ json }) => json.status))).to.deep.equal(new Set([4025]));
  });

  it('answers the bets beside many refunds of 1,001 lines, which it refuses', async () => {
    const player = await ebet.player();
    const lines = Array.from({ length: 1001 }, () => player.line('never-seen', '-1'));
    const refunds = Promise.all(Array.from({ length: 50 }, () => player.refund(lines)));
    await expectBetsUntil(player, refunds);
    expect(new Set((await refunds).map(({ json }) => json.status))).to.deep.equal(new Set([4025]));
  });

  it('writes no more than 128 characters of a seqNo into its log', async () => {
    const player = await ebet.player();
    const seqNo = `${fresh('long')}-`.padEnd(100_000, 'x');
    for (const channelId of [99, 1]) {
      const bet = await player.increaseCredit(1, '-1', { seqNo, channelId });
      expectCredit(bet, channelId === 1 ? 4025 : 202, '0');
      await player.refund([player.line('a', '-1')], { seqNo, channelId });
      await player.syncCredit({ seqNo, channelId });
    }
    // A seqNo that nobody ever sent ends what there is to read.
    await player.increaseCredit(1, '-1', { seqNo: 'the-last-of-them', channelId: 99 });
    await system.gateway.prints('the-last-of-them');
    const lines = system.gateway.output.split('\n');
    expect(lines.filter((line) => line.includes('xxxx')).length).to.be.at.least(2);
    for (const line of lines) {
      expect(line.length).to.be.below(1000);
      expect(/x+/.exec(line.replace(/^.*?"reference":"/, ''))?.[0].length ?? 0).to.be.at.most(128);
    }
  });

  /** A caller who has sent the head of a request and half of its body, and whom the gateway has begun to read. */
  async function halfSent(body: string): Promise<Socket> {
    const socket = dial(system.url).on('error', () => {});
    const head = ['POST /increaseCredit HTTP/1.1', 'Host: gateway', 'Expect: 100-continue'];
    socket.write([...head, `Content-Length: ${body.length}`, '', ''].join('\r\n'));
    await once(socket, 'data');
    await new Promise((resolve) => socket.write(body.slice(0, body.length >> 1), resolve));
    return socket;
  }

  it('makes no fault of ours of a caller whose target is no address', async () => {
    const socket = dial(system.url);
    socket.write('POST http://[ HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    expect(await system.gateway.stop()).to.equal(0);
    expect(system.gateway.output).to.not.match(/"level":(50|60)/);
  });

  it('makes no fault of ours of a caller who hangs up in the middle of a body', async () => {
    const player = await ebet.player();
    const body = print(ebet.signed('/increaseCredit', player.movement(1, '-100')));
    // A connection with TLS has no reset of its own.
    for (const end of ['destroy', SECURED ? 'destroy' : 'resetAndDestroy', 'end'] as const) {
      const socket = await halfSent(body);
      const closed = once(socket, 'close');
      socket[end]();
      await closed;
    }
    expectCredit(await player.increaseCredit(1, '-1'), 200, '999', '1000');
    expect(await system.gateway.stop()).to.equal(0);
    expect(system.gateway.output).to.not.match(/"level":(50|60)/);
    await player.expectLedger('999.00', 'BET -1.00');
  });
});

describe('the gateway in an environment with a proxy', () => {
  let system: System;

  before(async () => {
    // Port 9 discards what it gets, if anybody listens there.
    const proxy = 'http://127.0.0.1:9';
    const proxies = { http_proxy: proxy, https_proxy: proxy, grpc_proxy: proxy, no_proxy: '', no_grpc_proxy: '' };
    system = await System.start(undefined, undefined, { ...proxies, HTTP_PROXY: proxy, HTTPS_PROXY: proxy });
  });
  after(() => system.stop());

  it('still reaches wallet-core', async () => {
    expect(await system.post('/netCheck', '{}')).to.include({ http: 200, text: '{"status":200}' });
    const player = await new Ebet(system).player();
    expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
    expect((await player.syncCredit()).json).to.include({ status: 200, money: 900 });
  });
});
