import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';

const ROOT = path.join(import.meta.dirname, '..', '..');
const COPIED = [
  'prepare.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'buf.yaml',
  'buf.gen.yaml',
  'proto/wallet',
];

describe('prepare', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-prepare-'));
    for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    write('export const answer: number = 42;\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => path.join(folder, name);
  const write = (source: string) => writeFileSync(at('answer.ts'), source);
  const prepare = (environment: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['prepare.mjs'], {
      cwd: folder,
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const silence = { status: 0, stdout: '', stderr: '' };
  const building = { status: 0, stdout: 'prepare: building dist/\n', stderr: '' };

  it('builds what is new, says so in a line, and says and does nothing the second time', () => {
    mkdirSync(at('gateway'));
    writeFileSync(at('gateway/old.ts'), 'export {};\n');
    expect(prepare()).to.deep.equal(building);
    for (const name of ['answer.js', 'gateway/old.js', 'proto/gen/wallet/v1/query.js', 'proto/descriptors.binpb']) {
      expect(existsSync(at(`dist/${name}`)), name).to.equal(true);
    }
    expect(prepare()).to.deep.equal(silence);
  });

  it('does not mind a new time of a file without new contents', () => {
    write('export const answer: number = 42;\n');
    expect(prepare()).to.deep.equal(silence);
  });

  it('prints what the compiler found, fails, and does not take that for built', () => {
    write('export const answer: number = "42";\n');
    const { status, stderr } = prepare();
    expect(status).to.equal(1);
    expect(stderr).to.contain("answer.ts(1,14): error TS2322: Type 'string' is not assignable");
    expect(stderr).to.contain('tsc failed, its output is above.');
    expect(existsSync(at('dist/.built'))).to.equal(false);
  });

  it('builds again when that is put right, in spite of a run that was killed, and leaves nothing of a source that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(at('dist/.lock'), String(pid));
    rmSync(at('gateway'), { recursive: true });
    write('export const answer: number = 43;\n');
    expect(prepare()).to.deep.equal(building);
    expect(readFileSync(at('dist/answer.js'), 'utf8')).to.contain('43');
    expect(existsSync(at('dist/gateway'))).to.equal(false);
    expect(existsSync(at('dist/.lock'))).to.equal(false);
  });

  it('installs again when the better-sqlite3 for this Node is missing, although one of the two always may be', () => {
    const name = Number(process.versions.napi) < 10 ? 'better-sqlite3-12' : 'better-sqlite3';
    const modules = path.join(ROOT, 'node_modules');
    rmSync(at('node_modules'));
    mkdirSync(at('node_modules'));
    for (const entry of readdirSync(modules).filter((entry) => entry !== name && entry !== '.package-lock.json')) {
      symlinkSync(path.join(modules, entry), at(`node_modules/${entry}`));
    }
    const installed = JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    delete installed.packages[`node_modules/${name}`];
    writeFileSync(at('node_modules/.package-lock.json'), JSON.stringify(installed));
    writeFileSync(at('npm-cli.js'), 'console.log(process.argv.slice(2).join(" ")); process.exitCode = 1;');
    const { status, stdout, stderr } = prepare({ npm_execpath: at('npm-cli.js') });
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: 'prepare: installing the locked dependencies\n' });
    expect(stderr).to.match(/^ci /);
  });
});
