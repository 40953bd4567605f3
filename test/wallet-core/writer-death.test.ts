import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { startCore } from '../../wallet-core/core.js';
import { Clients } from '../system.js';

describe('the thread that writes the ledger', () => {
  it('is missed as soon as it ends by itself, not by the next commit, which a load balancer may keep away', async () => {
    const data = mkdtempSync(path.join(tmpdir(), 'single-wallet-'));
    const listen = { host: '127.0.0.1', port: 0 };
    const rules = new URL('./deadly-rules.js', import.meta.url);
    let die: (error: Error) => void = () => {};
    const fatal = new Promise<Error>((resolve) => (die = resolve));
    const core = await startCore({ data, listen, log: pino({ level: 'silent' }), onFatal: die, rules });
    const clients = new Clients(`127.0.0.1:${core.port}`);
    try {
      await clients.openChannel('platform/test');
      await clients.post({ reference: 'deadly' });
      expect((await fatal).message).to.equal('the writer thread has ended');
    } finally {
      clients.close();
      await core.stop();
      rmSync(data, { recursive: true });
    }
  });
});
