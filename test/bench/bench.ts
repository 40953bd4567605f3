import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Bodies } from './bodies.js';
import { makeEmptyLedger } from './ledgers.js';
import type { Measurement } from './measurement.js';
import type { Options } from './options.js';

/** Kept between runs, and ignored by git. */
const CACHE = path.join(import.meta.dirname, '../../../.bench');

/** More than any wallet answers per second on the machines of today; makes enough bodies. */
const PER_SECOND_MAX = 20_000;

/** What all rows share: prepared bodies, a ledger to start from, a folder, and where results go. */
export class Bench {
  readonly results = new Map<string, Measurement[]>();
  /** Rows that cannot be measured here, and why. */
  readonly leftOut = new Map<string, string>();
  /** Bytes on disk, by what they are of. */
  readonly bytes = new Map<string, number[]>();
  /** Versions of what else is measured. */
  readonly versions = new Map<string, string>();
  readonly cache = CACHE;
  readonly bodies: Bodies;
  /** Of this run only. */
  readonly folder: string;
  bets = '';
  emptyLedger = '';
  #files = 0;

  constructor(
    readonly options: Options,
    readonly tell: (text: string) => void,
  ) {
    this.bodies = new Bodies(path.join(CACHE, 'bodies'), options.seed);
    mkdirSync(CACHE, { recursive: true });
    // Beside the cache, not in the system's folder for temporary files: that may be memory, where an fsync costs nothing.
    this.folder = mkdtempSync(path.join(CACHE, 'run-'));
  }

  async prepare(): Promise<void> {
    const { warmUpSeconds, seconds } = this.options;
    const count = PER_SECOND_MAX * (warmUpSeconds + 2 * seconds);
    this.bets = this.bodies.bets(count, this.#step(`signing ${count} bets`));
    this.emptyLedger = await makeEmptyLedger(CACHE);
  }

  note(name: string, measurement: Measurement): void {
    const { perSecond, generatorCores } = measurement;
    this.tell(
      `${name}: ${Math.round(perSecond)}/s, the load generator uses ${Math.round(100 * generatorCores)} % of a core`,
    );
    this.results.set(name, [...(this.results.get(name) ?? []), measurement]);
  }

  noteBytes(what: string, bytes: number): void {
    this.bytes.set(what, [...(this.bytes.get(what) ?? []), bytes]);
  }

  about(name: string, version: string): void {
    this.versions.set(name, version);
  }

  leaveOut(row: string, why: string): void {
    if (!this.leftOut.has(row)) this.tell(`${row} is left out: ${why}`);
    this.leftOut.set(row, why);
  }

  /** A path in this run's folder that nothing else has. */
  fresh(name: string): string {
    this.#files += 1;
    return path.join(this.folder, `${this.#files}-${name}`);
  }

  /** Tells of what takes long, in tenths. */
  #step(what: string): (part: number) => void {
    let told = -1;
    return (part) => {
      const tenth = Math.floor(10 * part);
      if (tenth > told) this.tell(`${what}: ${10 * tenth} %`);
      told = tenth;
    };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
