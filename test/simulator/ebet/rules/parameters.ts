import { number, type Body } from '../../exact-json.js';
import { amount } from '../../expectation.js';
import { movementBody } from '../movement-body.js';
import { refusal } from '../answers.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const AMOUNTS = 'increaseCredit: amounts';
const FIELDS = 'increaseCredit: members';

const refusedWith = (
  name: string,
  where: string,
  says: string,
  over: Readonly<Record<string, Body>>,
  statuses: readonly number[],
) =>
  rule(name, where, says, async (stage) => {
    const bet = movementBody(stage.caller, stage.movement(1, -100n));
    await stage.refused('increaseCredit', { ...bet, ...over }, statuses);
  });

/** eBET, increaseCredit: what its members may be. */
export const parameterRules: readonly RuleScript[] = rulesOf(
  'garbage',
  rule('one cent', AMOUNTS, 'the smallest amount moves exactly', async (stage) => {
    await stage.made(1, -1n);
    await stage.made(2, 1n);
  }),
  rule('sums of cents', AMOUNTS, '0.1 and 0.2 are 0.3, and answers show no digit more', async (stage) => {
    for (const money of [10n, 20n, 70n, 110n, 220n]) await stage.made(2, money);
    for (const money of [10n, 20n, 30n, 570n]) await stage.made(1, -money);
  }),
  rule('an amount in any form', AMOUNTS, '44.90, 10.500, 1.0E1 and -80.00 are judged by their value', async (stage) => {
    for (const [text, money] of [
      ['44.90', 4490n],
      ['10.500', 1050n],
      ['1.0E1', 1000n],
      ['3.0', 300n],
    ] as const) {
      await stage.send(stage.movement(2, money), { expects: 200, moneyText: text });
    }
    await stage.fund(8000n);
    await stage.send(stage.movement(1, -8000n), { expects: 200, moneyText: '-80.00' });
  }),
  rule('a large amount', AMOUNTS, 'amounts beyond 2^53 cents stay exact', async (stage) => {
    const large = 90_071_992_547_409_93n;
    await stage.made(38, large);
    await stage.made(1, -large);
  }),
  refusedWith(
    'three decimals',
    AMOUNTS,
    'too many decimals are 4025, never rounded',
    { money: number('-0.001') },
    [4025],
  ),
  refusedWith(
    'a credit of three decimals',
    AMOUNTS,
    'too many decimals are 4025, never rounded',
    { type: 2, money: number('0.005') },
    [4025],
  ),
  refusedWith(
    'an amount too large',
    AMOUNTS,
    'an amount of 10^16 is 4025',
    { type: 38, money: number('10000000000000000') },
    [4025],
  ),
  refusedWith(
    'another currency',
    'increaseCredit: currency',
    "a currency that is not the channel's is 4025",
    { currency: 'XTS' },
    [4025],
  ),
  rule('no currency', 'increaseCredit: currency', "without a currency it is the channel's", async (stage) => {
    await stage.fund(100n);
    for (const currency of [null, undefined]) {
      await stage.send(stage.movement(1, -50n), { expects: 200, over: { currency } });
    }
  }),
  refusedWith(
    'a channel that there is not',
    'all calls: channelId',
    'an unknown channelId is 202',
    { channelId: 987654321 },
    [202],
  ),
  rule(
    'a player who is not known',
    'increaseCredit: username',
    'an unknown player is 4037, and his money is 0',
    async (stage) => {
      const body = movementBody(
        stage.caller,
        stage.movement(1, -100n, { username: stage.fresh('nobody').toLowerCase() }),
      );
      await stage.refused('increaseCredit', body, [4037], { money: amount(0n), moneyBefore: amount(0n) });
    },
  ),
  rule(
    'a name in capitals',
    'all calls: username',
    'names are looked up in lower case and echoed as sent',
    async (stage) => {
      await stage.fund(500n);
      await stage.send(stage.movement(1, -200n, { username: stage.player.toUpperCase() }), { expects: 200 });
      await stage.checkBalance(stage.player.toUpperCase());
    },
  ),
  rule(
    'nothing but what is required',
    FIELDS,
    'platform, sessionToken, accessToken and detail may be null or absent',
    async (stage) => {
      await stage.fund(500n);
      const none = { platform: null, sessionToken: undefined, accessToken: null, detail: undefined };
      for (const over of [none, { ...none, detail: null, platform: undefined }]) {
        const bare = { seqNo: stage.fresh('bare'), username: stage.player, type: 1, money: -100n } as const;
        await stage.send(bare, { expects: 200, over });
      }
    },
  ),
  rule('members that nobody knows', FIELDS, 'are left alone', async (stage) => {
    await stage.fund(500n);
    await stage.send(stage.movement(1, -100n), {
      expects: 200,
      over: { subChannelId: 0, something: [{ new: true }, '✓'] },
    });
  }),
  rule(
    'an id as it is',
    'increaseCredit: seqNo',
    'ids are never trimmed or cut: they may hold |, spaces and 128 characters',
    async (stage) => {
      await stage.fund(1000n);
      const id = stage.fresh('id');
      const ids = [
        `${id}|bet|1686811358331|wayigame`,
        ` ${id}`,
        `${id} `,
        id.padEnd(127, 'x'),
        id.padEnd(128, 'x'),
        id,
      ];
      for (const seqNo of ids)
        await stage.send(stage.movement(1, -100n, { seqNo, roundCode: ` ${id}` }), { expects: 200 });
    },
  ),
  rule('an id too long', 'increaseCredit: seqNo', 'a seqNo of 129 characters, or none, is 4025', async (stage) => {
    const bet = movementBody(stage.caller, stage.movement(1, -100n));
    for (const seqNo of [stage.fresh('id').padEnd(129, 'x'), '', 'é']) {
      const body = { ...bet, seqNo };
      // Whether such an id is echoed is not written down.
      const text = stage.caller.text('increaseCredit', body);
      await stage.compare({ endpoint: 'increaseCredit', text, expected: refusal({}, [4025]) });
    }
  }),
  rule(
    'a timestamp of another length',
    'increaseCredit: timestamp',
    'anything but 13 digits is 4025, or a name could borrow a digit',
    async (stage) => {
      const bet = movementBody(stage.caller, stage.movement(1, -100n));
      for (const text of [`1${Date.now()}`, String(Math.floor(Date.now() / 1000)), '-1', `${Date.now()}.5`]) {
        await stage.refused('increaseCredit', { ...bet, timestamp: number(text) }, [4025]);
      }
    },
  ),
  rule(
    'a timestamp with a decimal point',
    'increaseCredit: timestamp',
    '1637308132650.0 is fine: eBET has sent it',
    async (stage) => {
      await stage.fund(100n);
      await stage.send(stage.movement(1, -100n), { expects: 200, over: { timestamp: number(`${Date.now()}.0`) } });
    },
  ),
  rule(
    'a settlement days later',
    'increaseCredit: timestamp',
    'movements are taken whatever their age',
    async (stage) => {
      await stage.send(stage.movement(2, 100n), {
        expects: 200,
        over: { timestamp: number(Date.now() - 9 * 86_400_000) },
      });
    },
  ),
);
