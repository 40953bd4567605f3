import { once } from 'node:events';
import http, { type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { pino } from 'pino';
import { arrivals } from '../../gateway/arrivals.js';
import { readBody } from '../../gateway/body.js';
import { Callbacks } from '../../gateway/callbacks.js';
import { connectionTo } from '../../gateway/connection.js';
import { Health } from '../../gateway/health.js';
import { Intake } from '../../gateway/intake.js';
import { WalletClient } from '../../gateway/wallet-client.js';

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

  it('is taken in as far as there is room beside all of it; the rest is answered busy', async () => {
    let taken = 0;
    await listen((_, response) => {
      taken += 1;
      response.end('taken');
      return Promise.resolve();
    });
    while (!intake.isFull(ROOM)) intake.enter();
    const sockets: Socket[] = [];
    while (sockets.length < CALLS) sockets.push(await connected());
    for (const socket of sockets) socket.write(CALL);
    const answers = await Promise.all(sockets.map(async (socket) => String((await once(socket, 'data'))[0])));
    expect(answers.filter((answer) => answer.endsWith(BUSY))).to.have.length(CALLS - ROOM);
    expect(taken).to.equal(ROOM);
  });

  it('is no fault of ours where the connection breaks before its turn', async () => {
    const lines: { readonly level: number; readonly msg: string; readonly why: string }[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
    const client = new WalletClient(
      connectionTo({ walletCoreAddress: '127.0.0.1:1', walletCoreToken: undefined }),
      log,
    );
    const callbacks = new Callbacks(() => '127.0.0.1', client.refused, log);
    const app = new Koa().use(
      callbacks.on('increaseCredit', async (ctx) => String(await readBody(ctx, 100, intake, '127.0.0.1', []))),
    );
    app.silent = true;
    await listen(app.callback());
    // As Node does when it reads the end of a connection.
    server.on('request', (request) => request.destroy());
    (await connected()).write(CALL);
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    const told = lines.filter(({ msg }) => msg === 'callback').map(({ level, why }) => [level, why]);
    expect(told).to.deep.equal([[pino.levels.values['warn'], 'request aborted']]);
  });
});
