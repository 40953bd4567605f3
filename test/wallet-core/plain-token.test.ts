import path from 'node:path';
import { expect } from 'chai';
import { CommandLine } from './command-line.js';
import { TestCore } from './core.js';

const ALLOWED = '--allow-plain-token-beyond-loopback';

// Reached by an address that is not of loopback, although it leads nowhere else.
describe('npx single-wallet that reaches a wallet-core beyond loopback without TLS', () => {
  let core: TestCore;
  let server: readonly string[];

  before(async () => {
    core = await TestCore.bare(', tokens: required, tls: null, clientCa: null');
    server = ['--address', core.clients.address.replace('127.0.0.1', '0.0.0.0')];
  });
  after(() => core.stop());

  /** Where it finds the data folder, with the token of the operator. */
  const run = (...args: readonly string[]) =>
    new CommandLine(['token', 'list', ...server, ...args], core.environment).end();

  it('does not show the token of the data folder', async () => {
    const { code, stderr } = await run();
    expect(code).to.equal(2);
    expect(stderr).to.contain('UNAUTHENTICATED: there is no token');
  });

  it('does not show a token that it is given, and says what to do', async () => {
    expect(await run('--token-file', path.join(core.data, 'operator.token'))).to.deep.include({
      code: 2,
      stderr:
        `the tokens are not known: --token-file: everybody on the way to ${server[1]} could read the token; expected --ca ` +
        'with who certifies wallet-core; --allow-plain-token-beyond-loopback lifts that where the network itself lets nobody else in\n',
    });
  });

  it('shows one that it is given where that is allowed', async () => {
    const given = ['--token-file', path.join(core.data, 'operator.token')];
    const { code, stdout, stderr } = await run(ALLOWED, ...given);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.contain('operator.token: operate');
  });

  it('does not show the token of the data folder also where that is allowed: it is for this machine alone', async () => {
    const { code, stderr } = await run(ALLOWED);
    expect(code).to.equal(2);
    expect(stderr).to.contain('UNAUTHENTICATED: there is no token');
  });
});
