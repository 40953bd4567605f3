import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { CLOSED_LOOP_TOOL, closedLoop } from './closed-loop.js';

describe(`a closed loop of ${CLOSED_LOOP_TOOL}`, () => {
  it('counts nothing of its lead-in, and goes on with the bodies where the one before has ended', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-bench-'));
    const bodies = path.join(folder, 'bodies.txt');
    writeFileSync(bodies, Array.from({ length: 200_000 }, (_, index) => `{"seqNo":${index}}\n`).join(''));
    const seen: number[] = [];
    let busyUntil = Infinity;
    const server = createServer((request, response) => {
      if (busyUntil === Infinity) busyUntil = performance.now() + 300;
      void json(request).then((body) => {
        seen.push((body as { seqNo: number }).seqNo);
        response.end(performance.now() < busyUntil ? '{"status":4003}' : '{"status":200}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const load = { address, connections: 2, seconds: 1, bodies, again: false };
      const first = await closedLoop({ ...load, leadInSeconds: 1, offset: 0 }, path.join(folder, 'first.log')).seen;
      expect(first.busy).to.equal(0);
      expect(first.goodP99Ms, 'of good answers alone').to.equal(undefined);
      expect(first.good).to.be.above(0).and.below(first.made);
      expect(first.seconds).to.be.within(0.9, 1.5);
      const { offset } = first;
      await closedLoop({ ...load, leadInSeconds: 0, offset }, path.join(folder, 'second.log')).seen;
      expect(new Set(seen).size).to.equal(seen.length);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
