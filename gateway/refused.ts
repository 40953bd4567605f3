import { Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { OperationsServiceClient, RefusedCall } from '../proto/gen/wallet/v1/operations.js';

/** What waits to be sent, and what is taken in a second: so garbage fills neither memory nor disk, nor slows what moves money. */
const WAITING_MAX = 1_000;
const SECOND_MAX = 100;
const SEND_EVERY_MS = 500;
const SEND_MS_MAX = 5_000;
/** The same at the end, for which the process waits. */
const END_MS_MAX = 1_000;
const BODY_BYTES_MAX = 2_048;

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

  /** Sends what waits for the last time, before the connection is closed. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ended = true;
    if (this.#waiting.length > 0 || this.#dropped > 0) await this.#send(END_MS_MAX);
  }

  #sendSoon(): NodeJS.Timeout | undefined {
    return this.#ended ? undefined : setTimeout(() => void this.#send(SEND_MS_MAX), SEND_EVERY_MS).unref();
  }

  #send(timeoutMs: number): Promise<void> {
    const calls = this.#waiting;
    const dropped = this.#dropped;
    this.#waiting = [];
    this.#dropped = 0;
    const options = { deadline: Date.now() + timeoutMs };
    return new Promise((resolve) => {
      this.#client.keepRefused({ calls, dropped }, new Metadata(), options, (error) => {
        if (error) {
          // wallet-core is away: what there is room for waits for the next time.
          const room = WAITING_MAX - this.#waiting.length;
          this.#waiting.unshift(...calls.slice(0, room));
          this.#dropped += dropped + Math.max(0, calls.length - room);
        } else if (dropped > 0) {
          this.#log.warn({ dropped }, 'more calls were refused than are kept');
        }
        this.#timer = error || this.#waiting.length > 0 || this.#dropped > 0 ? this.#sendSoon() : undefined;
        resolve();
      });
    });
  }
}
