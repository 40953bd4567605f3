import { integer, Matcher } from '../../expectation.js';
import { number, NumberText } from '../../exact-json.js';
import { isNumber } from '../forms.js';
import type { RuleRow } from '../rule.js';
import { timestamp } from '../request.js';

/** 90071992547409.93, which no binary float can hold. */
const BEYOND_FLOATS = 9_007_199_254_740_993n;

const ZERO = new Matcher('the number 0.00', (seen) => seen instanceof NumberText && seen.text === '0.00');

export function balanceCheckRules(members: readonly string[]): readonly RuleRow[] {
  return [
    {
      name: 'balance of a member',
      rule: 'balance-check: answer',
      says: 'A known member is answered with status 1 and the present balance, before and after a movement.',
      play: async (caller, member) => {
        await caller.checksBalance(member);
        await caller.moves({ member, type: 3, cents: 820_00n });
        await caller.checksBalance(member);
      },
    },
    {
      name: 'balance of nobody',
      rule: 'balance-check: unknown member',
      says: 'An unknown member is answered with status 2, balance 0.00 and OTHERS.',
      fault: 'refusals',
      play: async (caller) => {
        const request = caller.desk.balanceCheck(caller.nobody());
        const body = { status: integer(2), balance: ZERO, error_code: 'OTHERS' };
        await caller.desk.insistPlain(caller.name, request, { http: [200], body });
      },
    },
    {
      name: 'member in any case',
      rule: 'fields: member_id',
      says: 'A member is looked up in lower case: capitals are the same member.',
      play: async (caller, member) => {
        await caller.moves({ member, type: 3, cents: 1_00n }, { member_id: member.toUpperCase() });
        await caller.checksBalance(member, { member_id: member.toUpperCase() });
        await caller.checksBalance(member, { member_id: member.toLowerCase() });
      },
    },
    {
      name: 'member as a number',
      rule: 'fields: member_id',
      says: 'A member_id of digits may be sent as a number.',
      ...(members.every(isNumber) ? {} : { missing: 'needs --player-names that are numbers, such as 7000%d' }),
      play: async (caller, member) => {
        await caller.checksBalance(member, { member_id: number(member) });
        await caller.moves({ member, type: 3, cents: 1_00n }, { member_id: number(member) });
      },
    },
    {
      name: 'timestamp as a number',
      rule: 'fields: timestamp',
      says: 'A timestamp may be a string or a number.',
      play: async (caller, member) => {
        await caller.checksBalance(member, { timestamp: timestamp() });
        await caller.checksBalance(member, { timestamp: number(timestamp()) });
        const { update } = await caller.moves({ member, type: 3, cents: 1_00n }, { timestamp: number(timestamp()) });
        await caller.checks(update.transactionId, { timestamp: number(timestamp()) });
      },
    },
    {
      name: 'balance beyond floats',
      rule: 'balance-check: balance',
      says: 'Balances are exact where a binary float is not: 90071992547409.93.',
      play: async (caller, member) => {
        await caller.moves({ member, type: 12, cents: BEYOND_FLOATS });
        await caller.checksBalance(member);
        await caller.moves({ member, type: 12, cents: -BEYOND_FLOATS });
      },
    },
  ];
}
