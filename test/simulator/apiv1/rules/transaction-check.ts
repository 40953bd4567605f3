import type { RuleRow } from '../rule.js';

export const CHECK_RULES: readonly RuleRow[] = [
  {
    name: 'check applied',
    rule: 'transaction-check: status 1',
    says: 'What moved money, or was a recorded zero, has status 1 and no error_code.',
    play: async (caller, member) => {
      await caller.has(member, 50_00n);
      for (const [type, cents] of [[1, -20_00n] as const, [3, 35_00n] as const, [3, 0n] as const, [1, 0n] as const]) {
        const { update } = await caller.moves({ member, type, cents });
        await caller.checks(update.transactionId);
        await caller.checks(update.transactionId);
      }
    },
  },
  {
    name: 'check refused stake',
    rule: 'transaction-check: the recorded reason',
    says: 'A stake that was refused for want of money has status 2 and OUT_OF_BALANCE, also after a deposit.',
    fault: 'checks',
    play: async (caller, member) => {
      const { update } = await caller.moves(caller.beyond(member, 1));
      await caller.checks(update.transactionId);
      await caller.has(member, -update.cents);
      await caller.checks(update.transactionId);
    },
  },
  {
    name: 'check refused settlement',
    rule: 'transaction-check: the recorded reason',
    says: 'A refused settlement has status 2 with OUT_OF_BALANCE or OTHERS; whether it may still succeed is left open, the truth of it is not.',
    fault: 'checks',
    play: async (caller, member) => {
      const refused = await caller.moves(caller.beyond(member, 9));
      await caller.checks(refused.update.transactionId);
      await caller.has(member, -refused.update.cents);
      await caller.sends(refused);
      await caller.checks(refused.update.transactionId);
    },
  },
  {
    name: 'check closes debits',
    rule: 'transaction-check: an id that is not known',
    says: 'An unknown id has status 2 and OTHERS, and a debit that comes late with it, of whatever type, is refused with OTHERS.',
    fault: 'check-first',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      for (const type of [1, 8, 9, 12] as const) {
        const late = caller.prepares({ member, type, cents: -10_00n });
        await caller.checks(late.update.transactionId);
        await caller.sends(late);
        await caller.sends(late);
        await caller.checks(late.update.transactionId);
      }
    },
  },
  {
    name: 'check closes before funds',
    rule: 'transaction-check: an id that is not known',
    says: 'A late debit of a closed id is refused with OTHERS, not for want of money.',
    fault: 'check-first',
    play: async (caller, member) => {
      const late = caller.prepares(caller.beyond(member, 1));
      await caller.checks(late.update.transactionId);
      await caller.sends(late);
      await caller.checks(late.update.transactionId);
    },
  },
  {
    name: 'check lets credits pass',
    rule: 'transaction-check: an id that is not known',
    says: 'A credit that comes after its check said OTHERS is accepted, and its next check says so.',
    fault: 'check-first',
    play: async (caller, member) => {
      for (const type of [2, 3, 6, 12] as const) {
        const late = caller.prepares({ member, type, cents: 10_00n });
        await caller.checks(late.update.transactionId);
        await caller.sends(late);
        await caller.checks(late.update.transactionId);
        await caller.sends(late);
      }
    },
  },
  {
    name: 'check of many',
    rule: 'transaction-check: an id that is not known',
    says: 'A check closes its own id and no other.',
    fault: 'check-first',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      const id = caller.newId();
      const near = [`${id}a`, `${id}A`, `${id}ab`, ` ${id}a`];
      const [closed = '', ...open] = near;
      await caller.checks(closed);
      for (const transactionId of open) await caller.moves({ member, type: 1, cents: -1_00n, transactionId });
      await caller.moves({ member, type: 1, cents: -1_00n, transactionId: closed });
    },
  },
  {
    name: 'unsigned check closes nothing',
    rule: 'transaction-check: sign',
    says: 'A check with a wrong sign is refused with OTHERS and closes nothing: the debit is accepted.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      const late = caller.prepares({ member, type: 1, cents: -10_00n });
      const { transactionId } = late.update;
      await caller.isRefusedAs(caller.desk.transactionCheck(transactionId, { sign: '0'.repeat(32) }), {});
      await caller.isRefusedAs(caller.desk.transactionCheck(transactionId, { sign: undefined }), {});
      await caller.sends(late);
      await caller.checks(transactionId);
    },
  },
];
