import { integer } from '../../expectation.js';
import { number } from '../../exact-json.js';
import { pathOf, type Endpoint } from '../request.js';
import type { RuleRow } from '../rule.js';

const ENDPOINTS: readonly Endpoint[] = ['balance-check', 'balance-update', 'transaction-check'];

const REFUSED = { status: integer(2), error_code: 'OTHERS' };

const NO_OBJECTS = [
  ...['', ' ', '{', '}', '{"member_id":', '{"a":1}{"b":2}', '{"a":1}x', "{'a':1}", '{"a":1,}', '{a:1}', '// {}'],
  ...['[]', '[{}]', 'null', 'true', '12', '"text"', 'NaN', '<xml/>', 'member_id=demo&sign=0', '\u0000', '\ufffd'],
];

export const GARBAGE_RULES: readonly RuleRow[] = [
  {
    name: 'garbage',
    rule: 'answers: a body that is not a JSON object',
    says: 'What is no JSON object is answered with HTTP 400 and {"status":2,"error_code":"OTHERS"}.',
    fault: 'garbage',
    play: async ({ desk, name }) => {
      for (const [index, body] of NO_OBJECTS.entries()) {
        const path = pathOf(ENDPOINTS[index % ENDPOINTS.length] ?? 'balance-update');
        await desk.insistPlain(name, { path, body }, { http: [400], body: REFUSED });
      }
    },
  },
  {
    name: 'garbage in a number',
    rule: 'answers: a body that is not a JSON object',
    says: 'The numbers +5, 01, .5 and 5. are not JSON: HTTP 400, although they are rightly signed.',
    fault: 'garbage',
    play: async (caller, member) => {
      for (const text of ['+5', '01', '-01', '.5', '5.', '0x10', '1e', 'NaN', 'Infinity', '1_000']) {
        const { request } = caller.prepares({ member, type: 3, cents: 0n }, { action_value: number(text) });
        await caller.desk.insistPlain(caller.name, request, { http: [400], body: REFUSED });
      }
    },
  },
  {
    name: 'value twice',
    rule: 'sign: each value as it stands in the JSON',
    says: 'A body that has action_value twice is refused (OTHERS, or HTTP 400), whichever of them was signed.',
    fault: 'garbage',
    play: async (caller, member) => {
      for (const [first, last] of [['1.00', '9.00'] as const, ['9.00', '1.00'] as const]) {
        const { request } = caller.prepares({ member, type: 3, cents: 0n }, { action_value: number('1.00') });
        const body = request.body.replace('"action_value":1.00', `"action_value":${first},"action_value":${last}`);
        await caller.desk.insistPlain(caller.name, { ...request, body }, { http: [200, 400], body: REFUSED });
      }
    },
  },
  {
    name: 'other methods',
    rule: 'calls: POST',
    says: 'All three calls are POST: another method is answered with HTTP 404 or 405, and nothing moves.',
    fault: 'garbage',
    play: async (caller, member) => {
      const { desk, name } = caller;
      const { request, update } = caller.prepares({ member, type: 3, cents: 10_00n });
      const requests = [request, desk.balanceCheck(member), desk.transactionCheck(update.transactionId)];
      for (const one of requests) {
        for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
          await desk.insistPlain(name, one, { http: [404, 405], body: undefined }, { method });
        }
      }
    },
  },
  {
    name: 'unknown paths',
    rule: 'calls: paths',
    says: 'A path that is none of the three is answered with HTTP 404 or 405, and nothing moves.',
    fault: 'garbage',
    play: async (caller, member) => {
      const { request } = caller.prepares({ member, type: 3, cents: 10_00n });
      for (const path of ['/api-v1/balance', '/api-v1/', '/api-v1/balance-update/more', '/api-v9/balance-update']) {
        await caller.desk.insistPlain(caller.name, { ...request, path }, { http: [404, 405], body: undefined });
      }
    },
  },
];
