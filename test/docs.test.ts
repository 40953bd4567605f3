import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { TRANSACTION_TYPES } from '../gateway/apiv1/transaction-types.js';
import { STATUS } from '../gateway/ebet/status.js';

const ROOT = path.join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe('the documentation', () => {
  it('has a reason for each dependency, and for nothing else', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const installed = Object.keys({ ...dependencies, ...devDependencies }).filter(
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
});
