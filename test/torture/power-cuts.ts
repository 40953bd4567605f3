import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Clients, Process } from '../system.js';
import { Random } from '../simulator/random.js';
import { allOf } from '../simulator/schedule.js';
import { ClientJournal, Untrue } from './client-journal.js';
import { followUp } from './follow-up.js';
import { Freezing } from './freezing.js';
import { proveLedger } from './ledger-file.js';
import { PLATFORM, PlatformDriver } from './platform-driver.js';
import { Power, temporaryFolder } from './power-cut.js';

export interface CutOptions {
  readonly shim: string;
  /** Another main module of wallet-core, of a test. */
  readonly main?: string;
}

export interface CutFigures {
  cuts: number;
  /** Of these, cuts in the middle of a commit, before some write or sync of it, and while wallet-core started. */
  fused: number;
  atStart: number;
  /** Writes that were not synced at the cuts, and those of them that were lost, wholly or partly. */
  unsynced: number;
  lost: number;
  namesLost: number;
  acknowledged: number;
  /** Acknowledged movements that were found again with their balances, each as often as it was looked for. */
  movements: number;
  entries: number;
}

const DRIVERS = 8;
const PLAYERS = 8;
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
  readonly #journal = new ClientJournal();
  readonly #drivers: readonly PlatformDriver[];
  readonly #freezing: Freezing;
  readonly #figures: CutFigures = {
    ...{ cuts: 0, fused: 0, atStart: 0, unsynced: 0, lost: 0, namesLost: 0, acknowledged: 0, movements: 0, entries: 0 },
  };
  #core!: Process;
  /** Of the process that runs now. */
  clients!: Clients;
  #players: string[] = [];

  constructor(
    readonly random: Random,
    readonly options: CutOptions,
  ) {
    this.#power = new Power(path.join(this.#folder, 'data'), options.shim);
    this.#freezing = new Freezing(this);
    this.#drivers = Array.from({ length: DRIVERS }, (_, n) => {
      return new PlatformDriver(`g${n}`, random.fork(`g${n}`), this.#journal, this);
    });
    writeFileSync(path.join(this.#folder, 'single-wallet.yaml'), 'data: data\nwalletCore: { listen: "127.0.0.1:0" }\n');
  }

  async cut(cuts: number, done: () => void): Promise<CutFigures> {
    const figures = this.#figures;
    await this.#start();
    await this.clients.openChannel(PLATFORM);
    for (let cut = 0; cut < cuts; cut++) {
      const since = this.#journal.entries.length;
      if (cut % CUTS_PER_COHORT === 0) await this.#meet(cut / CUTS_PER_COHORT);
      await this.#loadAndKill();
      this.#cut();
      await this.#start();
      const { movements } = await followUp(this.#journal, since, this.#players, this.clients, this.random);
      await this.#freezing.inspect();
      figures.entries = proveLedger(this.#power.folder).entries;
      figures.movements += movements;
      done();
    }
    figures.acknowledged = this.#journal.acknowledged;
    return figures;
  }

  async close(): Promise<void> {
    this.clients.close();
    await this.#core.stop('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  #cut(): void {
    const { unsynced, lost, namesLost } = this.#power.cut(this.random);
    this.#figures.cuts += 1;
    this.#figures.unsynced += unsynced;
    this.#figures.lost += lost;
    this.#figures.namesLost += namesLost;
  }

  /** Now and then the power goes while it starts. */
  async #start(): Promise<void> {
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
    const { main } = this.options;
    return new Process('wallet-core', { ...environment, ...this.#power.environment }, undefined, main);
  }

  async #meet(cohort: number): Promise<void> {
    this.#journal.cohort = cohort;
    this.#players = Array.from({ length: PLAYERS }, (_, n) => `p${cohort}-${n}`);
    for (const player of this.#players) {
      await this.clients.open(player, 'CNY');
      const [driver] = this.#drivers;
      if (driver) await this.#journal.perform(driver.opening(player, 50_000n));
    }
    for (const driver of this.#drivers) driver.meet(this.#players);
    this.#freezing.meet(this.#players[0] ?? '');
  }

  /** Half the cuts come at some time, half before some write or sync, which the shim counts. */
  async #loadAndKill(): Promise<void> {
    let goesOn = true;
    const load = allOf([...this.#drivers, this.#freezing].map((driver) => driver.run(() => goesOn)));
    if (this.random.chance(0.5)) {
      this.#power.fuse(this.random.int(1, OPERATIONS_MAX));
      this.#figures.fused += 1;
    } else {
      setTimeout(() => this.#core.child.kill('SIGKILL'), this.random.int(50, 400));
    }
    await Promise.race([this.#core.ended, load]);
    goesOn = false;
    await load;
    await this.#core.ended;
    this.clients.close();
  }
}
