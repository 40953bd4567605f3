import path from 'node:path';
import { System } from '../system.js';
import { Random } from '../simulator/random.js';
import { BUSY_CHECKPOINTS, freezeInCheckpoint, isInCheckpoint, mainOf } from './checkpoint-state.js';
import { Connections } from './connections.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import type { Kept } from './kept.js';
import { Relay } from './relay.js';

export const TARGETS = ['wallet-core', 'gateway', 'both'] as const;
type Target = (typeof TARGETS)[number];
/** The gateway knows nothing of checkpoints. */
const TARGETS_IN_CHECKPOINT = ['wallet-core', 'both'] as const;

/**
 * When a kill comes, in turns: any time; just after a batch went to wallet-core; when its answer has come and is not passed on; as soon
 * as some client has got an answer; while the WAL is written into the database.
 */
const MOMENTS = ['any time', 'after send', 'in a checkpoint', 'before answer', 'after answer'] as const;
type Moment = (typeof MOMENTS)[number];

export interface Figures {
  /** By what was killed. */
  readonly kills: Record<Target, number>;
  /** Kills at whose moment commands were between the gateway's send and its answer, and how many commands those were. */
  midCall: number;
  commandsUnderWay: number;
  /** Kills of wallet-core while the WAL was written into the database. */
  inCheckpoint: number;
  /** Of each ledger. */
  readonly kept: Kept[];
}

const KILLS_PER_LEDGER = 100;
/** So many kills the same players live through. */
const KILLS_PER_COHORT = 4;

/** Kills the system again and again under load, and holds it to every answer that it gave. Throws at the first that is untrue. */
export async function torture(kills: number, seed: number, killed: () => void = () => {}): Promise<Figures> {
  const figures: Figures = {
    kills: { 'wallet-core': 0, gateway: 0, both: 0 },
    ...{ midCall: 0, commandsUnderWay: 0, inCheckpoint: 0, kept: [] },
  };
  for (let done = 0; done < kills; done += KILLS_PER_LEDGER) {
    const random = new Random(seed, `ledger ${figures.kept.length}`);
    const chamber = await Chamber.open(random, figures);
    try {
      figures.kept.push(await chamber.kill(Math.min(KILLS_PER_LEDGER, kills - done), killed));
    } finally {
      await chamber.close();
    }
  }
  return figures;
}

/** One system with its clients, a relay between its two processes, and a ledger of its own. */
class Chamber {
  readonly #connections: Connections;
  readonly #crew: Crew;

  private constructor(
    readonly system: System,
    readonly relay: Relay,
    readonly random: Random,
    readonly figures: Figures,
  ) {
    this.#connections = new Connections(system);
    this.#crew = Crew.ofAll(this.#connections, random);
  }

  static async open(random: Random, figures: Figures): Promise<Chamber> {
    const system = await System.start(CREW_CHANNELS);
    const relay = await Relay.start(system.clients.address);
    const chamber = new Chamber(system, relay, random, figures);
    await system.gateway.stop('SIGKILL');
    await chamber.#startGateway();
    return chamber;
  }

  async close(): Promise<void> {
    this.#connections.close();
    await this.system.stop();
    this.relay.stop();
  }

  async kill(kills: number, killed: () => void): Promise<Kept> {
    const { random } = this;
    for (let kill = 0; kill < kills; kill++) {
      if (kill % KILLS_PER_COHORT === 0) await this.#crew.meet(kill / KILLS_PER_COHORT);
      const moment = MOMENTS[kill % MOMENTS.length] ?? 'any time';
      const inCheckpoint = moment === 'in a checkpoint';
      if (inCheckpoint && this.system.coreMain !== BUSY_CHECKPOINTS) await this.#startBusy();
      const target = random.pick(inCheckpoint ? TARGETS_IN_CHECKPOINT : TARGETS);
      await this.#crew.runDuring(() => this.#momentOf(moment, () => this.#killNow(target)));
      await this.#restart(target);
      await this.#crew.followUp();
      killed();
    }
    return this.#crew.end(this.#data);
  }

  get #data(): string {
    return path.join(this.system.folder, 'data');
  }

  #killNow(target: Target): void {
    const { figures, relay, system } = this;
    const underWay = relay.commandsUnderWay;
    if (target !== 'gateway') system.core.child.kill('SIGKILL');
    if (target !== 'wallet-core') system.gateway.child.kill('SIGKILL');
    figures.kills[target] += 1;
    figures.commandsUnderWay += underWay;
    if (underWay > 0) figures.midCall += 1;
  }

  /** Waits for the moment and acts at once when it is there. */
  async #momentOf(moment: Moment, act: () => void): Promise<void> {
    const { random, relay, system } = this;
    const { journal } = this.#crew;
    await new Promise((resolve) => setTimeout(resolve, random.int(50, 400)));
    const delayMs = random.pick([0, 0, 1, 2, 4]);
    if (moment === 'in a checkpoint') {
      await freezeInCheckpoint(system.core, this.#data);
      return act();
    }
    await new Promise<void>((resolve) => {
      const now = () => {
        relay.onBatch = undefined;
        relay.onAnswer = undefined;
        journal.onAnswer = undefined;
        act();
        resolve();
      };
      switch (moment) {
        case 'any time':
          return now();
        case 'after send':
          // If the answer was quicker than the delay, the next batch is waited for.
          relay.onBatch = () => setTimeout(() => relay.onBatch && relay.commandsUnderWay > 0 && now(), delayMs);
          return;
        case 'before answer':
          relay.onAnswer = () => {
            now();
            return true;
          };
          return;
        case 'after answer':
          journal.onAnswer = now;
      }
    });
  }

  /** Makes the process that runs, without load now, one in which a checkpoint can be waited for. */
  async #startBusy(): Promise<void> {
    this.system.coreMain = BUSY_CHECKPOINTS;
    await this.system.restartCore();
    this.#connections.renew();
  }

  async #restart(killed: Target): Promise<void> {
    const { core, gateway, clients } = this.system;
    const starts = [];
    if (killed !== 'gateway') {
      await core.ended;
      if (isInCheckpoint(this.#data)) this.figures.inCheckpoint += 1;
      this.system.coreMain = mainOf(this.random);
      starts.push(this.system.startCore(clients.address));
    }
    if (killed !== 'wallet-core') starts.push(gateway.ended.then(() => this.#startGateway(this.system.gatewayAddress)));
    await Promise.all(starts);
    this.#connections.renew();
    while ((await this.system.post('/netCheck', '')).json['status'] !== 200);
  }

  async #startGateway(listen = ''): Promise<void> {
    await this.system.startGateway(this.relay.address, listen);
  }
}
