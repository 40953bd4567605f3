import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOURCES = path.join(import.meta.dirname, '../../../test/torture');

/** Compiles one of the shims into a folder; gives its path. */
export function compileShim(folder: string, name: 'power-cut' | 'full-disk' | 'failing-sync' | 'clock'): string {
  const source = path.join(SOURCES, `${name}.c`);
  const shim = path.join(folder, `${name}.so`);
  const compiler = ['cc', 'gcc'].find((name) => spawnSync(name, ['--version']).status === 0);
  const install = 'on Debian and Ubuntu: apt-get install gcc libc6-dev';
  if (!compiler) throw new Error(`${name}.c needs a C compiler, and there is neither cc nor gcc; ${install}`);
  const { status, stderr } = spawnSync(compiler, ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl', '-lpthread']);
  if (status !== 0) throw new Error(`${compiler} cannot compile ${name}.c; ${install}\n${String(stderr)}`);
  return shim;
}

/** A folder that is on the disk of the temporary files. */
export function temporaryFolder(prefix: string): string {
  return mkdtempSync(path.join(tmpdir(), prefix));
}
