import { Metadata, status, type ClientUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { OperationsServiceClient, RefusedCall } from '../proto/gen/wallet/v1/operations.js';
import { toldOf } from './unreached.js';

/** What waits to be sent, and what is taken in a second: so garbage fills neither memory nor disk, nor slows what moves money. */
const WAITING_MAX = 1_000;
const SECOND_MAX = 100;
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
  #waiting: RefusedCall[] = [];
  #dropped = 0;
  #second = 0;
  #inSecond = 0;
  #timer: NodeJS.Timeout | undefined;
  #call: ClientUnaryCall | undefined;
  /** Settles when nothing is under way. */
  #sent: Promise<void> | undefined;
  #ended = false;

  constructor(client: OperationsServiceClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  note(refusal: Refusal): void {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    this.#timer ??= this.#sendSoon();
    if (this.#inSecond >= SECOND_MAX || this.#waiting.length >= WAITING_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#inSecond += 1;
    // A copy: a part of the body would keep the whole of it in memory.
    const body = Buffer.from(refusal.body.subarray(0, BODY_BYTES_MAX));
    this.#waiting.push({ ...refusal, body, timeMs: BigInt(now) });
  }

  /** Sends what waits for the last time, behind what is under way, before the connection is closed. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const deadline = Date.now() + END_MS_MAX;
    // What is under way may wait for longer than the process does: then it is counted as not sent.
    const cut = setTimeout(() => this.#call?.cancel(), END_MS_MAX);
    await this.#sent;
    clearTimeout(cut);
    if (this.#left > 0) await this.#send(deadline);
    if (this.#left > 0) this.#log.warn({ lost: this.#left }, 'refused calls are lost: wallet-core did not take them');
  }

  /** How many calls wallet-core has not heard of. */
  get #left(): number {
    return this.#waiting.length + this.#dropped;
  }

  #sendSoon(): NodeJS.Timeout | undefined {
    if (this.#ended) return undefined;
    const timer = setTimeout(() => {
      this.#sent = this.#send(Date.now() + SEND_MS_MAX);
    }, SEND_EVERY_MS);
    return timer.unref();
  }

  #send(deadline: number): Promise<void> {
    const calls = this.#waiting;
    const dropped = this.#dropped;
    this.#waiting = [];
    this.#dropped = 0;
    return new Promise((resolve) => {
      this.#call = this.#client.keepRefused({ calls, dropped }, new Metadata(), { deadline }, (error) => {
        if (error?.code === status.PERMISSION_DENIED) {
          // It would be the next time too, with all that comes until then.
          this.#log.error({ ...toldOf(error), lost: calls.length + dropped, fix: FIX }, 'refused calls are not kept');
        } else if (error) {
          // wallet-core is away: what there is room for waits for the next time.
          const room = WAITING_MAX - this.#waiting.length;
          this.#waiting.unshift(...calls.slice(0, room));
          this.#dropped += dropped + Math.max(0, calls.length - room);
        } else if (dropped > 0) {
          this.#log.warn({ dropped }, 'more calls were refused than are kept');
        }
        this.#timer = this.#left > 0 ? this.#sendSoon() : undefined;
        resolve();
      });
    });
  }
}
