import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { pino } from 'pino';
import { AddressList, networkOf } from '../../gateway/address-list.js';
import { HTTP_LIMITS, httpServer, type HttpLimits } from '../../gateway/http-server.js';
import { Ebet } from './ebet.js';
import { Planted } from './planted.js';

/** What a server says until it closes the connection; "reset" if it says nothing. */
function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve) => {
    socket.on('error', () => resolve(text || 'reset'));
    socket.on('close', () => resolve(text || 'reset'));
  });
}

const HEAD = 'POST /increaseCredit HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n';

describe('a client that is slow', () => {
  const planted = new Planted();

  before(() => planted.start(undefined, { requestMs: 400, headersMs: 200, checkMs: 20, headerBytesMax: 2_048 }));
  after(async () => {
    await planted.stop();
    rmSync(planted.folder, { recursive: true });
  });

  function opens(text = ''): Socket {
    const socket = connect(Number(new URL(planted.url).port), '127.0.0.1');
    socket.write(text);
    return socket;
  }

  const SLOW: readonly (readonly [what: string, text: string])[] = [
    ['in sending anything', ''],
    ['in sending its headers', HEAD],
    ['in sending its body', `${HEAD}Content-Length: 1000\r\n\r\n{"seqNo":`],
    ['in sending its body in chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"seq\r\n`],
    ['in sending its second call', `GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n${HEAD}`],
  ];
  for (const [what, text] of SLOW) {
    it(`${what} is hung up on`, async () => {
      const said = await untilClosed(opens(text));
      expect(said).to.match(/HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/);
    });
  }

  it('keeps nobody else waiting', async () => {
    await planted.clients.openChannel('platform/test');
    await planted.clients.openChannel('ebet/1');
    const ebet = new Ebet(planted);
    const player = await ebet.player();
    const slow = Array.from({ length: 500 }, (_, n) => opens(SLOW[1 + (n % 3)]?.[1]));
    await Promise.all(slow.map((socket) => once(socket, 'connect')));
    let closed = 0;
    const ends = slow.map((socket) => untilClosed(socket).then(() => (closed += 1)));
    while (closed < slow.length) expect((await player.increaseCredit(1, '-1')).json.status).to.equal(200);
    await Promise.all(ends);
  });

  it('is refused headers beyond their limit', async () => {
    const said = await untilClosed(opens(`${HEAD}X-Long: ${'x'.repeat(3_000)}\r\n\r\n`));
    expect(said).to.match(/^HTTP\/1\.1 431 /);
  });
});

describe('bodies of a megabyte that do not end', () => {
  const planted = new Planted();
  const BYTES = 2 ** 20;

  before(() => planted.start(undefined, {}, new AddressList([{ address: '127.0.0.1', bits: 32 }])));
  after(async () => {
    await planted.stop();
    rmSync(planted.folder, { recursive: true });
  });

  it('take no more memory than a bound, beyond which their connections are closed, and keep no bet waiting', async () => {
    await planted.clients.openChannel('platform/test');
    await planted.clients.openChannel('ebet/1');
    const player = await new Ebet(planted).player();
    const began = `${HEAD}Content-Length: ${BYTES}\r\n\r\n{"seqNo":"${'x'.repeat(BYTES - 100)}`;
    let closed = 0;
    const sockets = Array.from({ length: 100 }, () => {
      const port = Number(new URL(planted.url).port);
      const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
      void untilClosed(socket).then(() => (closed += 1));
      socket.write(began);
      return socket;
    });
    // 64 of them fit.
    while (closed < 36) expect((await player.increaseCredit(1, '-1')).json.status).to.equal(200);
    // Large, and from an address that the channel lists.
    const large = await player.increaseCredit(1, '-1', { note: 'x'.repeat(100_000) });
    expect(large.json.status).to.equal(200);
    sockets.forEach((socket) => socket.destroy());
  });
});

describe('the connections of the gateway', () => {
  async function withServer(
    limits: Partial<HttpLimits>,
    trusted: readonly { address: string; bits: number }[],
    use: (open: (from?: string) => Socket, log: string[]) => Promise<void>,
    listed: readonly AddressList[] = [],
  ): Promise<void> {
    const log: string[] = [];
    const logger = pino({}, { write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg) });
    const bounds = { ...HTTP_LIMITS, ...limits };
    const proxies = new AddressList(trusted);
    const server = httpServer(undefined, proxies, listed, bounds, logger, (_, response) => response.end('ok'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await use((localAddress = '127.0.0.1') => connect({ host: '127.0.0.1', port, localAddress }), log);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  async function isServed(socket: Socket): Promise<boolean> {
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n');
    const answered = once(socket, 'data').then(() => true);
    return Promise.race([answered, once(socket, 'close').then(() => false)]);
  }

  it('count all IPv6 addresses of one /64 as one, and each IPv4 address by itself', () => {
    const networks = ['2001:db8::1', '2001:db8:0:0:a:b:c:d', '2001:db8:0:1::1', '1:2:3:4:5:6:7::', '::1', '192.0.2.1'];
    expect(networks.map(networkOf)).to.deep.equal([
      ...['2001:db8:0:0::/64', '2001:db8:0:0::/64', '2001:db8:0:1::/64', '1:2:3:4::/64', '0:0:0:0::/64', '192.0.2.1'],
    ]);
  });

  for (const limit of ['connectionsMax', 'connectionsPerAddressMax'] as const) {
    it(`are as many as ${limit}; more are closed, which the log says once, and new ones are taken when some have ended`, async () => {
      await withServer({ [limit]: 3 }, [], async (open, log) => {
        const sockets = [open(), open(), open()];
        for (const socket of sockets) expect(await isServed(socket)).to.equal(true);
        expect([await isServed(open()), await isServed(open())]).to.deep.equal([false, false]);
        expect(log).to.deep.equal(['too many connections: more are closed at once']);
        sockets[0]?.destroy();
        while (!(await isServed(open())));
      });
    });
  }

  it('are fewer of addresses that no channel lists, so that the others always find room', async () => {
    const listed = [new AddressList([{ address: '127.0.0.1', bits: 32 }])];
    const use = async (open: (from?: string) => Socket) => {
      for (const socket of [open('127.0.0.2'), open('127.0.0.3')]) expect(await isServed(socket)).to.equal(true);
      expect(await isServed(open('127.0.0.4'))).to.equal(false);
      for (const socket of [open(), open(), open()]) expect(await isServed(socket)).to.equal(true);
    };
    await withServer({ connectionsOfStrangersMax: 2 }, [], use, listed);
  });

  it('are not counted for a proxy of ours, which connects for everybody', async () => {
    await withServer({ connectionsPerAddressMax: 1 }, [{ address: '127.0.0.1', bits: 32 }], async (open) => {
      for (const socket of [open(), open(), open()]) expect(await isServed(socket)).to.equal(true);
    });
  });
});

describe('a connection', () => {
  const planted = new Planted();

  before(() => planted.start());
  after(async () => {
    await planted.stop();
    rmSync(planted.folder, { recursive: true });
  });

  const open = () => connect(Number(new URL(planted.url).port), '127.0.0.1');

  for (const call of ['POST /netCheck', 'GET /healthz', 'POST /increaseCredit']) {
    it(`on which ${call} is sent 20,000 times without awaiting answers is closed, and nobody else waits for that`, async () => {
      const socket = open();
      const said = untilClosed(socket);
      socket.write(`${call} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n`.repeat(20_000));
      await once(socket, 'connect');
      expect((await planted.post('/netCheck', '')).text).to.equal('{"status":200}');
      const answers = (await said).split('HTTP/1.1 ').length - 1;
      expect(answers, 'answers').to.be.at.most(2);
      expect(planted.log.match(/calls came before the last was answered/g)).to.have.length(1);
    });
  }

  it('on which a body was too large serves the next call', async () => {
    const socket = open();
    const said = untilClosed(socket);
    const body = ' '.repeat(3 * 2 ** 20);
    socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`);
    socket.write('GET /healthz HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n');
    expect(await said).to.match(/^HTTP\/1\.1 413 [^]*HTTP\/1\.1 200 OK\r\n[^]*alive\n$/);
  });
});
