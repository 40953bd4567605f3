import type { RuleRow } from '../rule.js';

export const ORDER_RULES: readonly RuleRow[] = [
  {
    name: 'winnings before their bet',
    rule: 'balance-update: order of arrival',
    says: 'Winnings, and the stake of a cancelled order, are accepted before the bet that they are of.',
    fault: 'reordering',
    play: async (caller, member) => {
      await caller.has(member, 50_00n);
      const order_id = `S${caller.newId()}`;
      for (const [type, cents] of [
        [3, 30_00n],
        [2, 20_00n],
        [1, -20_00n],
      ] as const) {
        await caller.moves({ member, type, cents }, { order_id });
      }
      const cancelled = `S${caller.newId()}`;
      for (const [type, cents] of [
        [7, 15_00n],
        [1, -15_00n],
      ] as const) {
        await caller.moves({ member, type, cents }, { order_id: cancelled });
      }
    },
  },
];
