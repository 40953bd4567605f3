import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Database, Statement } from 'better-sqlite3';
import { type CheckpointLimits, CheckpointPlan } from './checkpoint-plan.js';
import { saysFull } from './room.js';

/** Longer than a pass takes. */
const STOP_MS_MAX = 10_000;

/** Who may change it: IDLE the writer, MOVING and ENDING the other thread. */
export const CHECKPOINT = { IDLE: 0, MOVING: 1, FAILED: 2, ENDING: 3, ENDED: 4 } as const;

export interface CheckpointData {
  readonly path: string;
  /** One number: see CHECKPOINT. */
  readonly state: SharedArrayBuffer;
  /** Where it says why a pass failed. */
  readonly why: MessagePort;
}

/**
 * Writes the WAL into the database from time to time, beside the commits: on a large ledger the pages of 4,000 frames lie
 * scattered, and to write and sync them takes as long as dozens of commits. A thread with a connection of its own does it,
 * in passes, each over what was committed meanwhile; what is left at the end the writer does, and its next commit begins
 * the WAL anew (checkpoint-plan.ts). Needs SQLite 3.51.3: before it, a checkpoint beside a commit could spoil the WAL
 * (sqlite.org/wal.html, "The WAL-Reset Bug").
 */
export class Checkpoints {
  readonly #memory = new SharedArrayBuffer(4);
  readonly #state = new Int32Array(this.#memory);
  readonly #ask: Statement<[], [busy: bigint, frames: bigint, moved: bigint]>;
  readonly #move: Statement;
  readonly #path: string;
  readonly #plan: CheckpointPlan;
  /** Of the thread, which begins with the first pass: where it says why one failed. */
  #why: MessagePort | undefined;

  constructor(db: Database, limits?: CheckpointLimits) {
    this.#path = db.name;
    this.#plan = new CheckpointPlan(limits);
    db.pragma('wal_autocheckpoint = 0');
    this.#ask = db.prepare<[], [bigint, bigint, bigint]>('PRAGMA wal_checkpoint(NOOP)').raw();
    this.#move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /**
   * After a commit. Throws if a pass failed: pages may be on their way to the disk for ever, and the next pass would not know.
   * The WAL still has them, and the next start writes it whole.
   */
  afterCommit(): void {
    const state = Atomics.load(this.#state, 0);
    if (state === CHECKPOINT.FAILED) throw this.#failure();
    if (state !== CHECKPOINT.IDLE) return;
    const [, frames = 0n, moved = 0n] = this.#ask.get() ?? [];
    const step = this.#plan.next(Number(frames), Number(moved));
    if (step === 'FINISH') this.#finish();
    else if (step === 'PASS') this.#pass();
  }

  /** Before the ledger is closed. Throws if a pass does not end: the next start then writes the WAL. */
  stop(): void {
    if (!this.#why) return;
    Atomics.wait(this.#state, 0, CHECKPOINT.MOVING, STOP_MS_MAX);
    const state = Atomics.compareExchange(this.#state, 0, CHECKPOINT.IDLE, CHECKPOINT.ENDING);
    // The thread has ended already.
    if (state === CHECKPOINT.FAILED) return;
    Atomics.notify(this.#state, 0);
    const waited = Atomics.wait(this.#state, 0, CHECKPOINT.ENDING, STOP_MS_MAX);
    if (state === CHECKPOINT.MOVING || waited === 'timed-out') throw new Error('a checkpoint does not end');
  }

  /** Without room on the disk the WAL just goes on. */
  #finish(): void {
    try {
      this.#move.get();
    } catch (error) {
      if (!saysFull(error)) throw error;
    }
  }

  #failure(): Error {
    const said = (this.#why && receiveMessageOnPort(this.#why)) as { message: string } | undefined;
    return new Error(`a checkpoint failed: ${said?.message ?? 'the thread has not said why'}`);
  }

  #pass(): void {
    this.#why ??= this.#start();
    Atomics.store(this.#state, 0, CHECKPOINT.MOVING);
    Atomics.notify(this.#state, 0);
  }

  #start(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const workerData: CheckpointData = { path: this.#path, state: this.#memory, why: port2 };
    new Worker(new URL('./checkpoint-thread.js', import.meta.url), { workerData, transferList: [port2] }).unref();
    return port1;
  }
}
