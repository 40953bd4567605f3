import path from 'node:path';
import { Bodies } from './bodies.js';
import { CASES, FIGURES, type Case, type Figure } from './cases.js';
import { keptLedger, smallLedger, copyLedger } from './ledgers.js';
import { median, ratiosOf, type Measurement } from './measurement.js';
import type { Options } from './options.js';
import { secondsAtMaximum, type Overload } from './rows/overload.js';
import { CACHE, TemporaryFolders } from './temporary-folders.js';

/** Not in the run's folder, where the server's own user may have no way into; not in memory either. */
const POSTGRES_PARENT = '/var/tmp';

export const RESULT_FILE = path.join(CACHE, 'result.json');

/** More than a wallet answers per second on the machines of today: so many bets are signed beforehand. */
const PER_SECOND_MAX = 12_000;

/** What all rows share: prepared calls, ledgers to start from, a folder, and where results go. */
export class Bench {
  readonly results = new Map<Case, Measurement[]>();
  readonly figures = new Map<Figure, number[]>();
  /** Rows that cannot be measured here, and why. */
  readonly leftOut = new Map<string, string>();
  /** Versions of what else is measured. */
  readonly versions = new Map<string, string>();
  readonly overload: Overload = { connections: new Map(), calls: [], grpc: [] };
  /** The large ledger is one for all rounds: how many of its storage there were, and where in the bodies it has come to. */
  readonly onLarge = { rounds: 0, offset: 0 };
  readonly bodies: Bodies;
  /** Of this run only. */
  readonly folder: string;
  readonly #folders = new TemporaryFolders();
  #large: string | undefined;
  #files = 0;

  constructor(
    readonly options: Options,
    readonly tell: (text: string) => void,
  ) {
    this.bodies = new Bodies(path.join(CACHE, 'bodies'), options.seed);
    this.folder = this.#folders.make('run');
  }

  /** A file of distinct signed bets, enough for the longest series of loads on one ledger, in seconds at the maximum. */
  bets(): string {
    const { rows, warmUpSeconds, leadInSeconds, turns, rounds, seconds } = this.options;
    const all = turns * (leadInSeconds + seconds);
    const large = rounds * (warmUpSeconds + all);
    const series = [
      warmUpSeconds + 2 * all,
      ...(rows.includes('large-ledger') ? [large] : []),
      ...(rows.includes('overload') ? [secondsAtMaximum(this.options)] : []),
    ];
    const count = Math.ceil(PER_SECOND_MAX * Math.max(...series));
    return this.bodies.bets(count, this.#step(`signing ${count} bets`));
  }

  /** A file of so many calls of rounds. */
  mixed(count: number): string {
    return this.bodies.mixed(count, this.#step(`signing ${count} calls of rounds`));
  }

  /** A copy of the ledger that has players with money and hardly more. */
  async smallLedger(): Promise<string> {
    return copyLedger(await smallLedger(CACHE), this.fresh('data'));
  }

  /** A copy of the ledger of many movements, one for the whole run: it grows by what is measured on it. */
  async largeLedger(): Promise<string> {
    if (this.#large !== undefined) return this.#large;
    const { movements } = this.options;
    const kept = await keptLedger(CACHE, movements, this.#step(`making a ledger of ${movements} movements, once`));
    this.#large = copyLedger(kept, this.fresh('data'));
    return this.#large;
  }

  note(name: Case, measurement: Measurement): void {
    const { perSecond, generatorCores } = measurement;
    const share = `the load generator uses ${Math.round(100 * generatorCores)} % of a core`;
    this.tell(`${CASES[name]}: ${Math.round(perSecond)}/s${generatorCores > 0 ? `, ${share}` : ''}`);
    this.results.set(name, [...(this.results.get(name) ?? []), measurement]);
  }

  figure(what: Figure, value: number): void {
    this.tell(`${FIGURES[what]}: ${value.toFixed(1)}`);
    this.figures.set(what, [...(this.figures.get(what) ?? []), value]);
  }

  /** A figure of one case ÷ that of another, of each turn; empty if one of them was not measured. */
  ratios(part: Case, whole: Case, of: (measurement: Measurement) => number): number[] {
    return ratiosOf((this.results.get(part) ?? []).map(of), (this.results.get(whole) ?? []).map(of));
  }

  /** The median of a figure of a measurement; undefined if it was not measured. */
  median(name: Case, of: (measurement: Measurement) => number): number | undefined {
    return median((this.results.get(name) ?? []).map(of));
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

  /** For a cluster of PostgreSQL. */
  postgresFolder(): string {
    return this.#folders.make('single-wallet-bench', POSTGRES_PARENT);
  }

  close(): void {
    this.#folders.remove();
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
}
