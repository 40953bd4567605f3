import { realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Kind, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { requestOf, timestamp } from '../simulator/apiv1/request.js';
import { Random } from '../simulator/random.js';
import { APIV1_KEY, Clients, System } from '../system.js';
import { mainOf } from './checkpoint-state.js';
import { Untrue } from './client-journal.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import { Disk } from './full-disk.js';
import type { Kept } from './kept.js';
import { temporaryFolder } from './shim.js';
import { Watch } from './watch.js';

interface Refusals {
  /** How often the disk got full. */
  rounds: number;
  /** Writes that found no room. */
  missed: number;
  /** Commands over gRPC that were answered as not applied, and calls over HTTP that were answered busy. */
  notApplied: number;
  busy: number;
  /** How often balances and movements were read while the disk was full. */
  reads: number;
  /** How long after room was made a command was applied, at most. */
  resumedMs: number;
  /** Commands that were answered busy or as not applied, and of which the ledger had nothing. */
  absent: number;
}

export interface FullFigures extends Refusals {
  readonly kept: Kept;
}

const ROUNDS_PER_COHORT = 4;
/** So many of each kind of refusal are waited for. */
const REFUSED_MIN = 4;
const FULL_MS_MAX = 60_000;

/** Lets the disk get full under load again and again; throws when an answer was untrue, or when it does not go on. */
export async function fillTheDisk(
  rounds: number,
  seed: number,
  shim: string,
  done: () => void = () => {},
): Promise<FullFigures> {
  const tank = await Tank.open(new Random(seed, 'full'), shim);
  try {
    return await tank.fill(rounds, done);
  } finally {
    await tank.close();
  }
}

/** A system on a disk of its own, with its clients. */
export class Tank {
  readonly crew: Crew;
  readonly watch: Watch;
  #probes = 0;

  private constructor(
    readonly system: System,
    readonly disk: Disk,
    readonly random: Random,
  ) {
    this.watch = new Watch(system);
    this.crew = Crew.ofAll(this.watch, random);
  }

  static async open(random: Random, shim: string): Promise<Tank> {
    const disk = new Disk(path.join(realpathSync(temporaryFolder('full-disk-')), 'data'), shim);
    const environment = { SINGLE_WALLET_DATA: disk.folder, ...disk.environment };
    const tank = new Tank(await System.start(CREW_CHANNELS, [], environment), disk, random);
    await tank.system.clients.open('probe', 'CNY');
    return tank;
  }

  async close(): Promise<void> {
    this.watch.close();
    await this.system.stop();
    rmSync(path.dirname(this.disk.folder), { recursive: true });
  }

  async fill(rounds: number, done: () => void): Promise<FullFigures> {
    const { crew, disk, watch } = this;
    const figures: Refusals = { rounds: 0, missed: 0, notApplied: 0, busy: 0, reads: 0, resumedMs: 0, absent: 0 };
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_PER_COHORT === 0) await this.#meet(round / ROUNDS_PER_COHORT);
      watch.heard = [];
      await crew.runDuring(async () => {
        await this.#fillUp(figures);
        figures.missed += disk.missed;
        disk.makeRoom();
        const from = performance.now();
        await this.applied();
        figures.resumedMs = Math.max(figures.resumedMs, performance.now() - from);
      });
      figures.rounds += 1;
      figures.busy += watch.busy;
      figures.notApplied += this.#notApplied;
      figures.absent += await crew.expectAbsent();
      await crew.followUp();
      done();
    }
    return { ...figures, kept: crew.end(disk.folder) };
  }

  async #meet(cohort: number): Promise<void> {
    this.system.coreMain = mainOf(this.random);
    await this.system.restartCore();
    await this.crew.meet(cohort);
  }

  /** Lets the room run out somewhere, and reads until enough calls have met that. */
  async #fillUp(figures: Refusals): Promise<void> {
    const { random, disk, watch } = this;
    await new Promise((resolve) => setTimeout(resolve, random.int(20, 200)));
    disk.leave(random.int(0, random.pick([0, 5_000, 50_000, 500_000])));
    const from = performance.now();
    const isTold = () => watch.busy >= REFUSED_MIN && this.#notApplied >= REFUSED_MIN;
    for (let hasRead = false; !hasRead || !isTold();) {
      if (performance.now() - from > FULL_MS_MAX) throw new Untrue('the disk is full, and nobody is told');
      hasRead = disk.missed > 0;
      await this.read();
      if (hasRead) figures.reads += 1;
    }
  }

  /** How many commands have only been answered as not applied for want of room. */
  get #notApplied(): number {
    return this.crew.cycle.filter(({ answers }) => answers.at(-1)?.text.startsWith('NOT_APPLIED STORE_FULL')).length;
  }

  /** Reads that must go on: of the ledger over gRPC and through the gateway, and whether the system says that it serves. */
  async read(clients: Clients = this.watch.clients): Promise<void> {
    const player = this.random.pick(this.crew.players);
    await clients.balance(player);
    await clients.movements({ playerId: player });
    const { path: endpoint, body } = requestOf(
      'balance-check',
      { member_id: player, timestamp: timestamp() },
      APIV1_KEY,
    );
    const { json } = await this.system.post(endpoint, body);
    if (json['status'] !== 1) throw new Untrue(`a balance cannot be read: ${JSON.stringify(json)}`);
    const net = await this.system.post('/netCheck', '');
    if (net.json['status'] !== 200) throw new Untrue(`the system says that it does not serve: ${net.text}`);
  }

  /** A deposit beside the load; whether it was applied. */
  async deposit(): Promise<boolean> {
    const reference = `probe-${++this.#probes}`;
    const movement = { playerId: 'probe', kind: Kind.DEPOSIT, amount: '0.01', reference, round: '' };
    return (await this.watch.clients.post(movement)).outcome === Outcome.APPLIED;
  }

  async applied(): Promise<void> {
    while (!(await this.deposit()));
  }
}
