import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { pino } from 'pino';
import type { Apiv1Channel } from '../../gateway/apiv1/channel.js';
import { apiv1Routes } from '../../gateway/apiv1/routes.js';
import { Callbacks } from '../../gateway/callbacks.js';
import { connectionTo } from '../../gateway/connection.js';
import { ebetRoutes } from '../../gateway/ebet/routes.js';
import { Intake } from '../../gateway/intake.js';
import { WalletClient } from '../../gateway/wallet-client.js';
import { dial } from '../secured.js';
import { System } from '../system.js';
import { Apiv1 } from './apiv1.js';
import { Ebet, fresh, print, textOf } from './ebet.js';

interface Line {
  readonly level: number;
  readonly endpoint: string;
  readonly reference: string;
  readonly outcome: string;
  readonly ms: number;
  readonly readMs: number;
  readonly signatureMs: number;
  readonly walletCoreMs: number;
  readonly traceId: string;
}

const INFO = 30;
const WARN = 40;
const ERROR = 50;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the log of the gateway', () => {
  let system: System;
  let ebet: Ebet;
  let apiv1: Apiv1;

  before(async () => {
    system = await System.start([
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ]);
    ebet = new Ebet(system);
    apiv1 = new Apiv1(system);
  });
  after(() => system.stop());

  const lines = (): Line[] =>
    system.gateway.output
      .split('\n')
      .filter((line) => line.includes('"msg":"callback"'))
      .map((line) => JSON.parse(line) as Line);

  async function post(endpoint: string, body: string, trace: string): Promise<void> {
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    await (await fetch(system.url + endpoint, { method: 'POST', headers, body })).text();
  }

  /** How many lines there are with that of a call of our own, which comes behind all that was told before. */
  async function counted(): Promise<number> {
    const trace = randomBytes(16).toString('hex');
    await post('/netCheck', '', trace);
    await system.gateway.prints(`"traceId":"${trace}","msg":"callback"}`);
    return lines().length;
  }

  /** The lines of what is sent meanwhile. */
  async function linesOf(work: () => Promise<unknown>): Promise<Line[]> {
    const before = await counted();
    await work();
    const after = await counted();
    return lines().slice(before, after - 1);
  }

  async function lineOf(work: () => Promise<unknown>): Promise<Line> {
    const [line, ...more] = await linesOf(work);
    expect(more).to.deep.equal([]);
    if (!line) throw new Error('there is no line');
    return line;
  }

  it('has a line for a bet: whose it is, what became of it, and where its time went', async () => {
    const player = await ebet.player();
    const seqNo = fresh('bet');
    const line = await lineOf(() => player.increaseCredit(1, '-80', { seqNo }));
    expect(line).to.deep.include({
      ...{ level: INFO, name: 'gateway', endpoint: 'increaseCredit', channel: 'ebet/1', address: '127.0.0.1' },
      ...{ player: player.name, reference: seqNo, outcome: '200' },
    });
    expect(line).not.to.have.any.keys('why', 'err');
    expect(line.traceId).to.match(/^[0-9a-f]{32}$/);
    for (const stage of [line.readMs, line.signatureMs, line.walletCoreMs]) expect(stage).to.be.above(0);
    expect(line.ms).to.be.at.least(line.readMs + line.signatureMs + line.walletCoreMs - 0.002);
  });

  it('has one of a bet that the ledger declined, which is nobody to be warned of', async () => {
    const player = await ebet.player('10.00');
    expect(await lineOf(() => player.increaseCredit(1, '-80'))).to.include({ level: INFO, outcome: '1003' });
  });

  it('has one of what was refused before the ledger, and says why', async () => {
    const player = await ebet.player();
    const line = await lineOf(() => player.increaseCredit(1, '-80', { signature: 'AAAA' }));
    const why = "the signature is by none of the channel's keys";
    expect(line).to.include({ level: WARN, outcome: '4026', why, walletCoreMs: 0 });
  });

  /** What is sent while wallet-core hangs. */
  async function meanwhile(work: () => Promise<unknown>): Promise<void> {
    system.core.child.kill('SIGSTOP');
    await work();
    system.core.child.kill('SIGCONT');
  }
  const UNDECIDED: readonly (readonly [what: string, outcome: string, why: string, work: () => Promise<unknown>])[] = [
    ['a balance of nobody', '4037', 'the player has no account in CNY', () => ebet.stranger().syncCredit()],
    ['a balance of no member', 'OTHERS', 'the member has no account in CNY', () => apiv1.stranger().balanceCheck()],
    [
      'a balance that nobody tells',
      'TIME_OUT',
      'wallet-core gave no answer in time',
      () => meanwhile(() => apiv1.stranger().balanceCheck()),
    ],
  ];
  for (const [what, outcome, why, work] of UNDECIDED) {
    it(`warns of ${what}, which is ${outcome}, and says why`, async () => {
      expect(await lineOf(work)).to.include({ level: WARN, outcome, why });
    });
  }

  const READABLE: Readonly<Record<string, () => Promise<unknown>>> = {
    registerOrLogin: () => system.post('/registerOrLogin', print({ channelId: 1, seqNo: 'x', eventType: 1 })),
    syncCredit: () => ebet.stranger().syncCredit(),
    increaseCredit: () => ebet.stranger().increaseCredit(1, '-1'),
    queryIncreaseCreditRecord: () => ebet.stranger().queryRecords(['x']),
    refundSingleWallet: () => ebet.stranger().refund([ebet.stranger().line('x', '-1')]),
    autoBatchRefund: () => ebet.batchRefund([ebet.stranger().failedBet('x', '1')]),
    netCheck: () => system.post('/netCheck', ''),
    'balance-check': () => apiv1.stranger().balanceCheck(),
    'balance-update': () => apiv1.stranger().update(1, '-1.00'),
    'transaction-check': () => apiv1.transactionCheck('T-unknown'),
  };
  for (const [endpoint, work] of Object.entries(READABLE)) {
    it(`has one of each call of ${endpoint}`, async () => {
      const { endpoint: told, outcome } = await lineOf(work);
      expect(told).to.equal(endpoint);
      expect(outcome).to.match(/^(\d{3,4}|SUCCESS|OTHERS)$/);
    });
  }

  it('has one of a body that is too large, or no JSON', async () => {
    const told = await linesOf(async () => {
      await system.post('/increaseCredit', 'x'.repeat(2 ** 20 + 1));
      await system.post('/api-v1/balance-update', 'no JSON');
    });
    expect(told).to.have.length(2);
    expect(told[0]).to.include({ level: WARN, outcome: 'UNREAD', why: 'request entity too large' });
    expect(told[1]).to.include({ level: WARN, outcome: 'OTHERS', channel: 'apiv1/brand-1' });
  });

  it('has one of a caller who hangs up in the middle of a body', async () => {
    const line = await lineOf(async () => {
      const socket = dial(system.url);
      const head = [
        'POST /increaseCredit HTTP/1.1',
        'Host: gateway',
        'Expect: 100-continue',
        'Content-Length: 9',
        '',
        '',
      ];
      socket.write(head.join('\r\n'));
      await once(socket, 'data');
      socket.destroy();
      await system.gateway.prints('"why":"request aborted"');
    });
    expect(line).to.include({ level: WARN, outcome: 'UNREAD', channel: '' });
  });

  it('has the trace that the caller names', async () => {
    const { sent } = await ebet.stranger().increaseCredit(1, '-1');
    const line = await lineOf(() => post('/increaseCredit', print(sent), TRACE));
    expect(line).to.include({ reference: textOf(sent.seqNo), traceId: TRACE });
  });

  it('has the trace that wallet-core has of what it asks there', async () => {
    const player = await ebet.player();
    for (const [work, told] of [
      [() => player.increaseCredit(1, '-1'), '"command":"movements"'],
      [() => player.syncCredit(), '"rpc":"QueryService/GetBalance"'],
    ] as const) {
      const { traceId } = await lineOf(work);
      await system.core.prints(`"traceId":"${traceId}"`);
      const line = system.core.output.split('\n').find((text) => text.includes(traceId));
      expect(line).to.contain(told);
    }
  });
});

