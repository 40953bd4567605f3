import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { TRANSACTION_TYPES } from '../gateway/apiv1/transaction-types.js';
import { STATUS } from '../gateway/ebet/status.js';
import { TRANSACTION_TYPES as EBET_TYPES } from '../gateway/ebet/transaction-types.js';
import { READINESS_WORDS } from '../gateway/wallet-client.js';
import { NODE_OPTIONS } from '../node-options.js';

const ROOT = path.join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Test {
  readonly title: string;
  /** Such as "gateway/ebet-answers". */
  readonly file: string;
}

/** All tests that there are; mocha lists them without running any. */
async function allTests(): Promise<Test[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-'));
  const output = path.join(folder, 'tests.json');
  const list = ['--dry-run', '--reporter', 'json', '--reporter-option', `output=${output}`];
  const mocha = path.join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  try {
    await promisify(execFile)(process.execPath, [mocha, ...list], { cwd: ROOT, maxBuffer: 2 ** 26 });
    const { tests } = JSON.parse(readFileSync(output, 'utf8')) as { tests: { fullTitle: string; file: string }[] };
    return tests.map(({ fullTitle, file }) => ({
      title: fullTitle,
      file: path.relative(path.join(ROOT, 'dist', 'test'), file).replace(/\.test\.js$/, ''),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Rule {
  readonly rule: string;
  /** Such as "eBET gets 405 for … (6 tests) · `ebet-answers`". */
  readonly cites: readonly string[];
}

/** The rows of docs/protocol-rules.md. */
function rulesOf(page: string): Rule[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (rule|---) /.test(line))
    .map((line) => {
      const [rule = '', tests = ''] = line.slice(2, -2).split(' | ');
      return { rule, cites: tests.split('<br>') };
    });
}

/** Whether there are the tests that are cited, in the file that is named, and at least as many as are told. */
function isTrue(cite: string, tests: readonly Test[]): boolean {
  const [, pattern = '', count = '1', file = ''] = /^(.+?)(?: \((\d+) tests\))? · `([\w/-]+)`$/.exec(cite) ?? [];
  const parts = pattern.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const title = new RegExp(`^${parts.join('.+')}$`);
  const found = tests.filter((test) => [file, `gateway/${file}`].includes(test.file) && title.test(test.title));
  return pattern !== '' && found.length >= Number(count);
}

describe('the documentation', () => {
  it('has a reason for each dependency, and for nothing else', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, object>;
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    const installed = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).filter(
      (name) => !name.startsWith('@types/'),
    );
    const cells = [...read('docs/dependencies.md').matchAll(/^\| (`.*?`) +\|/gm)].map(([, cell = '']) => cell);
    const explained = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(explained.filter((name) => name !== '@types/*')).to.have.members(installed);
  });

  it('links to files that exist', () => {
    const pages = readdirSync(path.join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`);
    expect(pages).to.include('docs/ebet.md');
    for (const file of ['README.md', 'gateway/README.md', 'wallet-core/README.md', ...pages]) {
      for (const [, target = ''] of read(file).matchAll(/\]\(([^)#:]+)\)/g)) {
        const linked = path.join(ROOT, path.dirname(file), target);
        expect(() => statSync(linked), `${file} links to ${target}`).not.to.throw();
      }
    }
  });

  it('tells the operator of an api-v1 channel every setting, every error code and every action type', () => {
    const page = read('docs/api-v1.md');
    const [, example = ''] = read('single-wallet.example.yaml').split('provider: apiv1');
    const settings = [...example.matchAll(/^ {6}(?:# )?([A-Za-z]+):(?= \S)/gm)].map(([, setting = '']) => setting);
    expect(settings).to.include.members(['merchant', 'keyVariable', 'timestampToleranceSeconds']);
    for (const setting of settings) expect(page).to.match(new RegExp(`^\\| .*\`${setting}\`.* \\|`, 'm'));
    for (const code of ['OUT_OF_BALANCE', 'TIME_OUT', 'OTHERS']) expect(page).to.contain(`\`${code}\``);
    const [, types = ''] = /^\| `action_type` +\| kind([^]*?)\n\n/m.exec(page) ?? [];
    const listed = [...types.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) => cell.split(','));
    expect(listed.map((type) => type.trim())).to.have.members([...TRANSACTION_TYPES.keys()]);
  });

  it('tells the operator of eBET every setting of a channel and every status', () => {
    const page = read('docs/ebet.md');
    const { gateway } = parse(read('single-wallet.example.yaml')) as {
      gateway: { channels: { provider: string }[] };
    };
    const channel = gateway.channels.find(({ provider }) => provider === 'ebet') ?? {};
    for (const setting of Object.keys(channel)) expect(page).to.match(new RegExp(`^\\| \`${setting}\` `, 'm'));
    for (const status of Object.values(STATUS)) expect(page).to.match(new RegExp(`\\b${status}\\b`));
  });

  it('tells the operator of /readyz what to do at every word but ready', () => {
    const page = read('docs/operations.md');
    const [, words = ''] = /^\| `\/readyz` +\| `ready` +\| (.*?): /m.exec(page) ?? [];
    const told = [...words.matchAll(/`(\w+)`/g)].map(([, word]) => word);
    expect([...told, 'ready']).to.have.members([
      ...Object.values(READINESS_WORDS),
      ...['unreachable', 'refused', 'silent'],
    ]);
    for (const word of told) expect(page).to.match(new RegExp(`^\\| \`${word}\` +\\| \\S`, 'm'));
  });

  it('names for each rule of both protocols tests that there are', async () => {
    const rules = rulesOf(read('docs/protocol-rules.md'));
    expect(rules.length).to.be.above(300);
    const tests = await allTests();
    const untrue = rules.flatMap(({ cites }) => cites.filter((cite) => !isTrue(cite, tests)));
    expect(untrue, 'no such test, or not as many').to.deep.equal([]);
  });

  it('names for each threat a test that there is', async () => {
    const rows = read('docs/security.md')
      .split('\n')
      .filter((line) => / · `[\w/-]+` +\|$/.test(line));
    expect(rows.length).to.be.above(35);
    const cites = rows.map((row) => row.slice(2, -2).split(' | ').at(-1)?.trim() ?? '');
    const tests = await allTests();
    expect(
      cites.filter((cite) => !isTrue(cite, tests)),
      'no such test',
    ).to.deep.equal([]);
  });

  it('has among these rules every status and every type of both protocols', () => {
    const [ebet = '', apiv1 = ''] = read('docs/protocol-rules.md').split(/^## api-v1$/m);
    const statuses = rulesOf(ebet).flatMap(({ rule }) => /^\*\*(\d+)\*\*/.exec(rule)?.[1] ?? []);
    expect([...new Set(statuses)].map(Number)).to.have.members(Object.values(STATUS));
    const typesOf = (page: string) => rulesOf(page).flatMap(({ rule }) => /^(\d+), .*: `\w+` \S/.exec(rule)?.[1] ?? []);
    expect(typesOf(ebet)).to.have.members([...EBET_TYPES.keys()]);
    expect(typesOf(apiv1)).to.have.members([...TRANSACTION_TYPES.keys()]);
  });
});

describe('docs/operations.md and package.json', () => {
  it('start both processes with the options of Node that npm start gives them', () => {
    for (const [name, options] of Object.entries(NODE_OPTIONS)) {
      const command = `node ${options.join(' ')} dist/${name}/main.js`;
      expect(read('docs/operations.md')).to.contain(`ExecStart=/usr/bin/${command}\n`);
      expect(read('package.json')).to.contain(`"exec ${command}"`);
    }
  });
});
