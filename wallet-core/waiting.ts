import type { Context } from '@opentelemetry/api';
import type { Command } from './domain/command.js';
import { saysFailed } from './domain/failed-bets.js';
import type { Outcome } from './domain/outcome.js';
import type { Origin } from './observer.js';
import type { Submission } from './storage/port.js';

/** What a command, or each movement of one, takes in memory at most: texts of up to 350 characters, and what they are kept in. */
const MOVEMENT_BYTES = 1_024;
/** The same of a name and a line of a refund: a reference of at most 128 characters, and what it is kept in. */
const NAME_BYTES = 256;

/** A command that waits for its group. */
export interface Waiting extends Submission {
  /** What it takes in memory. */
  readonly bytes: number;
  /** Where the span is that it belongs to. */
  readonly place: Context;
  readonly origin: Origin;
  /** When it came, on the clock of performance.now(). */
  readonly cameMs: number;
  /** On the clock of performance.now(). */
  readonly deadline: number;
  /** Whether the caller has gone, so that it takes the command for failed; the same function for all commands of a call. */
  readonly abandoned: () => boolean;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

/** All commands of a call ask the same function whether its caller has gone. */
export function isOfSameCall(item: Waiting, before: Waiting | undefined): boolean {
  return item.abandoned === before?.abandoned;
}

/** How many calls the commands of a queue came with. */
export function callsOf(queue: readonly Waiting[]): number {
  let calls = 0;
  let last: Waiting | undefined;
  for (const item of queue) {
    if (!isOfSameCall(item, last)) calls += 1;
    last = item;
  }
  return calls;
}

/** Its time has run out, or its caller has gone. */
export function isTooLate({ deadline, abandoned }: Waiting, now: number): boolean {
  return deadline <= now || abandoned();
}

/** What a command takes in memory while it waits, nearly; platforms send no request, so it is not that alone. */
export function bytesOf({ command, request }: Submission): number {
  if (command.type === 'movements') {
    const { movements } = command;
    return movements.reduce((sum, { names }) => sum + MOVEMENT_BYTES + NAME_BYTES * names.length, request.length);
  }
  const lines = command.type === 'refund' ? command.lines.length : 0;
  return request.length + MOVEMENT_BYTES + NAME_BYTES * lines;
}

/** The work of a command in movements; a name costs about an eighth of one, a bet named as failed may be refunded. */
export function sizeOf(command: Command): number {
  if (command.type === 'movements') {
    return command.movements.reduce(
      (sum, { names }) => names.reduce((all, named) => all + (saysFailed(named) ? 1 : 1 / 8), sum + 1),
      0,
    );
  }
  return command.type === 'refund' ? command.lines.length : 1;
}
