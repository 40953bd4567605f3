// Makes a checkout runnable: npm runs it before start, test and check. It installs the locked dependencies and builds
// into dist/, each only if that has not been done or is out of date, and says in a line what it does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Not import.meta.dirname: this file must run on a Node that is too old, to say so.
const ROOT = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(ROOT, ...parts);
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const say = (line) => console.log(`prepare: ${line}`);

class Failure extends Error {}

function checkNode() {
  const wanted = readJson(at('package.json')).engines.node.replace('>=', '');
  const [major, minor = 0] = wanted.split('.').map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  throw new Failure(`Node ${wanted} or newer is needed; this is Node ${process.versions.node} (${process.execPath}).`);
}

/** The better-sqlite3 for this Node (wallet-core/storage/sqlite/library.ts says why). */
const SQLITE = Number(process.versions.napi) < 10 ? 'better-sqlite3-12' : 'better-sqlite3';
/** How npm compiles it. */
const BUILD_SQLITE = {
  'better-sqlite3-12': ['rebuild', 'better-sqlite3-12', '--ignore-scripts=false'],
  'better-sqlite3': ['run', 'build-release', '--prefix', at('node_modules/better-sqlite3')],
}[SQLITE];
const OPEN_DATABASE = `new (require('${SQLITE}'))(':memory:').close()`;

/** What is optional may be absent, such as what is for other machines; but not the better-sqlite3 for this one. */
function installIsCurrent() {
  if (!fs.existsSync(at('node_modules/.package-lock.json'))) return false;
  const locked = readJson(at('package-lock.json')).packages;
  const installed = readJson(at('node_modules/.package-lock.json')).packages;
  return Object.entries(locked).every(
    ([folder, { version, optional }]) =>
      folder === '' ||
      (optional && !installed[folder] && folder !== `node_modules/${SQLITE}`) ||
      (installed[folder]?.version === version && fs.existsSync(at(folder, 'package.json'))),
  );
}

/** Whether it has a binary that this Node can load: 12 needs one for each major version of Node, 13 brings those of most machines. */
function sqliteLoads() {
  try {
    const Database = createRequire(at('package.json'))(SQLITE);
    new Database(':memory:').close();
    return true;
  } catch {
    // A module that has failed once may fail again in this process although it has been replaced: a fresh one decides.
    return spawnSync(process.execPath, ['-e', OPEN_DATABASE], { cwd: ROOT, stdio: 'ignore' }).status === 0;
  }
}

// What `npm start` hands down would make an npm inside it act on another folder, or leave out what is needed.
const UNWANTED =
  /^npm_(?!config_)|^npm_config_(local_prefix|prefix|global|location|omit|only|include|production|dry_run|package_lock_only|workspaces?|json|force)$/i;

