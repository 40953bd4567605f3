import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { CLOSED_LOOP_TOOL, closedLoop } from './closed-loop.js';
import { LoadGenerator } from './generator.js';
import type { HttpLoad, HttpSeen } from './http-task.js';

const CONNECTIONS = 2;

describe('a closed loop', () => {
  let folder: string;
  let bodies: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-bench-'));
    bodies = path.join(folder, 'bodies.txt');
    writeFileSync(bodies, Array.from({ length: 200_000 }, (_, index) => `{"seqNo":${index}}\n`).join(''));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it(`of ${CLOSED_LOOP_TOOL} counts nothing of its lead-in, and goes on with the bodies where the one before has ended`, async () => {
    const server = await busyAtFirst();
    try {
      const load = { address: server.address, connections: CONNECTIONS, seconds: 1, bodies, again: false };
      const first = await closedLoop({ ...load, leadInSeconds: 1, offset: 0 }, path.join(folder, 'first.log')).seen;
      expect(first.busy).to.equal(0);
      expect(first.goodP99Ms, 'of good answers alone').to.equal(undefined);
      expect(first.good).to.be.above(0).and.below(first.made);
      expect(first.seconds).to.be.within(0.9, 1.5);
      const { offset } = first;
      await closedLoop({ ...load, leadInSeconds: 0, offset }, path.join(folder, 'second.log')).seen;
      expect(new Set(server.seen).size).to.equal(server.seen.length);
    } finally {
      server.close();
    }
  });

  it('of our own generator does so too, over as many connections as calls are to be under way', async () => {
    const server = await busyAtFirst();
    const task = { address: server.address, calls: bodies };
    const generator = new LoadGenerator<HttpLoad, HttpSeen>('load/http-main.js', task, path.join(folder, 'own.log'));
    try {
      const load = { type: 'closed', inFlight: CONNECTIONS, seconds: 1 } as const;
      const first = await generator.run({ offset: 0, load: { ...load, leadInSeconds: 1 } }).seen;
      const { length } = server.seen;
      expect(first.busy).to.equal(0);
      expect(first.good).to.be.above(0).and.below(length);
      expect(first.arrived, 'at its end').to.be.closeTo(first.good, first.good / 50);
      expect(first.seconds).to.be.within(0.9, 1.5);
      expect(server.sockets.size).to.equal(CONNECTIONS);
      await generator.run({ offset: first.offset, load: { ...load, leadInSeconds: 0 } }).seen;
      expect(server.seen.length).to.be.above(length);
      expect(new Set(server.seen).size).to.equal(server.seen.length);
    } finally {
      await generator.stop();
      server.close();
    }
  });
});

/** It answers busy in the first 300 ms, and remembers what it was sent, and over what. */
async function busyAtFirst() {
  const seen: number[] = [];
  let busyUntil = Infinity;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (busyUntil === Infinity) busyUntil = performance.now() + 300;
    sockets.add(request.socket);
    void json(request).then((body) => {
      seen.push((body as { seqNo: number }).seqNo);
      response.end(performance.now() < busyUntil ? '{"status":4003}' : '{"status":200}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, seen, sockets, close };
}
