import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';

/**
 * What of a channel is counted: the logins of each player and of all, the balances that are asked for, which anybody can as they
 * are not signed, and apart from them the queries. Movements of money never are.
 */
export type Rate = 'logins' | 'balances' | 'queries';

/** How many calls a channel takes in a minute. */
export interface RateLimits {
  /** Of one player. */
  readonly loginsPerMinute: number;
  /** Of the whole channel: each has a password hashed. */
  readonly channelLoginsPerMinute: number;
  /** Of the whole channel: of balances, and as many of queries. */
  readonly queriesPerMinute: number;
}

const NUMBER = { error: 'expected a whole number from 1 to 1000000' };
const numberSetting = z.int(NUMBER).min(1, NUMBER).max(1_000_000, NUMBER);

/** The settings of a channel for them. A player logs in by hand; a balance is asked for with every round. */
export const rateSettings = {
  loginsPerMinute: numberSetting.default(30),
  channelLoginsPerMinute: numberSetting.default(6_000),
  queriesPerMinute: numberSetting.default(60_000),
};

/**
 * Whoever can name players could fill the memory with names, so they share this many counters. Which ones do is secret: nobody
 * can find a name that uses up another player's logins.
 */
const PLAYER_COUNTERS = 2 ** 14;

/** Those of a channel; a call is counted by each of its rate, and is one too many if it is so for any. */
interface Counters {
  readonly players: RateLimiterMemory;
  readonly logins: RateLimiterMemory;
  readonly balances: RateLimiterMemory;
  readonly queries: RateLimiterMemory;
}

/** Where there is one counter for all. */
const ALL = 0;

/** Counts the calls of each channel, in this process alone. A window begins with the first call and lasts a minute. */
export class Rates {
  readonly #secret = randomBytes(32);
  readonly #windowSeconds: number;
  readonly #channels = new Map<RateLimits, Counters>();

  constructor(windowSeconds = 60) {
    this.#windowSeconds = windowSeconds;
  }

  /** Counts a call; false if it is one too many. */
  async take(channel: RateLimits, rate: Rate, player: string): Promise<boolean> {
    for (const [counter, key] of this.#counting(channel, rate, player)) {
      // Who is over his own rate uses up nobody else's.
      if (!(await isTaken(counter, key))) return false;
    }
    return true;
  }

  /** Uncounts a call that was taken. */
  async giveBack(channel: RateLimits, rate: Rate, player: string): Promise<void> {
    for (const [counter, key] of this.#counting(channel, rate, player)) await counter.reward(key);
  }

  #counting(channel: RateLimits, rate: Rate, player: string): readonly (readonly [RateLimiterMemory, number])[] {
    const { players, logins, ...others } = this.#countersOf(channel);
    if (rate !== 'logins') return [[others[rate], ALL]];
    const key = createHmac('sha256', this.#secret).update(player).digest().readUInt32BE() % PLAYER_COUNTERS;
    return [
      [players, key],
      [logins, ALL],
    ];
  }

  #countersOf(channel: RateLimits): Counters {
    const known = this.#channels.get(channel);
    if (known) return known;
    const counter = (points: number) => new RateLimiterMemory({ points, duration: this.#windowSeconds });
    const counters = {
      players: counter(channel.loginsPerMinute),
      logins: counter(channel.channelLoginsPerMinute),
      balances: counter(channel.queriesPerMinute),
      queries: counter(channel.queriesPerMinute),
    };
    this.#channels.set(channel, counters);
    return counters;
  }
}

function isTaken(counter: RateLimiterMemory, key: number): Promise<boolean> {
  return counter.consume(key).then(
    () => true,
    (over: unknown) => {
      if (over instanceof Error) throw over;
      return false;
    },
  );
}
