/** Each takes about 50 ms of a core: of more at once the last would come too late, so they are turned away. */
const ALL_MAX = 32;
/** Of one channel, or of calls without one: fewer, so that nobody who floods one keeps the players of others from logging in. */
const ONE_MAX = 12;

/** Bounds how many passwords are hashed at once. */
export class Hashing {
  #all = 0;
  readonly #ofChannel = new Map<string, number>();

  /** Does what hashes a password of this channel (empty: of none); `turnedAway` makes the error where there are too many. */
  async run<T>(channel: string, turnedAway: () => Error, hash: () => Promise<T>): Promise<T> {
    const ofChannel = this.#ofChannel.get(channel) ?? 0;
    if (this.#all >= ALL_MAX || ofChannel >= ONE_MAX) throw turnedAway();
    this.#all += 1;
    this.#ofChannel.set(channel, ofChannel + 1);
    try {
      return await hash();
    } finally {
      this.#all -= 1;
      const left = (this.#ofChannel.get(channel) ?? 1) - 1;
      if (left === 0) this.#ofChannel.delete(channel);
      else this.#ofChannel.set(channel, left);
    }
  }
}
