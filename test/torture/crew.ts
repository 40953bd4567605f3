import type { Clients } from '../system.js';
import type { Random } from '../simulator/random.js';
import { allOf } from '../simulator/schedule.js';
import { Apiv1Driver } from './apiv1-driver.js';
import { ClientJournal, type Entry } from './client-journal.js';
import type { Connections } from './connections.js';
import type { Driver } from './driver.js';
import { EbetDriver } from './ebet-driver.js';
import { followUp } from './follow-up.js';
import { Freezing } from './freezing.js';
import { expectAbsent } from './inspection.js';
import type { Kept } from './kept.js';
import { proveLedger } from './ledger-file.js';
import { PlatformDriver } from './platform-driver.js';
import { Verifications } from './verifications.js';

/** How many clients of each kind call at the same moment. */
export interface CrewSize {
  readonly ebet: number;
  readonly apiv1: number;
  readonly platforms: number;
}

const SIZE: CrewSize = { ebet: 6, apiv1: 4, platforms: 4 };
const PLAYERS = 12;
/** The channels that a system needs for a crew. */
export const CREW_CHANNELS = [
  { channelId: 1, currency: 'CNY', timestampToleranceMinutes: 1440 },
  { provider: 'apiv1', merchant: 'lottery', currency: 'CNY' },
] as const;

/** All who call what is tested, and what they were answered. */
export class Crew {
  readonly verifications: Verifications;
  readonly #freezing: Freezing;
  #players: string[] = [];
  /** Where what was asked for since the last follow-up begins. */
  #since = 0;
  readonly #followed = { unanswered: 0, repeats: 0, movements: 0 };

  private constructor(
    readonly connections: { readonly clients: Clients },
    readonly random: Random,
    readonly journal: ClientJournal,
    readonly platforms: readonly PlatformDriver[],
    readonly providers: readonly Driver[],
  ) {
    this.verifications = new Verifications(connections);
    this.#freezing = new Freezing(connections);
  }

  /** Providers over HTTP and platforms over gRPC. */
  static ofAll(connections: Connections, random: Random, size = SIZE): Crew {
    const journal = new ClientJournal();
    const platforms = platformsOf(connections, random, journal, size.platforms);
    const ebet = times(size.ebet, (n) => new EbetDriver(`e${n}`, random.fork(`e${n}`), journal, connections, 1));
    const apiv1 = times(
      size.apiv1,
      (n) => new Apiv1Driver(`a${n}`, random.fork(`a${n}`), journal, connections, 'lottery'),
    );
    return new Crew(connections, random, journal, platforms, [...ebet, ...apiv1]);
  }

  /** Platforms alone, which need no gateway. */
  static ofPlatforms(connections: { readonly clients: Clients }, random: Random, count: number): Crew {
    const journal = new ClientJournal();
    return new Crew(connections, random, journal, platformsOf(connections, random, journal, count), []);
  }

  get players(): readonly string[] {
    return this.#players;
  }

  /** What was asked for since the last follow-up. */
  get cycle(): readonly Entry[] {
    return this.journal.entries.slice(this.#since);
  }

  /** New players with some money, and a digest that is told before anything is done to the system. */
  async meet(cohort: number): Promise<void> {
    this.journal.cohort = cohort;
    this.#players = times(PLAYERS, (n) => `p${cohort}-${n}`);
    for (const player of this.#players) {
      await this.connections.clients.open(player, 'CNY');
      const [platform] = this.platforms;
      if (platform) await this.journal.perform(platform.opening(player, 50_000n));
    }
    for (const driver of [...this.providers, ...this.platforms]) driver.meet(this.#players);
    this.#freezing.meet(this.#players[0] ?? '');
    await this.verifications.run();
  }

  /** Full load until it is told to stop. */
  run(goesOn: () => boolean): Promise<void> {
    const drivers = [...this.providers, ...this.platforms, this.#freezing];
    return allOf([...drivers.map((driver) => driver.run(goesOn)), this.verifications.run()]);
  }

  /** Full load for as long as something is done to the system; an untrue answer that somebody gets ends that. */
  async runDuring(act: () => Promise<unknown>): Promise<void> {
    let goesOn = true;
    const load = this.run(() => goesOn);
    try {
      await Promise.race([act(), load]);
    } finally {
      goesOn = false;
    }
    await load;
  }

  /** Of what was asked for and not answered, or as not applied, the ledger has nothing; gives how many those are. */
  expectAbsent(entries = this.cycle): Promise<number> {
    return expectAbsent(entries, this.#players, this.connections.clients);
  }

  /** Holds the system to every answer, and sends again what got none; see follow-up.ts. */
  async followUp(): Promise<void> {
    const followed = await followUp(this);
    await this.#freezing.inspect();
    this.#followed.unanswered += followed.unanswered;
    this.#followed.repeats += followed.repeats;
    this.#followed.movements += followed.movements;
    this.#since = this.journal.entries.length;
  }

  /** What all that came to. The ledger in a data folder is proved once more, without a word of the product. */
  end(data: string): Kept {
    const { entries, acknowledged } = this.journal;
    const { after, before } = this.verifications;
    return {
      ...{ commands: entries.length, acknowledged, ...this.#followed, verified: after, verifiedBefore: before },
      entries: proveLedger(data).entries,
    };
  }
}

function platformsOf(
  connections: { readonly clients: Clients },
  random: Random,
  journal: ClientJournal,
  count: number,
): PlatformDriver[] {
  return times(count, (n) => new PlatformDriver(`g${n}`, random.fork(`g${n}`), journal, connections));
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
