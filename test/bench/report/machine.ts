import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { median } from '../measurement.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly node: string;
  readonly kernel: string;
  readonly filesystem: string;
  /** The median time of writing a page to the end of a file and syncing it. */
  readonly fsyncMs: number;
}

const FSYNCS = 200;

/** What the figures were measured on; `folder` is on the disk of the ledgers. */
export function describeMachine(folder: string): Machine {
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${os.type()} ${os.release()}`,
    filesystem: filesystemOf(folder),
    fsyncMs: fsyncMs(path.join(folder, 'fsync')),
  };
}

function fsyncMs(name: string): number {
  const file = openSync(name, 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: FSYNCS }, () => {
    const started = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  rmSync(name);
  return median(times) ?? 0;
}

/** The type of the filesystem that is mounted nearest above a folder. */
function filesystemOf(folder: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at]) => at !== undefined && `${folder}/`.startsWith(at === '/' ? '/' : `${at}/`));
  const [, , type] = mounts.reduce((best, one) => ((one[1]?.length ?? 0) >= (best[1]?.length ?? 0) ? one : best), []);
  return type ?? `unknown (${statfsSync(folder).type})`;
}
