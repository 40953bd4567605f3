import { integer } from '../../expectation.js';
import { number, print, type Members } from '../../exact-json.js';
import { insist, type ExpectedAnswer } from '../../comparison.js';
import type { Sending } from '../../wire.js';
import { movementBody } from '../movement-body.js';
import type { Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const BODY = 'all calls: body';
const FIELDS = 'increaseCredit: required members';

const anything = (...http: readonly number[]): ExpectedAnswer => ({ http, body: undefined });
const NO_OBJECT: ExpectedAnswer = { http: [400], body: { status: integer(4025) } };

async function send(
  stage: Stage,
  path: string,
  body: string,
  expected: ExpectedAnswer,
  sending: Sending = {},
): Promise<void> {
  const { wire, tally } = stage.caller.connection;
  const answer = await wire.send(path, body, sending);
  insist(tally, stage.name, { path, body: body.slice(0, 2_000), method: sending.method ?? 'POST' }, expected, answer);
}

const credit = (stage: Stage): Members => movementBody(stage.caller, stage.movement(2, 100n));
const credited = (stage: Stage): string => stage.caller.text('increaseCredit', credit(stage));

const bodies: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['a text', 'hello'],
  ['half an object', '{"username":"demo","money":'],
  ['a list', '[{"username":"demo"}]'],
  ['a string', '"demo"'],
  ['a number', '42'],
  ['null', 'null'],
  ['two objects', '{}{}'],
];

const required = ['username', 'channelId', 'money', 'type', 'seqNo', 'event', 'timestamp'] as const;

/** Wrong types, with both answers where a wallet may see a missing member or a wrong type. */
const wrongTypes: readonly (readonly [name: string, value: Members[string]])[] = [
  ['money', '100'],
  ['money', true],
  ['money', {}],
  ['type', '2'],
  ['username', 42],
  ['seqNo', 42],
  ['timestamp', 'now'],
  ['channelId', '1'],
  ['signature', 42],
];

/** eBET: what is no request, and what must not pass for one. */
export const garbageRules: readonly RuleScript[] = rulesOf(
  'garbage',
  rule('bodies that are no object', BODY, 'are HTTP 400 with {"status":4025}', async (stage) => {
    for (const endpoint of ['increaseCredit', 'refundSingleWallet', 'syncCredit']) {
      for (const [, text] of bodies) await send(stage, `/${endpoint}`, text, NO_OBJECT);
    }
  }),
  rule('an empty object', BODY, 'is 4025', async (stage) => {
    for (const endpoint of [
      'increaseCredit',
      'refundSingleWallet',
      'autoBatchRefund',
      'queryIncreaseCreditRecord',
      'registerOrLogin',
      'syncCredit',
    ]) {
      await send(stage, `/${endpoint}`, '{}', { http: [200], body: { status: integer(4025) } });
    }
  }),
  rule(
    'a key that stands twice',
    BODY,
    'is 4025 and moves nothing, in the request and in its detail',
    async (stage) => {
      const text = credited(stage);
      const twice = { http: [200, 400], body: { status: integer(4025) } };
      await send(stage, '/increaseCredit', text.replace('{', '{"money":5,'), twice);
      await send(stage, '/increaseCredit', text.replace(/\}$/, ',"money":1}'), twice);
      await send(stage, '/increaseCredit', text.replace('"detail":{', '"detail":{"roundCode":"x",'), twice);
      await stage.checkBalance();
    },
  ),
  rule('a body beyond 1 MiB', BODY, 'is HTTP 413', async (stage) => {
    const text = print({ ...credit(stage), filler: 'x'.repeat(1_100_000) });
    await send(stage, '/increaseCredit', text, anything(413));
    await stage.checkBalance();
  }),
  rule('another method', 'all calls: method', 'is HTTP 405', async (stage) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      await send(stage, '/increaseCredit', credited(stage), anything(405), { method });
    }
    await stage.checkBalance();
  }),
  rule('another path', 'all calls: path', 'is HTTP 404', async (stage) => {
    for (const path of ['/increasecreditx', '/', '/increaseCredit/more'])
      await send(stage, path, credited(stage), anything(404));
    await stage.checkBalance();
  }),
  rule('a member that is missing', FIELDS, 'without a required member it is 4025 and moves nothing', async (stage) => {
    for (const name of required) await stage.refused('increaseCredit', { ...credit(stage), [name]: undefined }, [4025]);
    await stage.checkBalance();
  }),
  rule('a member that is null', FIELDS, 'a required member that is null is 4025, or 4030', async (stage) => {
    for (const name of required)
      await stage.refused('increaseCredit', { ...credit(stage), [name]: null }, [4025, 4030]);
    await stage.checkBalance();
  }),
  rule('a member of another type', FIELDS, 'is 4030, or 4025, and moves nothing', async (stage) => {
    for (const [name, value] of wrongTypes) {
      const body = stage.caller.signed('increaseCredit', credit(stage));
      await stage.refused('increaseCredit', { ...body, [name]: value }, [
        4030,
        4025,
        ...(name === 'channelId' ? [202] : []),
      ]);
    }
    await stage.checkBalance();
  }),
  rule('returns without detail', FIELDS, 'types 11 and 28 need it when money is not 0: 4025', async (stage) => {
    for (const type of [11, 28] as const) {
      const body = movementBody(stage.caller, stage.movement(type, 100n));
      await stage.refused('increaseCredit', { ...body, detail: undefined }, [4025]);
    }
    await stage.checkBalance();
  }),
  rule(
    'numbers that are none',
    'increaseCredit: amounts',
    'are refused as JSON or as an amount, and move nothing',
    async (stage) => {
      const text = credited(stage);
      for (const money of ['01', '+1', '.5', '1.', 'NaN', '0x10', '1e']) {
        const expected = { http: [400], body: { status: integer(4025) } };
        await send(stage, '/increaseCredit', text.replace(/"money":[^,]+/, `"money":${money}`), expected);
      }
      await stage.checkBalance();
    },
  ),
  rule('an exponent without end', 'increaseCredit: amounts', '1e400 and 1e-400 are 4025', async (stage) => {
    for (const money of ['1e400', '1e-400', '1e999999999']) {
      await stage.refused('increaseCredit', { ...credit(stage), money: number(money) }, [4025, 4030]);
    }
    await stage.checkBalance();
  }),
);
