import type { DroppedCalls, RefusedCall } from '../proto/gen/wallet/v1/operations.js';

/** What waits to be sent, what is taken in a second, and of that from one address. */
interface Bounds {
  readonly waiting: number;
  readonly second: number;
  readonly addressSecond: number;
}

/** In the order in which they are sent. */
export const ORIGINS = ['provider', 'anybody', 'undecided'] as const;
export type Origin = (typeof ORIGINS)[number];

const BOUNDS: Readonly<Record<Origin, Bounds>> = {
  provider: { waiting: 1_000, second: 100, addressSecond: 100 },
  anybody: { waiting: 200, second: 50, addressSecond: 20 },
  // While too much comes there are thousands, all alike, which would soon push out what was refused.
  undecided: { waiting: 100, second: 5, addressSecond: 5 },
};

/** So many in a second that are not kept are told of all the same. */
const TOLD_MAX = 500;

/**
 * The refused calls of one channel that wait to be sent: those of its provider, or those that may be anybody's. Each has room
 * of its own, so garbage fills neither memory nor disk, and whoever sends it hides nothing of others.
 */
export class RefusedRoom {
  readonly channel: string;
  readonly #fromProvider: boolean;
  readonly #bounds: Bounds;
  #waiting: RefusedCall[] = [];
  #dropped = 0;
  #second = 0;
  #inSecond = 0;
  #droppedInSecond = 0;
  /** Of those that were taken in this second: no more than that. */
  readonly #ofAddress = new Map<string, number>();

  constructor(channel: string, fromProvider: boolean, origin: Origin) {
    this.channel = channel;
    this.#fromProvider = fromProvider;
    this.#bounds = BOUNDS[origin];
  }

  /** How many calls wallet-core has not heard of. */
  get left(): number {
    return this.#waiting.length + this.#dropped;
  }

  /** Takes a call, or counts it where there are too many. False: there are far too many for each to have a line in the log. */
  note(address: string, nowMs: number, call: () => RefusedCall): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      [this.#second, this.#inSecond, this.#droppedInSecond] = [second, 0, 0];
      this.#ofAddress.clear();
    }
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    const { waiting, second: secondMax, addressSecond } = this.#bounds;
    if (this.#waiting.length >= waiting || this.#inSecond >= secondMax || ofAddress >= addressSecond) {
      this.#dropped += 1;
      this.#droppedInSecond += 1;
      return this.#droppedInSecond <= TOLD_MAX;
    }
    this.#inSecond += 1;
    this.#ofAddress.set(address, ofAddress + 1);
    this.#waiting.push(call());
    return true;
  }

  /** Takes out what is to be sent, at most so many calls. */
  take(max: number): { readonly calls: readonly RefusedCall[]; readonly dropped: DroppedCalls } {
    const calls = this.#waiting.splice(0, max);
    const dropped = { channel: this.channel, fromProvider: this.#fromProvider, count: BigInt(this.#dropped) };
    this.#dropped = 0;
    return { calls, dropped };
  }

  /** Takes back what was not sent, as far as there is room. */
  giveBack({ calls, dropped }: ReturnType<RefusedRoom['take']>): void {
    const room = this.#bounds.waiting - this.#waiting.length;
    this.#waiting.unshift(...calls.slice(0, room));
    this.#dropped += Number(dropped.count) + Math.max(0, calls.length - room);
  }
}
