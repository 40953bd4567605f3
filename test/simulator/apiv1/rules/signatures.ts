import { number, type Members } from '../../exact-json.js';
import { md5, signOf, timestamp } from '../request.js';
import type { RuleRow } from '../rule.js';

export const SIGNATURE_RULES: readonly RuleRow[] = [
  {
    name: 'sign tampered',
    rule: 'sign: balance-update',
    says: 'One wrong digit in the sign: refused with OTHERS, without a balance and without taking the transaction_id.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      const { desk } = caller;
      await caller.has(member, 100_00n);
      for (const [type, cents] of [[1, -10_00n] as const, [3, 10_00n] as const]) {
        const sent = caller.prepares({ member, type, cents });
        const sign = signOf('balance-update', sent.fields, desk.key);
        const tampered = sign.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
        await caller.isRefused('balance-update', { ...sent.fields, sign: tampered }, { member });
        await caller.sends(sent);
      }
      const wrong = signOf('balance-check', { member_id: member, timestamp: timestamp() }, 'another key');
      await caller.isRefusedAs(desk.balanceCheck(member, { sign: wrong }), { member });
    },
  },
  {
    name: 'signed fields changed',
    rule: 'sign: balance-update',
    says: 'A call of which any signed field was changed after signing is refused with OTHERS, and nothing moves.',
    fault: 'tampered-signatures',
    seats: 2,
    play: async (caller, member, other) => {
      const { fields } = caller.prepares({ member, type: 3, cents: 10_00n });
      const sign = signOf('balance-update', fields, caller.desk.key);
      const changes: Members[] = [
        { transaction_id: caller.newId() },
        { member_id: other },
        { action_value: number('1000.00') },
        { action_value: number('10.01') },
        { action_type: 12 },
        { timestamp: String(Number(fields.timestamp) - 1) },
      ];
      for (const change of changes) {
        await caller.isRefused('balance-update', { ...fields, sign, ...change }, { member });
      }
    },
  },
  {
    name: 'unsigned fields changed',
    rule: 'sign: balance-update',
    says: 'order_id and remarks are not signed and decide nothing: the call is accepted whatever they say.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      await caller.moves({ member, type: 3, cents: 10_00n }, { order_id: 'S1', remarks: 'action_value=1000.00' });
      await caller.moves({ member, type: 3, cents: 10_00n }, { order_id: "1' OR '1'='1", remarks: '{"status":1}' });
    },
  },
  {
    name: 'sign by another key',
    rule: 'sign: the key',
    says: 'What is signed with another key, with none, or with the key alone is refused with OTHERS.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      const { desk } = caller;
      const { fields } = caller.prepares({ member, type: 3, cents: 10_00n });
      const signs = [
        signOf('balance-update', fields, 'another key'),
        signOf('balance-update', fields, ''),
        signOf('balance-update', {}, desk.key),
        md5(''),
      ];
      for (const sign of signs) {
        await caller.isRefused('balance-update', { ...fields, sign }, { member });
        await caller.isRefusedAs(desk.balanceCheck(member, { sign }), { member });
        await caller.isRefusedAs(desk.transactionCheck(caller.newId(), { sign }), {});
      }
    },
  },
  {
    name: 'sign of another call',
    rule: 'sign: one text per endpoint',
    says: 'The sign of one endpoint is refused by the others with OTHERS: a captured question moves no money.',
    fault: 'crossed-signatures',
    play: async (caller, member) => {
      const { desk } = caller;
      const { fields } = caller.prepares({ member, type: 3, cents: 10_00n });
      const signs = (['balance-check', 'balance-update', 'transaction-check'] as const).map((endpoint) => ({
        endpoint,
        sign: signOf(endpoint, fields, desk.key),
      }));
      for (const { endpoint, sign } of signs) {
        const others = signs.filter((one) => one.endpoint !== endpoint).map((one) => one.endpoint);
        for (const other of others) await caller.isRefused(other, { ...fields, sign }, { member });
      }
    },
  },
  {
    name: 'sign in capitals',
    rule: 'fields: sign',
    says: 'The hexadecimal digits of a sign may be in either case.',
    play: async (caller, member) => {
      const sent = caller.prepares({ member, type: 3, cents: 10_00n });
      const sign = signOf('balance-update', sent.fields, caller.desk.key);
      for (const spelt of [sign.toUpperCase(), sign.toLowerCase()]) {
        const request = caller.desk.request('balance-update', { ...sent.fields, sign: spelt });
        await caller.sends({ ...sent, request });
      }
    },
  },
  {
    name: 'sign malformed',
    rule: 'fields: sign',
    says: 'A sign that is missing, cut, too long or not hexadecimal is refused with OTHERS, without a balance.',
    fault: 'tampered-signatures',
    play: async (caller, member) => {
      const { fields } = caller.prepares({ member, type: 3, cents: 10_00n });
      const sign = signOf('balance-update', fields, caller.desk.key);
      const malformed = [undefined, null, '', sign.slice(1), `${sign}0`, `${sign} `, `${sign}\n`, 'g'.repeat(32), true];
      for (const one of malformed) await caller.isRefused('balance-update', { ...fields, sign: one }, { member });
    },
  },
];
