import { existsSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file that is there as a whole or not at all: under another name first, on the disk, then under its own. Nobody
 * else may read it. Refuses to replace a file.
 */
export async function writeWhole(file: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>) {
  refuseExisting(file);
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
