import type { RuleRow } from '../rule.js';

/** Played with a member who is frozen at the wallet, and only in a conformance run: nobody else plays with him. */
export function frozenRules(frozen: string | undefined): readonly RuleRow[] {
  const row = {
    name: 'frozen member',
    rule: 'balance-update: freezing',
    says: "A frozen member's stakes are refused with OTHERS; winnings and what is taken back go on.",
    seats: 0,
  };
  if (frozen === undefined) return [{ ...row, missing: 'needs --frozen-player', play: async () => {} }];
  return [
    {
      ...row,
      play: async (caller) => {
        await caller.moves({ member: frozen, type: 3, cents: 20_00n });
        for (const type of [1, 8] as const) {
          const refused = await caller.moves({ member: frozen, type, cents: -5_00n });
          await caller.sends(refused);
          await caller.checks(refused.update.transactionId);
        }
        for (const type of [9, 10, 12] as const) await caller.moves({ member: frozen, type, cents: -5_00n });
        await caller.checksBalance(frozen);
      },
    },
  ];
}