function npm(...args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !UNWANTED.test(name)));
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('npm-cli.js') ? [process.execPath, [cli]] : ['npm', []];
  return run(command, [...first, ...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'], env);
}

function run(command, args, env) {
  const options = { cwd: ROOT, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 };
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}` };
}

const ADVICE = `If a package could not be downloaded, check the network and the registry (npm config get registry).
If better-sqlite3 could not be compiled, install a compiler for C++20, make and python3, then run the same command again:
  Debian, Ubuntu  apt-get install -y python3 make g++
  Alpine          apk add python3 make g++
  Fedora, RHEL    dnf install -y python3 make gcc-c++
  macOS           xcode-select --install`;

function install() {
  let last = { ok: true, output: '' };
  if (!installIsCurrent()) {
    say('installing the locked dependencies');
    // Only better-sqlite3 has a script that is needed, and only the one for this Node, which is built below. The other one is not
    // for this Node, so npm must not be strict about that.
    last = npm('ci', '--include=dev', '--include=optional', '--ignore-scripts', '--engine-strict=false');
    if (!last.ok) throw new Failure(`${last.output}\nnpm ci failed, its output is above.\n${ADVICE}`);
  }
  if (!sqliteLoads()) {
    say(`building better-sqlite3 for Node ${process.versions.node}; it may compile for a minute`);
    last = npm(...BUILD_SQLITE);
    if (!last.ok || !sqliteLoads()) throw new Failure(`${last.output}\nbetter-sqlite3 cannot be loaded.\n${ADVICE}`);
  }
}

const BUILD_INPUTS = [
  ...['tsconfig.json', 'buf.yaml', 'buf.gen.yaml', 'package-lock.json', 'prepare.mjs'],
  ...['proto', 'gateway', 'wallet-core', 'test'],
];

/** Names and contents of everything the build reads, so that neither a checkout's times nor a deleted file mislead. */
function hashOfInputs() {
  const top = fs.readdirSync(ROOT).filter((name) => name.endsWith('.ts'));
  const hash = createHash('sha256');
  const add = (file) => {
    const content = fs.readFileSync(at(file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  };
  const walk = (folder, suffix) => {
    const entries = fs.existsSync(at(folder)) ? fs.readdirSync(at(folder), { withFileTypes: true }) : [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory() && name !== 'proto/gen') walk(name, suffix);
      else if (entry.isFile() && name.endsWith(suffix)) add(name);
    }
  };
  for (const input of [...top.sort(), ...BUILD_INPUTS]) {
    if (path.extname(input)) add(input);
    else walk(input, input === 'proto' ? '.proto' : '.ts');
  }
  return hash.digest('hex');
}

function buildIsCurrent() {
  const built = at('dist/.built');
  return fs.existsSync(built) && fs.readFileSync(built, 'utf8') === hashOfInputs();
}

function build() {
  say('building dist/');
  // The hash is of what was there before the compilers read it: an edit meanwhile makes the next run build again.
  const hash = hashOfInputs();
  for (const name of fs.readdirSync(at('dist'))) {
    if (name !== '.lock') fs.rmSync(at('dist', name), { recursive: true });
  }
  fs.rmSync(at('proto/gen'), { recursive: true, force: true });
  fs.mkdirSync(at('dist/proto'));
  const folders = [at('node_modules/.bin'), path.dirname(process.execPath), process.env.PATH];
  const env = { ...process.env, PATH: folders.join(path.delimiter) };
  const buf = at('node_modules/@bufbuild/buf/bin/buf');
  const steps = [
    ['buf generate', buf, 'generate'],
    ['buf build', buf, 'build', '--as-file-descriptor-set', '-o', 'dist/proto/descriptors.binpb'],
    ['tsc', at('node_modules/typescript/bin/tsc'), '-p', '.'],
  ];
  for (const [name, ...args] of steps) {
    const { ok, output } = run(process.execPath, args, env);
    if (!ok) throw new Failure(`${output}\n${name} failed, its output is above.`);
  }
  // npm sets this bit once, where it links the command; a later build writes a new file.
  for (const file of Object.values(readJson(at('package.json')).bin)) {
    if (fs.existsSync(at(file))) fs.chmodSync(at(file), 0o755);
  }
  fs.writeFileSync(at('dist/.built'), hash);
}

/** The id of the process that holds the lock; undefined while it has not written it yet, or has just gone. */
function ownerOf(file) {
  try {
    return Number(fs.readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a holder still runs. Our own id was that of a process of an earlier boot or container. */
function isRunning(pid) {
  try {
    return pid === undefined || (pid !== process.pid && process.kill(pid, 0));
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two runs at once would write the same folders: the second waits for the first. Returns the release. */
async function lock() {
  fs.mkdirSync(at('dist'), { recursive: true });
  const file = at('dist/.lock');
  for (let told = false; ; told = true) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isRunning(ownerOf(file))) fs.rmSync(file, { force: true });
    else if (!told) say('waiting for another run to finish; if there is none, remove dist/.lock');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function prepare(force) {
  checkNode();
  if (!force && installIsCurrent() && sqliteLoads() && buildIsCurrent()) return;
  const release = await lock();
  try {
    install();
    if (force || !buildIsCurrent()) build();
  } finally {
    release();
  }
}

try {
  await prepare(process.argv.includes('--force'));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
