import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, trace } from '@opentelemetry/api';
import { Capacity } from '../capacity.js';
import { notApplied, type Outcome } from './domain/outcome.js';
import type { Answered, Origin } from './observer.js';
import { Pulse } from './pulse.js';
import { CommitUnknownError, type GroupTimes, StoreFullError, type Store, type Submission } from './storage/port.js';
import { bytesOf, callsOf, isOfSameCall, isTooLate, sizeOf, type Waiting } from './waiting.js';

export interface CommitterLimits {
  /** Commands that may wait: half a second's work of a slow machine, or most would come too late. One more is NOT_APPLIED at once. */
  readonly waitingMax: number;
  /** The same once that was too few (see Capacity): two groups, so that the writer always has the next. */
  readonly waitingOverloadedMax: number;
  /** Bytes that commands and their requests may take while they wait. */
  readonly waitingBytesMax: number;
  /** Movements and refund lines of one group. */
  readonly groupMax: number;
  /** Bytes of requests of one group. */
  readonly groupBytesMax: number;
}

export const COMMITTER_LIMITS: CommitterLimits = {
  waitingMax: 4_096,
  waitingOverloadedMax: 1_024,
  waitingBytesMax: 64 * 2 ** 20,
  groupMax: 512,
  groupBytesMax: 4 * 2 ** 20,
};

/**
 * Callers who each wait for one answer fall into step: all are read at once, then all are committed, then all answered, and callers,
 * threads and disk work in turn. So a group takes half of the calls that wait, but no fewer than these.
 */
const CALLS_MIN = 32;

/** Of OpenTelemetry: does nothing unless that is switched on (telemetry.ts). */
const tracer = trace.getTracer('single-wallet');

/** Of what comes with a call that has a line of its own. */
const OURS: Origin = { traceId: undefined, token: undefined };

/**
 * Group commit: what arrives while a commit is under way is in the next groups. No timer and no wait when idle; the queue is
 * bounded, and what has run out of time is dropped before it is decided.
 */
export class Committer {
  readonly #store: Store;
  readonly #limits: CommitterLimits;
  readonly #onFault: (error: Error, command: Answered['command'], origin: Origin) => void;
  readonly #onAnswered: (answered: Answered) => void;
  readonly #queue: Waiting[] = [];
  readonly #capacity: Capacity;
  #waitingBytes = 0;
  #isDiskSlow = false;
  readonly #pulse = new Pulse();
  #running: Promise<void> | undefined;
  #stopped = false;
  /** When the commit under way was given to the store, on the clock of performance.now(). */
  #since: number | undefined;
  /** The fate of a commit is unknown: nothing may be written after it. */
  #broken = false;

