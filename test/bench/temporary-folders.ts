import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Kept between runs, and ignored by git. */
export const CACHE = path.join(import.meta.dirname, '../../../.bench');

/** Folders of one run, removed at its end; if it is killed, by the next run. */
export class TemporaryFolders {
  readonly #made: string[] = [];

  /**
   * Beside the cache, unless another parent is given, and not in the system's folder for temporary files: that may be memory, where an
   * fsync costs nothing.
   */
  make(prefix: string, parent = CACHE): string {
    mkdirSync(parent, { recursive: true });
    removeAbandoned(parent, `${prefix}-`);
    const folder = mkdtempSync(path.join(parent, `${prefix}-${process.pid}-`));
    this.#made.push(folder);
    return folder;
  }

  remove(): void {
    for (const folder of this.#made) rmSync(folder, { recursive: true, force: true });
  }
}

/** Such a name goes on with the id of its process. */
function removeAbandoned(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}
