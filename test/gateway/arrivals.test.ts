import { once } from 'node:events';
import http, { type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { pino } from 'pino';
import { arrivals } from '../../gateway/arrivals.js';
import { readBody } from '../../gateway/body.js';
import { Callbacks } from '../../gateway/callbacks.js';
import { sideBySide } from '../../gateway/cohort.js';
import { connectionTo } from '../../gateway/connection.js';
import { Health } from '../../gateway/health.js';
import { Intake } from '../../gateway/intake.js';
import { WalletClient } from '../../gateway/wallet-client.js';
import { System } from '../system.js';
import { Ebet, expectCredit } from './ebet.js';

const CALLS = 50;
const ROOM = 20;
const CALL = 'POST /increaseCredit HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{}';
const BUSY = '{"status":4003}';

describe('what comes to the gateway in one turn', () => {
  const stopping = new AbortController();
  const health = new Health(() => Promise.resolve('ready'), stopping.signal);
  let intake: Intake;
  let server: Server;

  beforeEach(() => (intake = new Intake(pino({ level: 'silent' }))));
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  async function listen(handle: ReturnType<Koa['callback']>): Promise<void> {
    const busy = new Map([['/increaseCredit', () => BUSY]]);
    server = http.createServer(arrivals(intake, busy, health, handle, stopping.signal)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  async function connected(): Promise<Socket> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(server, 'connection');
    return socket;
  }

  /** How many of calls that come at once, for which there is less room, are answered busy. */
  async function answeredBusy(): Promise<number> {
    while (!intake.isFull(ROOM)) intake.enter();
    const sockets: Socket[] = [];
    while (sockets.length < CALLS) sockets.push(await connected());
    for (const socket of sockets) socket.write(CALL);
    const answers = await Promise.all(sockets.map(async (socket) => String((await once(socket, 'data'))[0])));
    return answers.filter((answer) => answer.endsWith(BUSY)).length;
  }

  it('is taken in as far as there is room for it; the rest is answered busy', async () => {
    let entered = 0;
    await listen((_, response) => {
      if (intake.enter()) entered += 1;
      response.end('taken');
      return Promise.resolve();
    });
    expect(await answeredBusy()).to.equal(CALLS - ROOM);
    expect(entered).to.equal(ROOM);
  });

  it('takes no room if it is refused at once, as what nobody signed is', async () => {
    await listen(async (_, response) => {
      intake.enter();
      await sideBySide();
      intake.leave();
      response.end('refused');
    });
    expect(await answeredBusy()).to.equal(0);
  });

  it('is no fault of ours where the connection breaks before its turn', async () => {
    const told: (readonly [level: number, why: string])[] = [];
    let tell!: () => void;
    const isTold = new Promise<void>((resolve) => (tell = resolve));
    const write = (text: string) => {
      const { level, msg, why } = JSON.parse(text) as { level: number; msg: string; why: string };
      if (msg !== 'callback') return;
      told.push([level, why]);
      tell();
    };
    const log = pino({}, { write });
    const client = new WalletClient(
      connectionTo({ walletCoreAddress: '127.0.0.1:1', walletCoreToken: undefined }),
      log,
    );
    try {
      const callbacks = new Callbacks(() => '127.0.0.1', client.refused, log);
      const app = new Koa().use(
        callbacks.on('increaseCredit', async (ctx) => String(await readBody(ctx, 100, intake, '127.0.0.1', []))),
      );
      app.silent = true;
      await listen(app.callback());
      // As Node does when it reads the end of a connection.
      server.on('request', (request) => request.destroy());
      (await connected()).write(CALL);
      await isTold;
    } finally {
      await client.close();
    }
    expect(told).to.deep.equal([[pino.levels.values['warn'], 'request aborted']]);
  });
});

describe('a gateway that stood still while more than 1,024 calls came that nobody signed', () => {
  const UNSIGNED = 2_000;
  let system: System;

  before(async () => (system = await System.start(undefined, [], {}, [], false)));
  after(() => system.stop());

  it('answers none of them busy, and makes the bet behind them', async () => {
    const player = await new Ebet(system).player('100.00');
    const body = '{"channelId":1,"username":"x"}';
    const call = `POST /increaseCredit HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const strangers = Array.from({ length: UNSIGNED }, () => connect(Number(new URL(system.url).port), '127.0.0.1'));
    await Promise.all(strangers.map((socket) => once(socket, 'connect')));
    system.gateway.child.kill('SIGSTOP');
    const answers = strangers.map(async (socket) => {
      socket.write(call);
      return String((await once(socket, 'data'))[0]);
    });
    const bet = player.increaseCredit(1, '-1');
    system.gateway.child.kill('SIGCONT');
    expect((await Promise.all(answers)).filter((answer) => answer.includes('"status":4003'))).to.deep.equal([]);
    expectCredit(await bet, 200, '99', '100');
    for (const socket of strangers) socket.destroy();
  });
});
