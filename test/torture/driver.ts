import type { Random } from '../simulator/random.js';
import type { Call, ClientJournal, Entry } from './client-journal.js';

/** A client that makes one call after the other, as its random numbers say. */
export abstract class Driver {
  #count = 0;
  readonly #recent: Call[] = [];

  constructor(
    readonly name: string,
    protected readonly random: Random,
    protected readonly journal: ClientJournal,
  ) {}

  /** Those who play now. */
  protected players: readonly string[] = [];

  /** Goes on with other players, and forgets what it knew of those before. */
  meet(players: readonly string[]): void {
    this.players = players;
    this.#recent.length = 0;
  }

  /** Calls until it is told to stop. */
  async run(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const [recent] = this.#recent.length > 0 && this.random.chance(0.1) ? [this.random.pick(this.#recent)] : [];
      const call = recent ?? this.next();
      // Now and then two copies at the same moment.
      const copies = this.random.chance(0.05) ? [call, call] : [call];
      const answered = await Promise.all(copies.map((copy) => this.journal.perform(copy)));
      for (const entry of answered[0] ?? []) if (!recent) this.learn(entry);
      this.#recent.push(call);
      if (this.#recent.length > 20) this.#recent.shift();
    }
  }

  protected abstract next(): Call;

  /** Called with what was answered first. */
  protected abstract learn(entry: Entry): void;

  protected fresh(what: string): string {
    return `${this.name}-${what}-${++this.#count}`;
  }

  protected player(): string {
    return this.random.pick(this.players);
  }

  /** Minor units; now and then more than anybody has. */
  protected stake(): bigint {
    return this.random.chance(0.08) ? 99_999_999n : BigInt(this.random.int(1, 3_000));
  }
}