  /**
   * `onFault` hears of every command that made the rules, the store or `onAnswered` throw, and of a commit of unknown fate;
   * `onAnswered` of every command when it is answered.
   */
  constructor(
    store: Store,
    onFault: (error: Error, command: Answered['command'], origin: Origin) => void,
    limits = COMMITTER_LIMITS,
    onAnswered: (answered: Answered) => void = () => {},
  ) {
    this.#store = store;
    this.#onAnswered = (answered) => {
      try {
        onAnswered(answered);
      } catch (error) {
        // It keeps nobody from his answer.
        onFault(errorOf(error), answered.command, answered.origin);
      }
    };
    this.#onFault = onFault;
    this.#limits = limits;
    this.#capacity = new Capacity(limits.waitingMax, limits.waitingOverloadedMax);
  }

  /** Hears what the last commit took: on a slow disk as few commits as can be are worth more than that callers are out of step. */
  took({ decideMs, fsyncMs }: GroupTimes): void {
    this.#isDiskSlow = fsyncMs > decideMs;
  }

  /** Commands that wait for their group. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** For how long the commit under way has been with the store, in milliseconds; 0: there is none. */
  get commitMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** Whether a command that has come is NOT_APPLIED, because too many wait: so it need not even be read. */
  turnsAway(): boolean {
    const isFull = this.#capacity.isReached(this.#queue.length);
    if (isFull) this.#capacity.refused(this.#queue.length);
    return isFull;
  }

  /**
   * What becomes of a command that may wait for `timeoutMs`. Rejects only when its fate is unknown.
   */
  submit(
    { command, request }: Submission,
    timeoutMs: number,
    abandoned: () => boolean = () => false,
    origin: Origin = OURS,
  ): Promise<Outcome> {
    const bytes = bytesOf({ command, request });
    const isFull = this.turnsAway() || this.#waitingBytes + bytes > this.#limits.waitingBytesMax;
    if (this.#stopped || isFull) {
      const outcome = notApplied(this.#stopped ? 'SHUTTING_DOWN' : 'QUEUE_FULL');
      this.#onAnswered({ command, origin, outcome, waitMs: 0, commitMs: 0 });
      return Promise.resolve(outcome);
    }
    return new Promise((resolve, reject) => {
      const cameMs = performance.now();
      const held = { bytes, cameMs, deadline: cameMs + timeoutMs };
      this.#queue.push({ command, request, origin, place: context.active(), ...held, abandoned, resolve, reject });
      this.#waitingBytes += bytes;
      this.#running ??= this.#run();
    });
  }

  /** Takes no more commands and waits until all that were taken are answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#pulse.end();
  }

  async #run(): Promise<void> {
    // What arrived in this turn of the event loop joins the first group, and so does the word that a caller has hung up: a
    // process that was stopped for a while finds both in its socket.
    await nextTurn();
    while (this.#queue.length > 0) {
      // Word that a caller has hung up may be far behind his command, where much came meanwhile or TLS has to be read.
      if (this.#pulse.stoodStill) await this.#pulse.catchUp();
      await this.#commit(this.#nextGroup());
    }
    this.#running = undefined;
  }

  /** What is too late or unwanted takes no place in a group: under overload a commit is worth as much as ever. */
  #nextGroup(): Waiting[] {
    const { groupMax, groupBytesMax } = this.#limits;
    const callsMax = this.#isDiskSlow ? Infinity : Math.max(CALLS_MIN, Math.ceil(callsOf(this.#queue) / 2));
    const now = performance.now();
    const group: Waiting[] = [];
    let size = 0;
    let bytes = 0;
    let calls = 0;
    let taken = 0;
    for (const item of this.#queue) {
      const isWanted = !isTooLate(item, now);
      if (isWanted) {
        size += sizeOf(item.command);
        bytes += item.request.length;
        if (!isOfSameCall(item, group.at(-1))) calls += 1;
        const isFull = size > groupMax || bytes > groupBytesMax || calls > callsMax;
        if (isFull && group.length > 0) break;
        group.push(item);
      }
      taken += 1;
      this.#waitingBytes -= item.bytes;
      if (!isWanted) this.#answer(item, notApplied('TOO_LATE'));
    }
    this.#queue.splice(0, taken);
    return group;
  }

  /** Commits what of a group is still in time and wanted. */
  async #commit(items: readonly Waiting[]): Promise<void> {
    const now = performance.now();
    const group: Waiting[] = [];
    for (const item of items) {
      if (this.#broken) this.#answer(item, notApplied('SHUTTING_DOWN'));
      else if (isTooLate(item, now)) this.#answer(item, notApplied('TOO_LATE'));
      else group.push(item);
    }
    const [first] = group;
    if (!first) return;
    this.#since = now;
    const span = tracer.startSpan('commit', { attributes: { commands: group.length } }, first.place);
    try {
      const submissions = group.map(({ command, request }) => ({ command, request }));
      const outcomes = await this.#store.commit(submissions).catch(errorOf);
      if (outcomes instanceof Error) await this.#recover(group, outcomes);
      else if (outcomes.length !== group.length)
        await this.#recover(group, new CommitUnknownError('the store answered another group'));
      else outcomes.forEach((outcome, index) => this.#answer(group[index], outcome));
    } finally {
      span.end();
      this.#since = undefined;
    }
  }

  #answer(item: Waiting | undefined, outcome: Outcome): void {
    if (!item) return;
    item.resolve(outcome);
    this.#tell(item, outcome);
  }

  #tell({ command, origin, cameMs }: Waiting, outcome: Answered['outcome']): void {
    const now = performance.now();
    const begun = this.#since ?? now;
    this.#onAnswered({ command, origin, outcome, waitMs: begun - cameMs, commitMs: now - begun });
  }

  /**
   * A group that threw was rolled back: its halves are run apart, until only the thrower fails. Not so without room on the
   * disk, which is nobody's fault: the next group finds out whether there is some again.
   */
  async #recover(group: readonly Waiting[], error: Error): Promise<void> {
    const [first] = group;
    if (!first) return;
    if (error instanceof CommitUnknownError) {
      this.#stopped = true;
      this.#broken = true;
      for (const item of group) {
        item.reject(error);
        this.#tell(item, 'UNKNOWN');
      }
      this.#onFault(error, first.command, first.origin);
    } else if (error instanceof StoreFullError) {
      group.forEach((item) => this.#answer(item, notApplied('STORE_FULL')));
    } else if (group.length === 1) {
      this.#onFault(error, first.command, first.origin);
      this.#answer(first, notApplied('FAULT'));
    } else {
      const half = group.length >> 1;
      await this.#commit(group.slice(0, half));
      await this.#commit(group.slice(half));
    }
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
