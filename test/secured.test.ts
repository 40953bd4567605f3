import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { clientAccess, SECURED } from './secured.js';
import { Clients, System } from './system.js';
import { failure } from './wallet-core/core.js';

const DIST = path.join(import.meta.dirname, '..');
/** What `npm test` runs of `npm run test:secured`: a provider's calls, kills and restarts, the calls of a platform, and this file. */
const SOME = ['secured', 'gateway/ebet-restart', 'gateway/apiv1-types', 'wallet-core/grpc-references'];

if (SECURED) {
  describe('the systems of npm run test:secured', () => {
    let system: System;

    before(async () => (system = await System.start()));
    after(() => system.stop());

    it('let nobody in who speaks no TLS or shows no token, and speak HTTPS', async () => {
      const { address } = system.clients;
      const [transport, { interceptors: _, ...options }] = clientAccess(address);
      for (const [access, refused] of [
        [[credentials.createInsecure(), {}], /^UNAVAILABLE/],
        [[transport, options], /^UNAUTHENTICATED/],
        [clientAccess(address), /^NOT_FOUND/],
      ] as const) {
        const caller = new Clients(address, access);
        expect(await failure(caller.balance('nobody'))).to.match(refused);
        caller.close();
      }
      expect(await (await fetch(`${system.url}/readyz`)).text()).to.equal('ready\n');
      expect(system.url).to.match(/^https:/);
    });
  });
} else {
  describe('npm run test:secured', () => {
    it('has tests pass on systems with TLS, client certificates and tokens, and fails when one fails', async () => {
      const main = path.join(DIST, 'test/secured-main.js');
      const files = SOME.map((name) => path.join(DIST, 'test', `${name}.test.js`));
      const run = promisify(execFile);
      const { stdout } = await run(process.execPath, ['--enable-source-maps', main, ...files], { cwd: DIST });
      expect(stdout).to.contain('✔ let nobody in who speaks no TLS or shows no token, and speak HTTPS');
      expect(stdout).to.match(/^ +\d+ passing/m);
      const none = run(process.execPath, [main, path.join(DIST, 'test/none.test.js')], { cwd: DIST });
      expect(await none.catch(({ code }: { code: number }) => code)).to.equal(1);
    });
  });
}
