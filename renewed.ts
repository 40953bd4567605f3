import { statSync } from 'node:fs';
import type { Logger } from 'pino';

/** What is wrong with a file: of which field of its setting, if that has fields, and what is expected. */
export class FileFault extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Files are looked at so often: a certificate is renewed every few weeks, by whoever knows nothing of this process. One that
 * is replaced is read when it was the same twice: a certificate and its key are two files, and are not replaced at once.
 */
const LOOK_EVERY_MS = 500;

/** What stands in files, which others replace while we run: as it was when they were last good. */
export class Renewed<T> {
  readonly setting: string;
  readonly #files: readonly string[];
  readonly #read: () => T;
  readonly #users: (() => void)[] = [];
  #now: T;
  /** Of what was read last, good or not. */
  #version: string;
  #seen: string;

  /** `read` throws a FileFault where something is wrong with them, and then so does this. */
  constructor(setting: string, files: readonly string[], read: () => T) {
    this.setting = setting;
    this.#files = files;
    this.#read = read;
    this.#version = this.#seen = versionOf(files);
    this.#now = read();
  }

  get now(): T {
    return this.#now;
  }

  /** Has something done each time that there is a new value. */
  onRenewal(use: () => void): void {
    this.#users.push(use);
  }

  /** Reads the files if they were replaced; whether there is a new value. Throws a FileFault, once for each replacement. */
  look(): boolean {
    const version = versionOf(this.#files);
    const rests = version === this.#seen;
    this.#seen = version;
    if (version === this.#version || !rests) return false;
    this.#version = version;
    this.#now = this.#read();
    for (const use of this.#users) use();
    return true;
  }
}

/** Keeps looking at files until the function that it returns is called; `about`: what the log says of a new value. */
export function keepRenewing(all: readonly (Renewed<unknown> | undefined)[], log: Logger): () => void {
  const looked = all.filter((each) => each !== undefined);
  if (looked.length === 0) return () => {};
  const timer = setInterval(() => looked.forEach((each) => look(each, log)), LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

function look(renewed: Renewed<unknown>, log: Logger): void {
  const { setting } = renewed;
  try {
    if (!renewed.look()) return;
    const { validTo } = renewed.now as { readonly validTo?: string };
    log.info(
      { setting, ...(validTo !== undefined && { certificateValidTo: validTo }) },
      'its files were replaced: new connections go by them',
    );
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    const fix = `${[setting, error.field].filter(Boolean).join('.')}: ${error.message}`;
    log.error({ setting, fix }, 'its files were replaced, but cannot be used: those before go on');
  }
}

/** Differs when a file was written, or another put in its place; symbolic links are followed. */
function versionOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? `${found.ino}:${found.size}:${found.mtimeMs}` : 'none';
    })
    .join(' ');
}
