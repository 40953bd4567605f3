import { once } from 'node:events';
import { rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type sendUnaryData, Server, ServerCredentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { connectionTo } from '../../gateway/connection.js';
import { Health } from '../../gateway/health.js';
import { WalletClient } from '../../gateway/wallet-client.js';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import { OperationsServiceService } from '../../proto/gen/wallet/v1/operations.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { dial } from '../secured.js';
import { System } from '../system.js';
import { Disk } from '../torture/full-disk.js';
import { compileShim, temporaryFolder } from '../torture/shim.js';
import { verify } from '../wallet-core/verify.js';
import { Ebet } from './ebet.js';
import { Planted } from './planted.js';

/** Such as "200 ready". */
async function probe(url: string, endpoint = '/readyz'): Promise<string> {
  const response = await fetch(url + endpoint);
  return `${response.status} ${(await response.text()).trim()}`;
}

/** Asks until the answer is this one. */
async function becomes(url: string, answer: string): Promise<void> {
  while ((await probe(url)) !== answer);
}

describe('the health of the gateway', () => {
  let system: System;

  before(async () => {
    system = await System.start();
    await system.player();
  });
  after(() => system.stop());

  it('is alive, and ready once wallet-core says that commits work', async () => {
    await becomes(system.url, '200 ready');
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
  });

  it('is asked with GET and HEAD only', async () => {
    for (const endpoint of ['/healthz', '/readyz']) {
      expect((await fetch(system.url + endpoint, { method: 'HEAD' })).status).to.equal(200);
      const posted = await fetch(system.url + endpoint, { method: 'POST', body: '{}' });
      expect([posted.status, posted.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    }
  });

  it('is not ready while wallet-core hangs, but alive, and ready again when it goes on', async () => {
    system.core.child.kill('SIGSTOP');
    await becomes(system.url, '503 silent');
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
    system.core.child.kill('SIGCONT');
    await becomes(system.url, '200 ready');
  });

  it('is told while the gateway has as many callbacks under way as it takes', async () => {
    const player = new Ebet(system).named('demo');
    system.core.child.kill('SIGSTOP');
    let bets: Promise<unknown>[] = [];
    const isFull = system.gateway.prints('too many callbacks are under way').then(() => true);
    do {
      // More than it takes. A machine that is too slow to have them there before the first is answered gets others.
      bets = Array.from({ length: 1_100 }, () => player.increaseCredit(1, '-1'));
    } while (!(await Promise.race([isFull, Promise.all(bets).then(() => false)])));
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
    // Not at once where the last test asked a moment ago.
    await becomes(system.url, '503 silent');
    system.core.child.kill('SIGCONT');
    await Promise.all(bets);
    await becomes(system.url, '200 ready');
  });

  it('is not ready without wallet-core, but alive, and ready again when it is back', async () => {
    await system.core.stop('SIGKILL');
    await becomes(system.url, '503 unreachable');
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
    await system.startCore(system.clients.address);
    await becomes(system.url, '200 ready');
  });

  it('turns before the gateway stops', async () => {
    const sockets = ['/healthz', '/readyz'].map((endpoint) => {
      const socket = dial(system.url);
      // A request that is not whole yet: its connection is not idle, and is not closed for that.
      socket.write(`GET ${endpoint} HTTP/1.1\r\nHost: gateway\r\n`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
    const ended = system.gateway.stop();
    const told = new Set<string>();
    for (let answer: string | undefined = ''; answer !== undefined; told.add(answer ?? 'refused')) {
      answer = await probe(system.url, '/readyz').catch(() => undefined);
    }
    expect([...told], 'on new connections')
      .to.include('503 stopping')
      .and.include('refused');
    for (const socket of sockets) {
      socket.write('\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(/^HTTP\/1\.1 503 [^]*\r\nConnection: close\r\n[^]*stopping\n$/);
    }
    expect(await ended).to.equal(0);
    await system.startGateway();
  });

  it('is not ready on a damaged ledger', async () => {
    await becomes(system.url, '200 ready');
    const file = new SQLite(path.join(system.folder, 'data', 'ledger.db'));
    file.exec('UPDATE account SET balance = balance + 1');
    file.close();
    expect((await verify(system.clients)).clean).to.equal(false);
    await becomes(system.url, '503 damaged');
    expect(await probe(system.url, '/healthz')).to.equal('200 alive');
  });
});

describe('the readiness of the gateway', () => {
  it('follows the room on the disk of the ledger, without a callback that finds it', async () => {
    const folder = temporaryFolder('health-');
    const disk = new Disk(path.join(folder, 'data'), compileShim(folder, 'full-disk'));
    const system = await System.start(undefined, [], { ...disk.environment, SINGLE_WALLET_DATA: disk.folder });
    try {
      await system.player();
      disk.leave(0);
      const { movements } = await system.clients.post({ kind: Kind.DEPOSIT, amount: '1.00', reference: 'no-room' });
      expect(movements).to.deep.equal([]);
      await becomes(system.url, '503 full');
      disk.makeRoom();
      await becomes(system.url, '200 ready');
    } finally {
      await system.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('ends while a commit does not come to its end', async () => {
    const planted = new Planted();
    await planted.start(new URL('./waiting-rules.js', import.meta.url));
    try {
      await planted.clients.openChannel('platform/test');
      const hold = path.join(planted.folder, 'hold');
      writeFileSync(hold, '');
      const held = planted.clients.post({ reference: 'held-up', round: hold });
      await becomes(planted.url, '503 hanging');
      unlinkSync(hold);
      await held;
      await becomes(planted.url, '200 ready');
    } finally {
      await planted.stop();
      rmSync(planted.folder, { recursive: true });
    }
  });

  it('is unknown where a wallet-core of a later version answers with a state that this one does not know', async () => {
    const later = new Server();
    later.addService(OperationsServiceService, {
      getReadiness: (_: unknown, done: sendUnaryData<{ readiness: number }>) => done(null, { readiness: 99 }),
    });
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(port));
      later.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    const reached = connectionTo({ walletCoreAddress: `127.0.0.1:${port}`, walletCoreToken: undefined });
    const client = new WalletClient(reached, pino({ level: 'silent' }));
    try {
      expect(await client.readiness()).to.equal('unknown');
    } finally {
      await client.close();
      later.forceShutdown();
    }
  });

  it('is one question to wallet-core for all who ask at once, and for those who ask soon after', async () => {
    let [questions, now] = [0, 0];
    const endings: (() => void)[] = [];
    const ask = () => {
      questions += 1;
      return new Promise<string>((resolve) => endings.push(() => resolve(`answer ${questions}`)));
    };
    const health = new Health(ask, new AbortController().signal, () => now);
    const asked = Array.from({ length: 1_000 }, () => health.readiness());
    now = 10_000;
    const late = health.readiness();
    expect(questions).to.equal(1);
    endings[0]?.();
    expect(new Set(await Promise.all([...asked, late]))).to.deep.equal(new Set(['answer 1']));
    now += 249;
    expect(await health.readiness()).to.equal('answer 1');
    now += 1;
    const next = health.readiness();
    endings[1]?.();
    expect(await next).to.equal('answer 2');
  });
});
