import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const LIBRARY = pathToFileURL(path.join(import.meta.dirname, '../../wallet-core/storage/sqlite/library.js')).href;

/** Prepares statements and lets them go, until V8 collects them in a moment in which no JavaScript runs. */
const COLLECTED = `
  const { SQLite } = await import(${JSON.stringify(LIBRARY)});
  const { setTimeout } = await import('node:timers/promises');
  for (let turn = 0; turn < 50; turn += 1) {
    const db = new SQLite(':memory:');
    for (let one = 0; one < 200; one += 1) db.prepare('SELECT ' + one).get();
    db.close();
    await setTimeout(1);
  }
  console.log('alive');
`;

describe('better-sqlite3 on this Node', () => {
  it('lives on when V8 collects its statements and databases, and ends well', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-semi-space-size=1', '--input-type=module', '-e', COLLECTED],
      { encoding: 'utf8' },
    );
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: 'alive\n', stderr: '' });
  });
});
