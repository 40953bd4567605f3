import type { System } from '../system.js';
import type { Random } from '../simulator/random.js';
import { Apiv1Driver } from './apiv1-driver.js';
import { ClientJournal } from './client-journal.js';
import { Connections } from './connections.js';
import type { Driver } from './driver.js';
import { EbetDriver } from './ebet-driver.js';
import { followUp, type FollowedUp } from './follow-up.js';
import { Freezing } from './freezing.js';
import { PlatformDriver } from './platform-driver.js';

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

/** All who call a system under test, over HTTP and gRPC, and what they were answered. */
export class Crew {
  readonly journal = new ClientJournal();
  readonly providers: readonly Driver[];
  readonly platforms: readonly PlatformDriver[];
  readonly #freezing: Freezing;
  #players: string[] = [];

  constructor(
    system: System,
    readonly random: Random,
    size = SIZE,
    readonly connections = new Connections(system),
  ) {
    const { journal } = this;
    const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
    this.platforms = times(size.platforms, (n) => {
      return new PlatformDriver(`g${n}`, random.fork(`g${n}`), journal, connections);
    });
    this.providers = [
      ...times(size.ebet, (n) => new EbetDriver(`e${n}`, random.fork(`e${n}`), journal, connections, 1)),
      ...times(size.apiv1, (n) => new Apiv1Driver(`a${n}`, random.fork(`a${n}`), journal, connections, 'lottery')),
    ];
    this.#freezing = new Freezing(connections);
  }

  get players(): readonly string[] {
    return this.#players;
  }

  /** New players with some money. */
  async meet(cohort: number): Promise<void> {
    this.journal.cohort = cohort;
    this.#players = Array.from({ length: PLAYERS }, (_, n) => `p${cohort}-${n}`);
    for (const player of this.#players) {
      await this.connections.clients.open(player, 'CNY');
      const [platform] = this.platforms;
      if (platform) await this.journal.perform(platform.opening(player, 50_000n));
    }
    for (const driver of [...this.providers, ...this.platforms]) driver.meet(this.#players);
    this.#freezing.meet(this.#players[0] ?? '');
  }

  /** Full load until it is told to stop; a promise for each client. */
  run(goesOn: () => boolean): Promise<void>[] {
    return [...this.providers, ...this.platforms, this.#freezing].map((driver) => driver.run(goesOn));
  }

  /** Holds the system to every answer, and sends again what got none; see follow-up.ts. */
  async followUp(since: number): Promise<FollowedUp> {
    const { clients } = this.connections;
    const followed = await followUp(this.journal, since, this.#players, clients, this.random);
    await this.#freezing.inspect();
    return followed;
  }

  close(): void {
    this.connections.close();
  }
}
