import { Differs, type Rule } from '../provider.js';
import { Caller } from './caller.js';
import type { Desk } from './desk.js';
import type { Fault } from './faults.js';

/** A rule as it stands in a table of rules. */
export interface RuleRow {
  readonly name: string;
  /** Endpoint and place on the page: `balance-update: sign`. */
  readonly rule: string;
  readonly says: string;
  /** Absent: conformance only. */
  readonly fault?: Fault;
  /** One, unless it says otherwise. */
  readonly seats?: number;
  readonly missing?: string;
  play(caller: Caller, member: string, other: string): Promise<void>;
}

/** The rule as a run plays it: whatever it is about, every balance is as in the book when it ends. */
export function ruleAt(desk: Desk, row: RuleRow): Rule {
  const { name, rule, says, seats = 1, fault, missing } = row;
  return {
    name,
    rule,
    says,
    seats,
    ...(fault === undefined ? {} : { fault }),
    ...(missing === undefined ? {} : { missing }),
    play: async (players, random) => {
      const caller = new Caller(desk, name, random);
      const [member = '', other = ''] = players;
      try {
        await row.play(caller, member, other);
      } catch (error) {
        if (!(error instanceof Differs)) throw error;
        for (const player of players) await desk.reads(player);
        throw error;
      }
      for (const player of players) await caller.checksBalance(player);
    },
  };
}
