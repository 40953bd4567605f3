import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';

/** What of a channel is counted: the logins of each player, the queries of all. Movements of money never are. */
export type Rate = 'logins' | 'queries';

/** How many calls a channel takes in a minute. */
export interface RateLimits {
  /** Of one player. */
  readonly loginsPerMinute: number;
  /** Of the whole channel. */
  readonly queriesPerMinute: number;
}

const NUMBER = { error: 'expected a whole number from 1 to 1000000' };
const numberSetting = z.int(NUMBER).min(1, NUMBER).max(1_000_000, NUMBER);

/** The settings of a channel for them. A player logs in by hand; a balance is asked for with every round. */
export const rateSettings = {
  loginsPerMinute: numberSetting.default(30),
  queriesPerMinute: numberSetting.default(60_000),
};

/**
 * Whoever can name players could fill the memory with names, so they share this many counters. Which ones do is secret: nobody
 * can find a name that uses up another player's logins.
 */
const PLAYER_COUNTERS = 2 ** 14;

type Counters = Readonly<Record<Rate, RateLimiterMemory>>;

/** Counts the calls of each channel, in this process alone. A window begins with the first call and lasts a minute. */
export class Rates {
  readonly #secret = randomBytes(32);
  readonly #windowSeconds: number;
  readonly #channels = new Map<RateLimits, Counters>();

  constructor(windowSeconds = 60) {
    this.#windowSeconds = windowSeconds;
  }

  /** Counts a call; false if it is one too many. */
  take(channel: RateLimits, rate: Rate, player: string): Promise<boolean> {
    return this.#countersOf(channel)
      [rate].consume(this.#key(rate, player))
      .then(
        () => true,
        (over: unknown) => {
          if (over instanceof Error) throw over;
          return false;
        },
      );
  }

  /** Uncounts a call that was taken. */
  async giveBack(channel: RateLimits, rate: Rate, player: string): Promise<void> {
    await this.#countersOf(channel)[rate].reward(this.#key(rate, player));
  }

  #countersOf(channel: RateLimits): Counters {
    const known = this.#channels.get(channel);
    if (known) return known;
    const duration = this.#windowSeconds;
    const counters = {
      logins: new RateLimiterMemory({ points: channel.loginsPerMinute, duration }),
      queries: new RateLimiterMemory({ points: channel.queriesPerMinute, duration }),
    };
    this.#channels.set(channel, counters);
    return counters;
  }

  #key(rate: Rate, player: string): number {
    if (rate === 'queries') return 0;
    return createHmac('sha256', this.#secret).update(player).digest().readUInt32BE() % PLAYER_COUNTERS;
  }
}
