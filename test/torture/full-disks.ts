import { realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Kind, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { requestOf, timestamp } from '../simulator/apiv1/request.js';
import { Random } from '../simulator/random.js';
import { allOf } from '../simulator/schedule.js';
import { APIV1_KEY, Clients, System } from '../system.js';
import { Untrue } from './client-journal.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import { Disk } from './full-disk.js';
import { expectAbsent } from './inspection.js';
import { proveLedger } from './ledger-file.js';
import { temporaryFolder } from './power-cut.js';
import { Watch } from './watch.js';

export interface FullFigures {
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
  acknowledged: number;
  /** Acknowledged movements that were found again with their balances, each as often as it was looked for. */
  movements: number;
  entries: number;
}

const ROUNDS_PER_COHORT = 4;
const PROVED_EVERY = 4;
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
    this.crew = new Crew(system, random, undefined, this.watch);
  }

  static async open(random: Random, shim: string): Promise<Tank> {
    const disk = new Disk(path.join(realpathSync(temporaryFolder('full-disk-')), 'data'), shim);
    const environment = { SINGLE_WALLET_DATA: disk.folder, ...disk.environment };
    const tank = new Tank(await System.start(CREW_CHANNELS, [], environment), disk, random);
    await tank.system.clients.open('probe', 'CNY');
    return tank;
  }

  async close(): Promise<void> {
    this.crew.close();
    await this.system.stop();
    rmSync(path.dirname(this.disk.folder), { recursive: true });
  }

  async fill(rounds: number, done: () => void): Promise<FullFigures> {
    const { crew, disk, watch } = this;
    const figures: FullFigures = {
      ...{ rounds: 0, missed: 0, notApplied: 0, busy: 0, reads: 0, resumedMs: 0 },
      ...{ absent: 0, acknowledged: 0, movements: 0, entries: 0 },
    };
    for (let round = 0; round < rounds; round++) {
      if (round % ROUNDS_PER_COHORT === 0) await crew.meet(round / ROUNDS_PER_COHORT);
      const since = crew.journal.entries.length;
      watch.heard = [];
      let goesOn = true;
      const load = allOf(crew.run(() => goesOn));
      try {
        await Promise.race([this.#fillUp(since, figures), load]);
        figures.missed += disk.missed;
        disk.makeRoom();
        const from = performance.now();
        await this.applied();
        figures.resumedMs = Math.max(figures.resumedMs, performance.now() - from);
      } finally {
        goesOn = false;
      }
      await load;
      figures.rounds += 1;
      figures.busy += watch.busy;
      figures.notApplied += this.#notApplied(since);
      figures.absent += await expectAbsent(crew.journal.entries.slice(since), crew.players, watch.clients);
      figures.movements += (await crew.followUp(since)).movements;
      if (round === rounds - 1 || round % PROVED_EVERY === PROVED_EVERY - 1) {
        figures.entries = proveLedger(disk.folder).entries;
      }
      done();
    }
    figures.acknowledged = crew.journal.acknowledged;
    return figures;
  }

  /** Lets the room run out somewhere, and reads until enough calls have met that. */
  async #fillUp(since: number, figures: FullFigures): Promise<void> {
    const { random, disk, watch } = this;
    await new Promise((resolve) => setTimeout(resolve, random.int(20, 200)));
    disk.leave(random.int(0, random.pick([0, 5_000, 50_000, 500_000])));
    const from = performance.now();
    const isTold = () => watch.busy >= REFUSED_MIN && this.#notApplied(since) >= REFUSED_MIN;
    for (let hasRead = false; !hasRead || !isTold();) {
      if (performance.now() - from > FULL_MS_MAX) throw new Untrue('the disk is full, and nobody is told');
      hasRead = disk.missed > 0;
      await this.read();
      if (hasRead) figures.reads += 1;
    }
  }

  /** How many commands have only been answered as not applied for want of room. */
  #notApplied(since: number): number {
    const entries = this.crew.journal.entries.slice(since);
    return entries.filter(({ answers }) => answers.at(-1)?.text.startsWith('NOT_APPLIED STORE_FULL')).length;
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
