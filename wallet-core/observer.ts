import type { Logger } from 'pino';
import { rounded } from '../log.js';
import type { CoreMetrics } from '../metrics-server.js';
import type { Command } from './domain/command.js';
import type { Outcome } from './domain/outcome.js';
import type { GroupTimes, Room } from './storage/port.js';
import { subjectOf, type Unread } from './subject.js';
import { TurnedAway } from './turned-away.js';

/** Where a command came from, for whoever hears of it. */
export interface Origin {
  /** The trace that it belongs to. */
  readonly traceId: string | undefined;
  /** The name of the token that was shown; undefined: none is asked for. */
  readonly token: string | undefined;
}

/** What became of a command, and where its time went. */
export interface Answered {
  readonly command: Command | Unread;
  readonly origin: Origin;
  /** UNKNOWN: nobody knows whether it is on disk. */
  readonly outcome: Outcome | 'UNKNOWN';
  /** Until its group began, in milliseconds. */
  readonly waitMs: number;
  /** From then until its group was on disk; 0 for what was never in one. */
  readonly commitMs: number;
}

/** What became of a gRPC call. */
export interface Called {
  /** Such as "QueryService/GetBalance". */
  readonly rpc: string;
  /** The name of its gRPC status. */
  readonly code: string;
  readonly ms: number;
  /** What else is for the log. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** What is measured when somebody asks for it. */
export interface Measured {
  readonly waiting: number;
  readonly damaged: boolean;
  /** NaN: not known yet. */
  readonly openWithholdings: number;
  /** Undefined: the disk does not say. */
  readonly room: Room | undefined;
}

/** What was asked by a command of these has a line of its own for each. */
const POSTED: ReadonlySet<string> = new Set(['movements', 'refund', 'check', 'unread']);
/** Calls whose commands have such lines, and those that machines make all the time. */
const QUIET = /^(PostingService|ExchangeService|Health|ServerReflection)\/|\/(GetReadiness|KeepRefused)$/;
const REFUSED: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'FAILED_PRECONDITION',
  'INTERNAL',
  'DATA_LOSS',
]);

/** Counts what wallet-core does, and tells of each command and each call in a line of the log. */
export class Observer {
  readonly #log: Logger;
  readonly #metrics: CoreMetrics | undefined;
  #answered: Answered[] = [];
  readonly #turnedAway: TurnedAway;

  constructor(log: Logger, metrics?: CoreMetrics) {
    this.#log = log;
    this.#metrics = metrics;
    this.#turnedAway = new TurnedAway(log);
  }

  /** A group of so many commands was committed. */
  group(commands: number, { decideMs, fsyncMs, acknowledgeMs }: GroupTimes): void {
    if (!this.#metrics) return;
    const { groupSize, groupTime } = this.#metrics;
    groupSize.observe(commands);
    groupTime.observe({ step: 'decide' }, decideMs / 1000);
    groupTime.observe({ step: 'fsync' }, fsyncMs / 1000);
    groupTime.observe({ step: 'acknowledge' }, acknowledgeMs / 1000);
  }

  /** Told in a later turn of the event loop, when the answers are on their way and the next group commits. */
  answered(answered: Answered): void {
    if (this.#answered.length === 0) setImmediate(() => this.tellAnswered());
    this.#answered.push(answered);
  }

  /** Tells of what was answered so far. */
  tellAnswered(): void {
    const all = this.#answered;
    this.#answered = [];
    for (const answered of all) {
      const { status, reason } = named(answered.outcome);
      this.#count(answered, status, reason);
      // What no call asked for, such as the deposits of a development ledger, belongs to no trace and has no line.
      if (POSTED.has(answered.command.type) && answered.origin.traceId) this.#tell(answered, status, reason);
    }
  }

  /** Tells of all that has no line yet. */
  end(): void {
    this.tellAnswered();
    this.#turnedAway.tell();
  }

  called({ rpc, code, ms, about }: Called): void {
    this.#metrics?.calls.inc({ rpc, code });
    this.#metrics?.callTime.observe({ rpc }, ms / 1000);
    const level = REFUSED.has(code) ? 'warn' : QUIET.test(rpc) && code === 'OK' ? 'debug' : 'info';
    if (this.#log.isLevelEnabled(level)) this.#log[level]({ rpc, code, ms: rounded(ms), ...about }, 'call');
  }

  measured({ waiting, damaged, openWithholdings, room }: Measured): void {
    if (!this.#metrics) return;
    const metrics = this.#metrics;
    metrics.waiting.set(waiting);
    metrics.damaged.set(damaged ? 1 : 0);
    metrics.openWithholdings.set(openWithholdings);
    metrics.ledgerBytes.set(room?.ledger ?? NaN);
    metrics.walBytes.set(room?.wal ?? NaN);
    metrics.freeBytes.set(room?.free ?? NaN);
    metrics.lastBackup.set(room ? room.lastBackupMs / 1000 : NaN);
  }

  #count({ command, waitMs, commitMs }: Answered, outcome: string, reason: string): void {
    if (!this.#metrics) return;
    const { commands, stages, blocksHit } = this.#metrics;
    commands.inc({ command: command.type, outcome, reason });
    stages.observe({ stage: 'wait' }, waitMs / 1000);
    if (commitMs > 0) stages.observe({ stage: 'commit' }, commitMs / 1000);
    if (reason === 'BLOCKED') blocksHit.inc();
  }

  #tell({ command, outcome, origin, waitMs, commitMs }: Answered, status: string, reason: string): void {
    if (command.type === 'unread' && status === 'NOT_APPLIED' && this.#turnedAway.isOneOfMany()) return;
    const level = status === 'NOT_APPLIED' || status === 'INVALID' || status === 'UNKNOWN' ? 'warn' : 'info';
    if (!this.#log.isLevelEnabled(level)) return;
    const { command: type, channel, player, reference, references } = subjectOf(command);
    const why = typeof outcome === 'object' && outcome.status === 'INVALID' ? outcome.message.slice(0, 300) : undefined;
    // One literal, because a line for every command is a part of what it costs; pino leaves out what is undefined.
    this.#log[level](
      {
        command: type,
        channel,
        player,
        reference,
        references,
        outcome: status,
        reason: reason || undefined,
        why,
        waitMs: rounded(waitMs),
        commitMs: rounded(commitMs),
        token: origin.token,
        traceId: origin.traceId,
      },
      'command',
    );
  }
}

function named(outcome: Outcome | 'UNKNOWN'): { readonly status: string; readonly reason: string } {
  if (outcome === 'UNKNOWN') return { status: outcome, reason: '' };
  return { status: outcome.status, reason: 'reason' in outcome ? outcome.reason : '' };
}
