import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Operator } from '../../proto/gen/wallet/v1/operator.js';

/** Who does something, and why: every act of an operator is recorded with both. */
export interface OperatorOptions {
  readonly as: string;
  readonly reason: string;
}

/** `usual`: why it is done unless somebody says something else; without it he must. */
export function withOperatorOptions(command: Command, usual?: string): Command {
  const reason = ['--reason <text>', 'why you do it; recorded for ever'] as const;
  return (usual === undefined ? command.requiredOption(...reason) : command.option(...reason, usual)).option(
    '--as <name>',
    'who you are; recorded for ever',
    ownName(),
  );
}

export function operatorOf({ as, reason }: OperatorOptions): Operator {
  return { name: as, reason };
}

/** Of an act whose command has no such options. */
export function ownOperator(reason: string): Operator {
  return { name: ownName(), reason };
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    // A number that no user has, as in a container.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
