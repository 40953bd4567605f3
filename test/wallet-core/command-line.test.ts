import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { ask } from '../../wallet-core/cli/client.js';
import { CommandLine } from './command-line.js';

describe('the command line', () => {
  it('names the fix where no wallet-core answers, whatever the command', async () => {
    const asked = {
      'the ledger was not verified': ['verify'],
      'no backup was made': ['backup'],
      'nothing was exported': ['export', '--to', '-', '--reason', 'a test'],
      'only the requests of 0 entries are gone': [
        'requests',
        'prune',
        '--before',
        '2026-01-01',
        '--reason',
        'they are old',
      ],
    };
    const told = Object.values(asked).map((args) => CommandLine.run(...args, '--address', '127.0.0.1:1'));
    const why =
      'nothing answers at 127.0.0.1:1 (No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1)';
    const fix = 'start wallet-core, or say with --address where it listens';
    expect(await Promise.all(told)).to.deep.equal(
      Object.keys(asked).map((undone) => ({ code: 2, stdout: '', stderr: `${undone}: ${why}; ${fix}\n` })),
    );
  });

  it('does not wait for ever for what takes the connection and says nothing', async () => {
    const taken: Socket[] = [];
    const silent = createServer((socket) => taken.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      const asking = ask({ address }, () => Promise.reject(new Error('it was asked')), 50);
      expect(await asking.catch((error: Error) => error.message)).to.equal(
        `nothing answers at ${address} (no connection within 0.05 s); start wallet-core, or say with --address where it listens`,
      );
    } finally {
      silent.close();
      for (const socket of taken) socket.destroy();
    }
  });
});
