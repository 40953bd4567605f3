// Runs the tests, or the files of dist/test that are named, on systems that have TLS, client certificates and tokens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificate } from './certificates.js';
import { CERTIFICATES, FILES } from './secured.js';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const named = process.argv.slice(2);
const args = named.length === 0 ? [] : ['--no-config', '--enable-source-maps', '--timeout', '60000', ...named];

const folder = mkdtempSync(path.join(tmpdir(), 'certificates-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
// Those whom the terminal interrupts end by themselves, and this process after them.
process.on('SIGINT', () => {});

const authority = await certificate('the authority of this run', { isAuthority: true });
const own = await certificate('the system of this run', { issuer: authority });
const write = (name: keyof typeof FILES, text: string) => writeFileSync(path.join(folder, FILES[name]), text);
write('ca', authority.certificate);
write('certificate', own.certificate);
write('key', own.key);

const env = {
  ...process.env,
  [CERTIFICATES]: folder,
  // For fetch, which takes authorities from nowhere else.
  NODE_EXTRA_CA_CERTS: path.join(folder, FILES.ca),
};
const mocha = spawn(process.execPath, [MOCHA, ...args], { env, stdio: 'inherit' });
const [code] = (await once(mocha, 'exit')) as [number | null];
process.exitCode = code ?? 1;
