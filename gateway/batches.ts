import { Metadata, status } from '@grpc/grpc-js';
import { type Context, context } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../metrics-server.js';
import type { Command, PostBatchRequest, PostBatchResponse, Result } from '../proto/gen/wallet/v1/posting.js';
import { onWallClock } from './deadline.js';
import type { Answered } from './exchange.js';
import { toldOf } from './unreached.js';

/** So much earlier than the callback's own time wallet-core must begin with it, or what we answer busy is applied after. */
const MARGIN_MS = 150;
/** How long word of a call's end may take to reach wallet-core. */
const CANCEL_MS = 75;
/** More would be read and answered in one go, while wallet-core waits, and then decided in one go, while this process does. */
const BATCH_COMMANDS_MAX = 64;
/** So many callbacks that wait are worth a batch beside those that are under way: smaller ones cost more than they save. */
const BESIDE_COMMANDS_MIN = 32;
/** While wallet-core decides one batch, this process reads and answers what is in the others. */
const UNDER_WAY_MAX = 3;
const BATCH_BYTES_MAX = 8 * 2 ** 20;
const WAITING_BYTES_MAX = 64 * 2 ** 20;

/** What a callback asks of wallet-core. */
export type Ask = Pick<Command, 'channel' | 'request' | 'body'>;

/** For whom something is asked of wallet-core. */
export interface Asker {
  /** When he must be answered, on the clock of performance.now(). */
  readonly deadline: number;
  readonly traceId: string;
  /** Grows by the time that he waits. */
  walletCoreMs: number;
  /** The gRPC code of the last call for him that failed. */
  failedWith: status | undefined;
}

/** How a batch goes to wallet-core. */
interface Posting {
  postBatch(
    request: PostBatchRequest,
    metadata: Metadata,
    options: { readonly deadline: number },
    answered: Answered<PostBatchResponse>,
  ): unknown;
}

interface Waiting {
  readonly ask: Ask;
  readonly asker: Asker;
  readonly deadline: number;
  readonly traceId: string;
  /** Where OpenTelemetry, if it is switched on, has its span. */
  readonly place: Context;
  answer: (result: Result | undefined) => void;
  answered: boolean;
}

/**
 * Gathers concurrent callbacks into batch calls: the next is what came while the last was under way, or sooner as soon as it
 * is large enough to keep both processes at work. Repeating is always safe, because every command carries its reference.
 */
export class Batches {
  readonly #posting: Posting;
  readonly #log: Logger;
  readonly #metrics: GatewayMetrics | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #underWay = 0;

  constructor(posting: Posting, log: Logger, metrics?: GatewayMetrics) {
    this.#posting = posting;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** What became of a command; undefined after the deadline, or when its fate is unknown: "busy, retry later". */
  post(ask: Ask, asker: Asker): Promise<Result | undefined> {
    const { length } = ask.request;
    const { deadline, traceId } = asker;
    const since = performance.now();
    const left = deadline - since;
    if (left <= MARGIN_MS) return Promise.resolve(undefined);
    if (this.#waitingBytes + length > WAITING_BYTES_MAX) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => item.answer(undefined), left);
      const item: Waiting = {
        ask,
        asker,
        deadline,
        traceId,
        place: context.active(),
        answered: false,
        answer: (result) => {
          if (item.answered) return;
          item.answered = true;
          clearTimeout(timer);
          asker.walletCoreMs += performance.now() - since;
          resolve(result);
        },
      };
      this.#waiting.push(item);
      this.#waitingBytes += length;
      this.#sendWhatIsDue();
    });
  }

  /** Called as each callback comes and as each batch is answered. */
  #sendWhatIsDue(): void {
    const waiting = this.#waiting.length;
    const due = this.#underWay === 0 ? waiting > 0 : this.#underWay < UNDER_WAY_MAX && waiting >= BESIDE_COMMANDS_MIN;
    if (due) this.#send();
  }

  #send(): void {
    const now = performance.now();
    this.#post(this.#nextBatch(now), now);
  }

  #post(batch: readonly Waiting[], now: number): void {
    const [first] = batch;
    if (!first) return;
    this.#underWay += 1;
    const commands = batch.map(({ ask: { channel, request, body }, deadline, traceId }): Command => {
      return { channel, request, body, traceId, timeoutMs: Math.floor(deadline - now - MARGIN_MS) };
    });
    // wallet-core drops what it has not begun of a call that has ended: it must hear of that before the first is answered busy.
    const deadline = onWallClock(Math.min(...batch.map((item) => item.deadline)) - CANCEL_MS);
    this.#metrics?.batchSize.observe(batch.length);
    const answered: Answered<PostBatchResponse> = (error, answer) => {
      this.#underWay -= 1;
      this.#metrics?.batchTime.observe((performance.now() - now) / 1000);
      if (error) {
        this.#metrics?.failures.inc({ code: status[error.code] });
        this.#log.warn({ ...toldOf(error), commands: batch.length }, 'wallet-core gave no outcomes');
        for (const { asker } of batch) asker.failedWith = error.code;
      }
      if (error?.code === status.DEADLINE_EXCEEDED) this.#sendAgain(batch);
      else if (error?.code === status.PERMISSION_DENIED && isMixed(batch)) this.#sendApart(batch);
      else batch.forEach((item, index) => item.answer(answer?.results[index]));
      this.#sendWhatIsDue();
    };
    // Its span is one of the trace of its first callback, not of the batch that it waited for.
    context.with(first.place, () => this.#posting.postBatch({ commands }, new Metadata(), { deadline }, answered));
  }

  /** The call ended for its oldest callback; the others may have time for another. Each is answered by its own timer. */
  #sendAgain(batch: readonly Waiting[]): void {
    this.#waiting = [...batch, ...this.#waiting];
    for (const { ask } of batch) this.#waitingBytes += ask.request.length;
  }

  /** Our token may not post for one of their channels: those of the others are not refused with it. Nothing of it was begun. */
  #sendApart(batch: readonly Waiting[]): void {
    const now = performance.now();
    const inTime = batch.filter((item) => isInTime(item, now));
    for (const channel of new Set(inTime.map(({ ask }) => ask.channel))) {
      this.#post(
        inTime.filter(({ ask }) => ask.channel === channel),
        now,
      );
    }
  }

  #nextBatch(now: number): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const item of this.#waiting) {
      bytes += item.ask.request.length;
      if (batch.length > 0 && (batch.length === BATCH_COMMANDS_MAX || bytes > BATCH_BYTES_MAX)) break;
      taken += 1;
      this.#waitingBytes -= item.ask.request.length;
      if (isInTime(item, now)) batch.push(item);
    }
    this.#waiting = this.#waiting.slice(taken);
    return batch;
  }
}

function isInTime({ answered, deadline }: Waiting, now: number): boolean {
  return !answered && deadline - now > MARGIN_MS + 1;
}

function isMixed([first, ...rest]: readonly Waiting[]): boolean {
  return rest.some(({ ask }) => ask.channel !== first?.ask.channel);
}
