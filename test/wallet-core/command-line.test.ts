import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { formatTime } from '../../wallet-core/cli/bar.js';
import { ask } from '../../wallet-core/cli/client.js';
import { EXAMPLES } from '../../wallet-core/cli/examples.js';
import { commandLine, commandsOf } from '../../wallet-core/cli/program.js';
import { CommandLine } from './command-line.js';
import { DOCUMENTED } from './documented-json.js';

describe('the command line', () => {
  const commands = commandsOf(commandLine());

  it('lists each command in a line or two, and helps with each: what it does, its exit codes, --json', () => {
    expect(commands.map(([name]) => name)).to.include.members(['open', 'player show', 'requests prune']);
    for (const [name, command] of commands) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help, name).to.match(new RegExp(`^Usage: single-wallet ${name}[^]+\\n  --json .+[^]+\\nExit codes: 0 .+`));
      expect(command.summary().length || command.description().length, name).to.be.within(10, 80);
    }
  });

  it('helps with an example of each that it takes as it stands', async () => {
    expect(Object.keys(EXAMPLES)).to.have.members(commands.map(([name]) => name));
    for (const [name, example] of Object.entries(EXAMPLES)) {
      const program = commandLine();
      const taken: string[] = [];
      for (const [each, command] of commandsOf(program)) {
        command.exitOverride().action(() => void taken.push(each));
        if (each !== name) continue;
        let help = '';
        command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
        const told = `\nExample:\n  ${`npx single-wallet ${name} ${example}`.trim()}\n`;
        expect(help.slice(-told.length)).to.equal(told);
        expect(told.length, name).to.be.below(120);
      }
      const words = [...`${name} ${example}`.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? '',
      );
      await program.parseAsync(words, { from: 'user' });
      expect(taken).to.deep.equal([name]);
    }
  });

  it('has each command among those whose JSON docs/operations.md tells, and all that stands in it', () => {
    const names = commands.map(([name]) => name);
    const inside = [
      'player show accounts',
      'player show freezes',
      'player show acts',
      'a movement names',
      'round blocks',
    ];
    const more = ['round nets', 'refused calls', 'refused droppedOfChannels', 'open negative', 'trial-balance houses'];
    const shared = ['a movement', 'by', 'signatures', 'signatures findings', 'verify findings'];
    expect([...DOCUMENTED.keys()]).to.have.members([...names, ...inside, ...more, ...shared]);
  });

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

  it('says beside a bar how long it still takes, and no number while nobody knows', () => {
    const told = ['INF', 'NULL', Infinity, 0, 7, 59, 61, 200, 3900].map(formatTime);
    expect(told).to.deep.equal(['…', '…', '…', '0s', '7s', '59s', '1m 1s', '3m 20s', '1h 5m']);
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
