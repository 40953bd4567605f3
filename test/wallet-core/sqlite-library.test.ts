import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const ROOT = path.join(import.meta.dirname, '../../..');
const LIBRARY = pathToFileURL(path.join(import.meta.dirname, '../../wallet-core/storage/sqlite/library.js')).href;

/** Lets databases go, a turn of the event loop each: V8 collects most of its garbage between turns, while no JavaScript runs. */
const COLLECTED = `
  const { SQLite } = await import(${JSON.stringify(LIBRARY)});
  const { setTimeout } = await import('node:timers/promises');
  for (let turn = 0; turn < 300; turn += 1) {
    const db = new SQLite(':memory:');
    db.prepare('SELECT 1').get();
    db.close();
    Array.from({ length: 20_000 }, (_, index) => ({ index }));
    await setTimeout(1);
  }
  console.log('alive');
`;

describe('better-sqlite3 on this Node', () => {
  it('is the one that prepare.mjs builds', () => {
    const choice = (file: string) =>
      /Number\(process\.versions\.napi\).+;/.exec(readFileSync(path.join(ROOT, file), 'utf8'))?.[0];
    expect(choice('prepare.mjs')).to.be.a('string').and.to.equal(choice('wallet-core/storage/sqlite/library.ts'));
  });

  it('lives on when V8 collects what nobody uses any more, and ends well', () => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', COLLECTED], {
      encoding: 'utf8',
    });
    expect({ status, signal, stdout, stderr }).to.deep.equal({
      status: 0,
      signal: null,
      stdout: 'alive\n',
      stderr: '',
    });
  });
});
