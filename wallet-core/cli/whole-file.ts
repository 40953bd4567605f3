import { existsSync, readdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file that is there as a whole or not at all: under another name first, on the disk, then under its own. Nobody
 * else may read it. Refuses to replace a file. What a kill left of an earlier try is removed.
 */
export async function writeWhole(file: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>) {
  refuseExisting(file);
  removeLeftovers(file);
  const unfinished = `${file}.unfinished-${process.pid}`;
  const handle = await open(unfinished, 'wx', 0o600);
  try {
    await fill(async (bytes) => {
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    });
    await handle.sync();
    await handle.close();
    refuseExisting(file);
    await rename(unfinished, file);
  } catch (error) {
    await handle.close().catch(() => {});
    rmSync(unfinished, { force: true });
    throw error;
  }
  const folder = await open(path.dirname(path.resolve(file)), 'r');
  await folder.sync().finally(() => folder.close());
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new Error(`${file} is there already; name another file, or move it away first`);
}

function removeLeftovers(file: string): void {
  const folder = path.dirname(path.resolve(file));
  const begin = `${path.basename(file)}.unfinished-`;
  if (!existsSync(folder)) throw new Error(`${folder} is not there; make that folder, or name another file`);
  for (const name of readdirSync(folder)) {
    const of = name.startsWith(begin) ? name.slice(begin.length) : '';
    if (/^\d+$/.test(of) && !isRunning(Number(of))) rmSync(path.join(folder, name), { force: true });
  }
}

/** Whether a process is still there; somebody else's is too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