describe('what the gateway tells by itself', () => {
  const lines: (Line & { readonly why?: string; readonly err?: { readonly message: string } })[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  let client: WalletClient;
  let callbacks: Callbacks;

  beforeEach(() => {
    lines.length = 0;
    client = new WalletClient(connectionTo({ walletCoreAddress: '127.0.0.1:1', walletCoreToken: undefined }), log);
    callbacks = new Callbacks(() => '127.0.0.1', client.refused, log);
  });
  afterEach(() => client.close());

  /** The status and text of the answer to a call. */
  async function answerOf(app: Pick<Koa, 'listen'>, url: string): Promise<readonly [status: number, text: string]> {
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${url}`, { method: 'POST', body: '{}' });
    const answer = [response.status, await response.text()] as const;
    server.close();
    server.closeAllConnections();
    return answer;
  }

  it('of a fault of ours that no endpoint has caught: HTTP 500, told once, with what threw', async () => {
    const answer = await answerOf(
      new Koa().use(callbacks.on('increaseCredit', () => Promise.reject(new Error('planted')))),
      '/increaseCredit',
    );
    expect(answer).to.deep.equal([500, 'Internal Server Error']);
    const told = lines.map(({ level, outcome, err }) => [level, outcome, err?.message]);
    expect(told).to.deep.equal([[ERROR, 'FAULT', 'planted']]);
  });

  it('of a fault of ours in an endpoint, with what threw; there is room for the next callback again', async () => {
    const intake = new Intake(pino({ level: 'silent' }));
    const allowFrom = { has: () => expect.fail('planted') };
    const channel = { name: 'apiv1/brand', path: '/api-v1', allowFrom } as unknown as Apiv1Channel;
    const [, text] = await answerOf(
      new Koa().use(apiv1Routes([channel], client, callbacks, intake).routes()),
      '/api-v1/balance-check',
    );
    expect(text).to.contain('"error_code":"TIME_OUT"');
    expect(lines.map(({ level, err }) => [level, err?.message])).to.deep.equal([[ERROR, 'planted']]);
    expect(intake.underWay).to.equal(0);
  });

  describe('of a callback that was read while too many were under way', () => {
    let intake: Intake;

    beforeEach(() => {
      intake = new Intake(pino({ level: 'silent' }));
      while (!intake.isFull()) intake.enter();
    });

    const told = () => lines.map(({ level, outcome, why }) => [level, outcome, why]);

    it('eBET: 4003, and why', async () => {
      const [, text] = await answerOf(
        new Koa().use(ebetRoutes([], client, callbacks, intake, () => Promise.resolve(true)).routes()),
        '/increaseCredit',
      );
      expect(text).to.contain('"status":4003');
      expect(told()).to.deep.equal([[WARN, '4003', 'too many callbacks are under way']]);
    });

    it('api-v1: TIME_OUT, and why', async () => {
      const channel = { name: 'apiv1/brand', path: '/api-v1' } as Apiv1Channel;
      const [, text] = await answerOf(
        new Koa().use(apiv1Routes([channel], client, callbacks, intake).routes()),
        '/api-v1/balance-check',
      );
      expect(text).to.contain('"error_code":"TIME_OUT"');
      expect(told()).to.deep.equal([[WARN, 'TIME_OUT', 'too many callbacks are under way']]);
    });
  });
});
