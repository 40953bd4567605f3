import { number } from '../../exact-json.js';
import { fixed, short } from '../../money.js';
import { renewed } from '../bad-day.js';
import { timestamp } from '../request.js';
import type { RuleRow } from '../rule.js';

export const REPEAT_RULES: readonly RuleRow[] = [
  {
    name: 'copy much later',
    rule: 'balance-update: repeats',
    says: 'The same request again gets the first answer, with the balance of that time, however much has moved since.',
    fault: 'duplicates',
    play: async (caller, member) => {
      await caller.has(member, 500_00n);
      const bet = await caller.moves({ member, type: 1, cents: -80_00n });
      const win = await caller.moves({ member, type: 3, cents: 120_50n });
      await caller.sends(bet);
      await caller.sends(win);
      await caller.sends(bet);
    },
  },
  {
    name: 'copies at once',
    rule: 'balance-update: repeats',
    says: 'Twenty copies at the same moment move money once and all get the same answer.',
    fault: 'duplicates',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      for (const [type, cents] of [[1, -30_00n] as const, [3, 45_00n] as const]) {
        const sent = caller.prepares({ member, type, cents });
        await caller.sendsAtOnce(Array.from({ length: 20 }, () => sent));
      }
      const beyond = caller.prepares(caller.beyond(member, 1));
      await caller.sendsAtOnce(Array.from({ length: 20 }, () => beyond));
    },
  },
  {
    name: 'answer lost',
    rule: 'balance-update: repeats',
    says: 'A call whose answer was lost is answered, when it comes again, as it would have been the first time.',
    fault: 'lost-answers',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      for (const [type, cents] of [[1, -30_00n] as const, [2, 30_00n] as const, [3, 45_00n] as const]) {
        const sent = caller.prepares({ member, type, cents });
        for (const lost of ['when answered', 'when sent', 'when answered'] as const) {
          await caller.desk.lose(sent.request, lost);
        }
        await caller.sends(sent);
      }
    },
  },
  {
    name: 'repeat in other words',
    rule: 'balance-update: same request',
    says: 'Member, value and type make the request: a new timestamp, other remarks, text for numbers or 820 for 820.00 do not make another.',
    fault: 'duplicates',
    play: async (caller, member) => {
      const { update } = await caller.moves({ member, type: 3, cents: 820_00n });
      const words = [
        { timestamp: String(Number(timestamp()) - 1) },
        { order_id: 'another order', remarks: 'another remark' },
        { order_id: undefined, remarks: null },
        { action_value: number(short(update.cents)) },
        { action_value: fixed(update.cents), action_type: String(update.type) },
        { member_id: member.toUpperCase(), timestamp: number(timestamp()) },
      ];
      for (const more of words) await caller.sends(caller.prepares(update, more));
      await caller.sends(renewed(caller, { update }));
    },
  },
  {
    name: 'same id other value',
    rule: 'balance-update: different request',
    says: 'A known transaction_id with another value is refused with OTHERS, and nothing moves.',
    fault: 'reused-ids',
    play: async (caller, member) => {
      const { update } = await caller.moves({ member, type: 3, cents: 50_00n });
      for (const cents of [50_01n, 0n, 5_00n]) await caller.moves({ ...update, cents });
      await caller.checks(update.transactionId);
    },
  },
  {
    name: 'same id other type',
    rule: 'balance-update: different request',
    says: 'A known transaction_id with another type is refused with OTHERS, and nothing moves.',
    fault: 'reused-ids',
    play: async (caller, member) => {
      const { update } = await caller.moves({ member, type: 3, cents: 50_00n });
      for (const type of [2, 12] as const) await caller.moves({ ...update, type });
      await caller.checks(update.transactionId);
    },
  },
  {
    name: 'same id other member',
    rule: 'balance-update: different request',
    says: 'A known transaction_id for another member is refused with OTHERS, and nothing moves.',
    fault: 'reused-ids',
    seats: 2,
    play: async (caller, member, other) => {
      const { update } = await caller.moves({ member, type: 3, cents: 50_00n });
      await caller.moves({ ...update, member: other });
      await caller.moves({ ...update, member: caller.nobody() });
      await caller.sends(caller.prepares(update));
    },
  },
  {
    name: 'id is never trimmed',
    rule: 'fields: transaction_id',
    says: 'Ids differ in capitals and blanks: each of them moves money of its own.',
    play: async (caller, member) => {
      const id = caller.newId();
      for (const transactionId of [`${id}a`, `${id}A`, ` ${id}a`, `${id}a `]) {
        await caller.moves({ member, type: 3, cents: 1_00n, transactionId });
      }
    },
  },
];
