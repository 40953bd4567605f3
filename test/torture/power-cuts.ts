import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Clients, Process } from '../system.js';
import { Random } from '../simulator/random.js';
import { BUSY_CHECKPOINTS, freezeInCheckpoint, isInCheckpoint, mainOf } from './checkpoint-state.js';
import { Untrue } from './client-journal.js';
import { Crew } from './crew.js';
import type { Kept } from './kept.js';
import { PLATFORM } from './platform-driver.js';
import { Power } from './power-cut.js';
import { temporaryFolder } from './shim.js';

export interface CutOptions {
  readonly shim: string;
  /** Another main module of wallet-core than its own and that of busy checkpoints. */
  readonly main?: string;
}

interface Cuts {
  cuts: number;
  /** Of these, cuts in the middle of a commit, before some write or sync of it, and while wallet-core started. */
  fused: number;
  atStart: number;
  /** Of those under load, cuts while the WAL was written into the database, and of these in the middle of a commit beside that. */
  inCheckpoint: number;
  besideCommit: number;
  /** Writes that were not synced at the cuts, and those of them that were lost, wholly or partly. */
  unsynced: number;
  lost: number;
  namesLost: number;
}

export interface CutFigures extends Cuts {
  readonly kept: Kept;
}

/**
 * How cuts come, in turns: before some write or sync, which the shim counts; while the WAL is written into the database; in
 * the middle of a commit beside that; at any time.
 */
const WAYS = ['fuse', 'checkpoint', 'beside a commit', 'any time'] as const;
type Way = (typeof WAYS)[number];
const wayOf = (cut: number): Way => WAYS[cut % WAYS.length] ?? 'any time';
/** Such a cut comes after so many pages were written into the database, and so many operations of commits later, at most. */
const PAGES_MAX = 20;
const OPERATIONS_BESIDE_MAX = 100;

const PLATFORMS = 8;
const CUTS_PER_COHORT = 4;
/** A cut in the middle of a commit comes after so many writes and syncs at most. */
const OPERATIONS_MAX = 1_500;
/** About as many as the start on an empty folder takes. */
const OPERATIONS_OF_START = 150;

/** Cuts the power of a loaded wallet-core again and again; throws when an answer has become untrue. */
export async function cutThePower(
  cuts: number,
  seed: number,
  options: CutOptions,
  done: () => void = () => {},
): Promise<CutFigures> {
  const bench = new Bench(new Random(seed, 'power'), options);
  try {
    return await bench.cut(cuts, done);
  } finally {
    await bench.close();
  }
}

class Bench {
  readonly #folder = realpathSync(temporaryFolder('wallet-core-'));
  readonly #power: Power;
  readonly #crew: Crew;
  readonly #figures: Cuts = {
    cuts: 0,
    fused: 0,
    atStart: 0,
    inCheckpoint: 0,
    besideCommit: 0,
    unsynced: 0,
    lost: 0,
    namesLost: 0,
  };
  #core!: Process;
  /** Its main module, if not its own. */
  #main: string | undefined;
  /** Of the process that runs now. */
  clients!: Clients;

  constructor(
    readonly random: Random,
    readonly options: CutOptions,
  ) {
    this.#power = new Power(path.join(this.#folder, 'data'), options.shim);
    this.#crew = Crew.ofPlatforms(this, random, PLATFORMS);
    writeFileSync(
      path.join(this.#folder, 'single-wallet.yaml'),
      'data: data\nwalletCore: { listen: "127.0.0.1:0", tokens: off }\n',
    );
  }

  async cut(cuts: number, done: () => void): Promise<CutFigures> {
    await this.#start(wayOf(0));
    await this.clients.openChannel(PLATFORM);
    for (let cut = 0; cut < cuts; cut++) {
      if (cut % CUTS_PER_COHORT === 0) await this.#crew.meet(cut / CUTS_PER_COHORT);
      await this.#crew.runDuring(() => this.#killed(wayOf(cut)));
      this.clients.close();
      const inCheckpoint = isInCheckpoint(this.#power.folder);
      const files = this.#cut();
      if (inCheckpoint) this.#figures.inCheckpoint += 1;
      if (inCheckpoint && files.includes('ledger.db-wal')) this.#figures.besideCommit += 1;
      await this.#start(wayOf(cut + 1));
      await this.#crew.followUp();
      done();
    }
    return { ...this.#figures, kept: this.#crew.end(this.#power.folder) };
  }

  async close(): Promise<void> {
    this.clients.close();
    await this.#core.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  /** The files that lost something, or could have. */
  #cut(): readonly string[] {
    const { unsynced, lost, namesLost, files } = this.#power.cut(this.random);
    this.#figures.cuts += 1;
    this.#figures.unsynced += unsynced;
    this.#figures.lost += lost;
    this.#figures.namesLost += namesLost;
    return files;
  }

  /** Ready for a cut in this way. Now and then the power goes while it starts. */
  async #start(way: Way): Promise<void> {
    const isInPass = way === 'checkpoint' || way === 'beside a commit';
    const { main = isInPass ? BUSY_CHECKPOINTS : mainOf(this.random) } = this.options;
    this.#main = main;
    while (this.random.chance(0.4)) {
      this.#power.fuse(this.random.int(1, OPERATIONS_OF_START));
      const core = this.#process();
      await Promise.race([core.listening, core.ended]).catch(() => {});
      const end = await core.stop('SIGKILL');
      if (end !== 'SIGKILL') throw new Untrue(`wallet-core does not start after a power cut (${end}):\n${core.output}`);
      this.#figures.atStart += 1;
      this.#cut();
    }
    this.#core = this.#process();
    const address = await this.#core.listening.catch((error: Error) => {
      throw new Untrue(`wallet-core does not start after a power cut:\n${error.message}`);
    });
    this.clients = new Clients(address);
  }

  #process(): Process {
    const config = path.join(this.#folder, 'single-wallet.yaml');
    const environment = { SINGLE_WALLET_CONFIG: config, SINGLE_WALLET_DATA: '', WALLET_CORE_LISTEN: '' };
    return new Process('wallet-core', { ...environment, ...this.#power.environment }, undefined, this.#main);
  }

  async #killed(way: Way): Promise<void> {
    if (way === 'fuse') {
      this.#power.fuse(this.random.int(1, OPERATIONS_MAX));
      this.#figures.fused += 1;
      return void (await this.#core.ended);
    }
    await delay(this.random.int(50, 400));
    if (way === 'beside a commit' && this.#main === BUSY_CHECKPOINTS) {
      this.#power.fuseBeside(this.random.int(1, PAGES_MAX), this.random.int(1, OPERATIONS_BESIDE_MAX));
      return void (await this.#core.ended);
    }
    if (way === 'checkpoint' && this.#main === BUSY_CHECKPOINTS) {
      await freezeInCheckpoint(this.#core, this.#power.folder);
    }
    await this.#core.stop('SIGKILL');
  }
}
