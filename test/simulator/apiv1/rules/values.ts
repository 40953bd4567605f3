import { number, type Body } from '../../exact-json.js';
import { BALANCE_MAX } from '../book.js';
import type { Caller } from '../caller.js';
import { signOf } from '../request.js';
import type { RuleRow } from '../rule.js';

/** Sends 8.20, 820 or another amount in these words, and signs it in these. */
async function movesAs(caller: Caller, member: string, cents: bigint, value: Body, signedAs: Body = value) {
  const sent = caller.prepares({ member, type: 12, cents }, { action_value: value });
  const sign = signOf('balance-update', { ...sent.fields, action_value: signedAs }, caller.desk.key);
  const request = caller.desk.request('balance-update', { ...sent.fields, sign });
  await caller.sends({ ...sent, request });
}

export const VALUE_RULES: readonly RuleRow[] = [
  {
    name: 'value as a number',
    rule: 'sign: each value as it stands in the JSON',
    says: 'The number 820.00 is signed as 820.00, and 820, 820.5 and -820.10 as they are sent.',
    play: async (caller, member) => {
      await caller.has(member, 1000_00n);
      await movesAs(caller, member, 820_00n, number('820.00'));
      await movesAs(caller, member, 820_00n, number('820'));
      await movesAs(caller, member, 820_50n, number('820.5'));
      await movesAs(caller, member, -820_10n, number('-820.10'));
      await movesAs(caller, member, -1n, number('-0.01'));
    },
  },
  {
    name: 'value as a string',
    rule: 'fields: action_value',
    says: 'action_value may be a string: "820.00", "820", "-820.5".',
    play: async (caller, member) => {
      await movesAs(caller, member, 820_00n, '820.00');
      await movesAs(caller, member, 820_00n, '820');
      await movesAs(caller, member, -820_50n, '-820.5');
    },
  },
  {
    name: 'value signed in its shortest form',
    rule: 'sign: the shortest form',
    fault: 'tampered-signatures',
    says: 'The number 820.00 with the sign of 820 is accepted, and 0.50 with that of 0.5.',
    play: async (caller, member) => {
      await movesAs(caller, member, 820_00n, number('820.00'), number('820'));
      await movesAs(caller, member, -820_00n, number('-820.0'), number('-820'));
      await movesAs(caller, member, 50n, number('0.50'), number('0.5'));
    },
  },
  {
    name: 'value signed in another form',
    rule: 'sign: each value as it stands in the JSON',
    says: 'The number 820 with the sign of 820.00 is refused, so is 820.00 with that of 820.0.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      const forms = [
        ['820', '820.00'],
        ['820.0', '820.00'],
        ['820.00', '820.0'],
        ['820.5', '820.50'],
      ] as const;
      for (const [value, signedAs] of forms) {
        const { fields } = caller.prepares({ member, type: 3, cents: 820_00n }, { action_value: number(value) });
        const sign = signOf('balance-update', { ...fields, action_value: signedAs }, caller.desk.key);
        await caller.isRefused('balance-update', { ...fields, sign }, { member });
      }
    },
  },
  {
    name: 'sums are exact',
    rule: 'balance-update: action_value',
    says: 'Ten times 0.10 and 0.01 are exactly 1.10: no binary fractions.',
    play: async (caller, member) => {
      for (let count = 0; count < 10; count++) {
        await movesAs(caller, member, 10n, number('0.1'));
        await movesAs(caller, member, 1n, number('0.01'));
      }
    },
  },
  {
    name: 'balance limit',
    rule: 'balance-update: decimal(18,2)',
    says: 'What would pass 9999999999999999.99 is refused with OTHERS, and nothing moves.',
    fault: 'refusals',
    play: async (caller, member) => {
      await caller.has(member, 1n);
      await caller.moves({ member, type: 12, cents: BALANCE_MAX });
      await caller.moves({ member, type: 3, cents: BALANCE_MAX - caller.balance(member) + 1n });
    },
  },
];
