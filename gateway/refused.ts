import { Metadata, status, type ClientUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { DroppedCalls, OperationsServiceClient, RefusedCall } from '../proto/gen/wallet/v1/operations.js';
import { type Origin, ORIGINS, RefusedRoom } from './refused-room.js';
import { networkOf } from './address-list.js';
import { toldOf } from './unreached.js';

/** What wallet-core takes in one call. */
const CALLS_MAX = 1_000;
const SEND_EVERY_MS = 500;
const SEND_MS_MAX = 5_000;
/** All that is sent at the end, for which the process waits, has so long. */
const END_MS_MAX = 1_000;
const BODY_BYTES_MAX = 2_048;
const FIX = 'the token of the gateway needs all channels of each provider, such as --channel "ebet/*" "apiv1/*"';

/** What there is to say of a call, beside when it came. */
export type Refusal = Omit<RefusedCall, 'timeMs'>;

/** Sends calls that were refused before the ledger to wallet-core, which keeps them. Nobody waits for it. */
export class RefusedCalls {
  readonly #client: OperationsServiceClient;
  readonly #log: Logger;
  /** Of each origin by channel. */
  readonly #rooms: Readonly<Record<Origin, Map<string, RefusedRoom>>> = {
    provider: new Map(),
    anybody: new Map(),
    undecided: new Map(),
  };
  #timer: NodeJS.Timeout | undefined;
  #call: ClientUnaryCall | undefined;
  /** Settles when nothing is under way. */
  #sent: Promise<void> | undefined;
  #ended = false;
  /** The process waits no longer. */
  #isCut = false;

  constructor(client: OperationsServiceClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /** False: so many come that not each needs a line in the log, which tells how many there were. */
  note(refusal: Refusal, isUndecided = false): boolean {
    this.#timer ??= this.#sendSoon();
    const now = Date.now();
    const { channel, fromProvider, address, body } = refusal;
    const whose = fromProvider ? 'provider' : 'anybody';
    const origin = isUndecided ? 'undecided' : whose;
    const name = `${whose} ${channel}`;
    const room = this.#rooms[origin].get(name) ?? new RefusedRoom(channel, fromProvider, origin);
    this.#rooms[origin].set(name, room);
    // A copy: a part of the body would keep the whole of it in memory.
    const copied = () => ({ ...refusal, body: Buffer.from(body.subarray(0, BODY_BYTES_MAX)), timeMs: BigInt(now) });
    return room.note(networkOf(address), now, copied);
  }

  /** Sends what waits for the last time, behind what is under way, before the connection is closed. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const deadline = Date.now() + END_MS_MAX;
    // What is under way may wait for longer than the process does: then it is counted as not sent.
    const cut = setTimeout(() => {
      this.#isCut = true;
      this.#call?.cancel();
    }, END_MS_MAX);
    await this.#sent;
    clearTimeout(cut);
    for (let before = Infinity; this.#left > 0 && this.#left < before;) {
      before = this.#left;
      await this.#send(deadline);
    }
    if (this.#left > 0) this.#log.warn({ lost: this.#left }, 'refused calls are lost: wallet-core did not take them');
  }

  /** How many calls wallet-core has not heard of. */
  get #left(): number {
    return this.#all().reduce((sum, { left }) => sum + left, 0);
  }

  #sendSoon(): NodeJS.Timeout | undefined {
    if (this.#ended) return undefined;
    const timer = setTimeout(() => {
      this.#sent = this.#send(Date.now() + SEND_MS_MAX);
    }, SEND_EVERY_MS);
    return timer.unref();
  }

  #all(): RefusedRoom[] {
    return ORIGINS.flatMap((origin) => [...this.#rooms[origin].values()]);
  }

  /**
   * Calls that named no channel of ours go by themselves: a token of single channels may not tell of them, and the others would
   * be lost with them.
   */
  async #send(deadline: number): Promise<void> {
    const rooms = this.#all().filter(({ left }) => left > 0);
    for (const isNamed of [true, false]) {
      const some = rooms.filter(({ channel }) => (channel !== '') === isNamed);
      if (some.length > 0 && !this.#isCut) await this.#sendOf(some, deadline);
    }
    this.#timer = this.#left > 0 ? this.#sendSoon() : undefined;
  }

  async #sendEach(rooms: readonly RefusedRoom[], deadline: number): Promise<void> {
    for (const room of rooms) if (!this.#isCut) await this.#sendOf([room], deadline);
  }

  #sendOf(rooms: readonly RefusedRoom[], deadline: number): Promise<void> {
    const calls: RefusedCall[] = [];
    const taken = rooms.map((room) => {
      const each = room.take(CALLS_MAX - calls.length);
      calls.push(...each.calls);
      return { room, ...each };
    });
    const dropped = taken.map((each) => each.dropped).filter(({ count }) => count > 0n);
    const droppedOfChannels = dropped.filter(({ channel }) => channel !== '');
    const unnamed = countOf(dropped) - countOf(droppedOfChannels);
    const request = { calls, dropped: unnamed, droppedOfChannels };
    return new Promise((resolve) => {
      this.#call = this.#client.keepRefused(request, new Metadata(), { deadline }, (error) => {
        if (error?.code === status.PERMISSION_DENIED && rooms.length > 1) {
          // Our token may not tell of one of their channels.
          for (const { room, ...each } of taken) room.giveBack(each);
          return resolve(this.#sendEach(rooms, deadline));
        }
        if (error?.code === status.PERMISSION_DENIED) {
          // It would be the next time too, with all that comes until then.
          const lost = calls.length + countOf(dropped);
          this.#log.error({ ...toldOf(error), lost, fix: FIX }, 'refused calls are not kept');
        } else if (error) {
          // wallet-core is away: what there is room for waits for the next time.
          for (const { room, ...each } of taken) room.giveBack(each);
        } else if (dropped.length > 0) {
          const told = dropped.map((each) => ({ ...each, count: Number(each.count) }));
          this.#log.warn({ dropped: told }, 'more calls were refused than are kept');
        }
        resolve();
      });
    });
  }
}

function countOf(dropped: readonly DroppedCalls[]): number {
  return dropped.reduce((sum, { count }) => sum + Number(count), 0);
}
