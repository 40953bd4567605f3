import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { Child } from '../children.js';

/** Where Debian and its relatives put the servers' programs, which are not on the PATH. */
const DEBIAN = '/usr/lib/postgresql';
/** A server refuses to run as root. */
const USER = 'postgres';
const READY_MS_MAX = 20_000;

/** A PostgreSQL server of the benchmark's own, with the settings it comes with: fsync and synchronous_commit are on. */
export interface Cluster {
  readonly server: Child;
  /** The folder of its socket; it listens nowhere else. */
  readonly socket: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** The folder with initdb and postgres, of the newest version; undefined: there is none on this machine. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(DEBIAN, version, 'bin')), ...pathFolders()];
  return folders.find((folder) => existsSync(path.join(folder, 'initdb')) && existsSync(path.join(folder, 'postgres')));
}

/** Why the programs cannot be run here, as far as it can be told beforehand; undefined: they can. */
export function serverUserMissing(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (spawnSync('id', ['-u', USER]).status !== 0)
    return `PostgreSQL refuses to run as root, and there is no user ${USER}`;
  if (hasSetpriv()) return undefined;
  return 'PostgreSQL refuses to run as root, and setpriv is not on this machine (Debian: apt-get install util-linux)';
}

function hasSetpriv(): boolean {
  return spawnSync('setpriv', ['--version']).status === 0;
}

/** `folder`: an empty one. */
export async function startCluster(programs: string, folder: string, log: string): Promise<Cluster> {
  const root = process.getuid?.() === 0;
  const user = root ? [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'] : [];
  // It ends when we do, even if we are killed.
  const as = hasSetpriv() ? ['setpriv', ...user, '--pdeathsig=INT', '--'] : [];
  if (root) chownSync(folder, idOf('-u'), idOf('-g'));
  const data = path.join(folder, 'data');
  const run = (program: string, ...args: string[]): [string, string[]] => {
    const [command = '', ...rest] = [...as, path.join(programs, program), ...args];
    return [command, rest];
  };
  const made = spawnSync(...run('initdb', '-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C'), {
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) {
    throw new Error(`initdb failed:\n${made.stdout}${made.stderr}${made.error?.message ?? ''}`);
  }
  const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`];
  // SIGINT: it ends its sessions and itself at once, in order.
  const server = new Child('postgres', ...run('postgres', '-D', data, ...settings), { log, stopSignal: 'SIGINT' });
  const stop = () => server.stop();
  try {
    return { server, socket: folder, version: await versionOf(folder, server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until it answers. */
async function versionOf(socket: string, server: Child): Promise<string> {
  let ended = false;
  void server.ended.then(() => (ended = true));
  for (const start = Date.now(); ;) {
    const client = new pg.Client({ host: socket, user: 'bench', database: 'postgres' });
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
      return rows[0]?.server_version ?? '';
    } catch (error) {
      if (ended || Date.now() - start > READY_MS_MAX) {
        throw new Error(`PostgreSQL does not answer:\n${server.output()}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function pathFolders(): string[] {
  return (process.env.PATH ?? '').split(path.delimiter);
}

function idOf(flag: '-u' | '-g'): number {
  return Number(spawnSync('id', [flag, USER], { encoding: 'utf8' }).stdout);
}
