import { number, type Body } from '../../exact-json.js';
import type { Caller } from '../caller.js';
import type { Endpoint } from '../request.js';
import { timestamp } from '../request.js';
import type { RuleRow } from '../rule.js';

type Values = readonly (Body | undefined)[];

const now = () => timestamp();

/** What no field can be. */
const NOTHING: Values = [undefined, null, '', true, [], {}];

/** Values that are not of a field's grammar. A newline at the end is what a careless pattern lets pass. */
const MALFORMED: Readonly<Record<string, () => Values>> = {
  transaction_id: () => [...NOTHING, 'x'.repeat(33), 'Überweisung', '交易', 'tab\there', 'line\n', '\u007f'],
  member_id: () => [...NOTHING, 'x'.repeat(51)],
  action_type: () => [...NOTHING, '01', '1 ', '+1', '1\n', 'bet', number('1.0'), number('1e0'), number('1.5')],
  timestamp: () => {
    const seconds = now();
    const texts = [seconds.slice(1), `${seconds}0`, `${seconds}000`, `${seconds.slice(1)}x`, `${seconds}\n`, 'now'];
    return [...NOTHING, ...texts, number(`${seconds}.0`), number(`-${seconds}`), number(`${seconds}000`)];
  },
};

const MALFORMED_VALUES: Values = [
  ...NOTHING,
  ...['+5', '01', '-01', '1e3', '5.', '.5', '-', '--5', ' 5', '5 ', '5\n', '1,000.00', '1,5', '0x10', 'NaN', 'five'],
  ...['1.001', '0.005', '１', '10000000000000000', '-10000000000000000'],
  ...['1e3', '1E2', '1.001', '-0.005', '1.000', '10000000000000000', '99999999999999999999.99'].map(number),
];

const UNKNOWN_TYPES: Values = [0, 13, 99, 100, -1, '0', '13', '99', '100', number('10000000000000000000001')];

/** Each value is rightly signed, so that nothing but the grammar refuses it. */
async function areRefused(caller: Caller, member: string, field: string, values: Values): Promise<void> {
  for (const value of values) {
    const { fields } = caller.prepares({ member, type: 12, cents: 8_20n }, { [field]: value });
    await caller.isRefused('balance-update', fields, { member }, caller.balance(member));
  }
}

const GRAMMAR = {
  transaction_id: '1 to 32 printable ASCII characters',
  member_id: '1 to 50 characters',
  action_type: 'a number or text from 1 to 12',
  timestamp: '10 digits',
};

const malformedRules = Object.entries(GRAMMAR).map(([field, grammar]): RuleRow => ({
  name: `malformed ${field}`,
  rule: `fields: ${field}`,
  says: `What is not ${grammar} is refused with OTHERS although it is rightly signed, and nothing moves.`,
  fault: 'malformed',
  play: async (caller, member) => areRefused(caller, member, field, MALFORMED[field]?.() ?? []),
}));

/** Calls that only ask, without a field that they need. */
const ASKING: readonly (readonly [endpoint: Endpoint, missing: string])[] = [
  ['balance-check', 'member_id'],
  ['balance-check', 'timestamp'],
  ['transaction-check', 'transaction_id'],
  ['transaction-check', 'timestamp'],
];

export const FIELD_RULES: readonly RuleRow[] = [
  ...malformedRules,
  {
    name: 'malformed action_value',
    rule: 'fields: action_value',
    says: 'More than two decimals or 16 digits, +5, 01, 1e3, blanks: refused with OTHERS, never rounded, and nothing moves.',
    fault: 'malformed',
    play: async (caller, member) => areRefused(caller, member, 'action_value', MALFORMED_VALUES),
  },
  {
    name: 'unknown type',
    rule: 'action_type: 1 to 12',
    says: 'A type outside the table is refused with OTHERS, and nothing moves.',
    fault: 'unknown-types',
    play: async (caller, member) => areRefused(caller, member, 'action_type', UNKNOWN_TYPES),
  },
  {
    name: 'wrong sign of value',
    rule: 'action_type: sign of action_value',
    says: 'A stake that adds, or winnings that deduct, are refused with OTHERS and the present balance.',
    fault: 'unknown-types',
    play: async (caller, member) => {
      await caller.has(member, 50_00n);
      for (const [type, cents] of [[1, 10_00n] as const, [2, -10_00n] as const, [3, -10_00n] as const]) {
        await caller.moves({ member, type, cents });
      }
    },
  },
  {
    name: 'question without its fields',
    rule: 'fields: balance-check, transaction-check',
    says: 'A question without one of its fields is refused with OTHERS.',
    fault: 'malformed',
    play: async (caller, member) => {
      for (const [endpoint, missing] of ASKING) {
        for (const value of NOTHING) {
          const fields = { member_id: member, transaction_id: caller.newId(), timestamp: now(), [missing]: value };
          const { member_id, transaction_id, ...rest } = fields;
          const asked = endpoint === 'balance-check' ? { member_id, ...rest } : { transaction_id, ...rest };
          await caller.isRefused(endpoint, asked, {});
        }
      }
    },
  },
  {
    name: 'longest fields',
    rule: 'fields: lengths',
    says: 'A transaction_id of 32 printable characters, an order_id of 50 and remarks of 100 characters, Chinese ones too, are accepted.',
    play: async (caller, member) => {
      const transactionId = `${caller.newId()}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`.slice(0, 32);
      const more = { order_id: '订'.repeat(50), remarks: '返'.repeat(100) };
      const { update } = await caller.moves({ member, type: 3, cents: 1_00n, transactionId }, more);
      await caller.checks(update.transactionId);
      await caller.sends(caller.prepares(update));
    },
  },
  {
    name: 'optional fields',
    rule: 'fields: order_id, remarks',
    says: 'order_id and remarks may be absent, null or empty.',
    play: async (caller, member) => {
      for (const value of [undefined, null, '', 'S03827836']) {
        await caller.moves({ member, type: 3, cents: 1_00n }, { order_id: value });
        await caller.moves({ member, type: 12, cents: 1_00n }, { remarks: value });
      }
      await caller.moves({ member, type: 3, cents: 1_00n }, { order_id: undefined, remarks: undefined });
    },
  },
  {
    name: 'too long remarks',
    rule: 'fields: order_id, remarks',
    says: 'An order_id of 51 or remarks of 101 characters are refused with OTHERS or decide nothing, and the balance is as the answer says.',
    fault: 'malformed',
    play: async (caller, member) => {
      for (const more of [{ order_id: 'S'.repeat(51) }, { remarks: '返'.repeat(101) }]) {
        await caller.movesOrIsRefused({ member, type: 3, cents: 1_00n }, more);
      }
    },
  },
  {
    name: 'zero with a minus',
    rule: 'fields: action_value',
    says: 'The grammar has -0 and -0.00: they are zeros or refused with OTHERS, and nothing moves.',
    fault: 'malformed',
    play: async (caller, member) => {
      for (const value of [number('-0'), '-0.00']) {
        await caller.movesOrIsRefused({ member, type: 12, cents: 0n }, { action_value: value });
      }
    },
  },
];
