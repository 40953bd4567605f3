import type { Rule } from '../../provider.js';
import type { Stage } from '../stage.js';
import type { Fault } from './faults.js';

export type RuleScript = Omit<Rule, 'play'> & { readonly play: (stage: Stage) => Promise<void> };

export interface Setting {
  readonly fault?: Fault;
  readonly seats?: number;
  readonly missing?: string | undefined;
  readonly alone?: string;
}

/** A rule: its name in reports, where it stands, what a wallet that keeps it does, and the calls that show it. */
export function rule(
  name: string,
  where: string,
  says: string,
  play: (stage: Stage) => Promise<void>,
  { fault, seats = 1, missing, alone }: Setting = {},
): RuleScript {
  return {
    name,
    rule: where,
    says,
    seats,
    play,
    ...(fault === undefined ? {} : { fault }),
    ...(missing === undefined ? {} : { missing }),
    ...(alone === undefined ? {} : { alone }),
  };
}

/** Rules of the same fault. */
export function rulesOf(fault: Fault, ...rules: readonly RuleScript[]): RuleScript[] {
  return rules.map((one) => ({ ...one, fault }));
}
