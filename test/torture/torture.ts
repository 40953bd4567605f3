import path from 'node:path';
import { System } from '../system.js';
import { Random } from '../simulator/random.js';
import { allOf } from '../simulator/schedule.js';
import { Crew, CREW_CHANNELS } from './crew.js';
import { proveLedger } from './ledger-file.js';
import { Relay } from './relay.js';

export const TARGETS = ['wallet-core', 'gateway', 'both'] as const;
type Target = (typeof TARGETS)[number];

/**
 * When a kill comes: any time; just after a batch went to wallet-core; when its answer has come and is not passed on; as soon
 * as some client has got an answer.
 */
const MOMENTS = ['any time', 'after send', 'before answer', 'after answer'] as const;
type Moment = (typeof MOMENTS)[number];

export interface Figures {
  /** By what was killed. */
  readonly kills: Record<Target, number>;
  /** Kills at whose moment commands were between the gateway's send and its answer, and how many commands those were. */
  midCall: number;
  commandsUnderWay: number;
  ledgers: number;
  /** Commands that clients sent, without repeats. */
  commands: number;
  /** Answers that the clients got, with those of repeats. */
  acknowledged: number;
  /** Commands that had no answer when the system was back, and were sent again. */
  unanswered: number;
  repeats: number;
  /** Acknowledged movements that were found again with their balances, each as often as it was looked for. */
  movements: number;
  /** Entries of the journals whose chains were proved at the end. */
  entries: number;
}

const KILLS_PER_LEDGER = 100;
/** So many kills the same players live through. */
const KILLS_PER_COHORT = 4;
const PROVED_EVERY = 10;

/** Kills the system again and again under load, and holds it to every answer that it gave. Throws at the first that is untrue. */
export async function torture(kills: number, seed: number, killed: () => void = () => {}): Promise<Figures> {
  const figures: Figures = {
    kills: { 'wallet-core': 0, gateway: 0, both: 0 },
    ...{ midCall: 0, commandsUnderWay: 0, ledgers: 0, commands: 0, acknowledged: 0 },
    ...{ unanswered: 0, repeats: 0, movements: 0, entries: 0 },
  };
  for (let done = 0; done < kills; done += KILLS_PER_LEDGER) {
    const random = new Random(seed, `ledger ${figures.ledgers}`);
    const chamber = await Chamber.open(random, figures);
    try {
      await chamber.kill(Math.min(KILLS_PER_LEDGER, kills - done), killed);
    } finally {
      await chamber.close();
    }
    figures.ledgers += 1;
  }
  return figures;
}

/** One system with its clients, a relay between its two processes, and a ledger of its own. */
class Chamber {
  readonly #crew: Crew;

  private constructor(
    readonly system: System,
    readonly relay: Relay,
    readonly random: Random,
    readonly figures: Figures,
  ) {
    this.#crew = new Crew(system, random);
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
    this.#crew.close();
    await this.system.stop();
    this.relay.stop();
  }

  async kill(kills: number, killed: () => void): Promise<void> {
    for (let kill = 0; kill < kills; kill++) {
      const since = this.#crew.journal.entries.length;
      if (kill % KILLS_PER_COHORT === 0) await this.#crew.meet(kill / KILLS_PER_COHORT);
      await this.#loadAndKill();
      await this.#restart();
      const followed = await this.#crew.followUp(since);
      this.figures.unanswered += followed.unanswered;
      this.figures.repeats += followed.repeats;
      this.figures.movements += followed.movements;
      const last = kill === kills - 1;
      if (last || kill % PROVED_EVERY === PROVED_EVERY - 1) {
        const { entries } = proveLedger(path.join(this.system.folder, 'data'));
        if (last) this.figures.entries += entries;
      }
      killed();
    }
    this.figures.commands += this.#crew.journal.entries.length;
    this.figures.acknowledged += this.#crew.journal.acknowledged;
  }

  async #loadAndKill(): Promise<void> {
    const target = this.random.pick(TARGETS);
    let goesOn = true;
    const load = this.#crew.run(() => goesOn);
    try {
      // An untrue answer that a driver finds ends the wait for the kill.
      await Promise.race([this.#momentOf(this.random.pick(MOMENTS), () => this.#killNow(target)), Promise.all(load)]);
    } finally {
      goesOn = false;
    }
    await allOf(load);
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
    const { random, relay } = this;
    const { journal } = this.#crew;
    await new Promise((resolve) => setTimeout(resolve, random.int(50, 400)));
    const delayMs = random.pick([0, 0, 1, 2, 4]);
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

  async #restart(): Promise<void> {
    const { core, gateway, clients } = this.system;
    const starts = [];
    if (core.child.killed) starts.push(core.ended.then(() => this.system.startCore(clients.address)));
    if (gateway.child.killed) starts.push(gateway.ended.then(() => this.#startGateway(this.system.url.slice(7))));
    await Promise.all(starts);
    this.#crew.connections.renew();
    while ((await this.system.post('/netCheck', '')).json['status'] !== 200);
  }

  async #startGateway(listen = ''): Promise<void> {
    await this.system.startGateway(this.relay.address, listen);
  }
}
