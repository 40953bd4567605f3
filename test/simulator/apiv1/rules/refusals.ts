import type { RuleRow } from '../rule.js';

export const REFUSAL_RULES: readonly RuleRow[] = [
  {
    name: 'stake beyond the balance',
    rule: 'balance-update: OUT_OF_BALANCE',
    says: 'A stake of a cent more than there is is refused with OUT_OF_BALANCE and the present balance; all there is, is accepted.',
    fault: 'refusals',
    play: async (caller, member) => {
      await caller.has(member, 10_00n);
      await caller.moves(caller.beyond(member, 1));
      const all = caller.balance(member);
      await caller.moves({ member, type: 1, cents: -all });
      await caller.moves({ member, type: 1, cents: -1n });
      await caller.moves({ member, type: 6, cents: all });
    },
  },
  {
    name: 'refused stake is final',
    rule: 'balance-update: finality',
    says: 'A refused stake gets its first answer again after a deposit, and its transaction_id takes no other request.',
    fault: 'refusals',
    play: async (caller, member) => {
      const refused = await caller.moves(caller.beyond(member, 1));
      await caller.moves({ member, type: 12, cents: 100_00n });
      await caller.sends(refused);
      await caller.moves({ ...refused.update, cents: -1_00n });
      await caller.moves({ ...refused.update, type: 3, cents: 1_00n });
    },
  },
  {
    name: 'refused settlement may come again',
    rule: 'balance-update: finality',
    says: 'Winnings taken back with too little money are OUT_OF_BALANCE, and are decided anew when they come again.',
    fault: 'refusals',
    play: async (caller, member) => {
      for (const type of [9, 10, 12] as const) {
        const refused = await caller.moves(caller.beyond(member, type));
        await caller.sends(refused);
        await caller.moves({ member, type: 3, cents: 1n });
        await caller.sends(refused);
        await caller.moves({ member, type: 3, cents: 20_00n });
        await caller.sends(refused);
        await caller.checks(refused.update.transactionId);
      }
    },
  },
  {
    name: 'refused settlement takes no id',
    rule: 'balance-update: finality',
    says: 'The transaction_id of a refused settlement is free for another request.',
    fault: 'refusals',
    play: async (caller, member) => {
      await caller.has(member, 10_00n);
      const { update } = await caller.moves(caller.beyond(member, 9));
      await caller.moves({ ...update, cents: -5_00n });
      await caller.checks(update.transactionId);
    },
  },
  {
    name: 'movement of nobody',
    rule: 'balance-update: OTHERS',
    says: 'A movement of an unknown member is refused with OTHERS, tells no balance, and is refused again.',
    fault: 'refusals',
    play: async (caller) => {
      for (const [type, cents] of [[1, -10_00n] as const, [3, 10_00n] as const, [12, 0n] as const]) {
        const refused = await caller.moves({ member: caller.nobody(), type, cents });
        await caller.sends(refused);
        await caller.checks(refused.update.transactionId);
      }
    },
  },
];
