import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Operator } from '../../proto/gen/wallet/v1/operator.js';

/** Who does something, and why: every act of an operator is recorded with both. */
export interface OperatorOptions {
  readonly as: string;
  readonly reason: string;
}

export function withOperatorOptions(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why you do it; recorded for ever')
    .option('--as <name>', 'who you are; recorded for ever', ownName());
}

export function operatorOf({ as, reason }: OperatorOptions): Operator {
  return { name: as, reason };
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    // A number that no user has, as in a container.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
