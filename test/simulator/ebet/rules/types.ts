import { amount } from '../../expectation.js';
import { movementBody } from '../movement-body.js';
import type { Movement } from '../movement.js';
import type { Stage } from '../stage.js';
import { TRANSACTION_TYPES, transactionType, type TypeNumber } from '../transaction-types.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const NUMBERS = Object.keys(TRANSACTION_TYPES).map((text) => Number(text) as TypeNumber);

/** What a return names, made first. */
async function namedBy(stage: Stage, type: TypeNumber, money: bigint): Promise<Partial<Movement>> {
  if (type === 8 || type === 9) return { table: { tableCode: 'B1', tableType: 1, tableSubType: 0, matchId: 1024 } };
  if (type !== 11 && type !== 28) return {};
  const { movement } = await stage.made(27, -money);
  const { seqNo } = movement;
  if (type === 11) return { withHoldingSeqNo: seqNo };
  return { withHoldingList: [{ betType: 302, withHolding: money, seqNo, refund: money }] };
}

const perType: readonly RuleScript[] = NUMBERS.flatMap((type) => {
  const { name, sign } = transactionType(type);
  const where = `increaseCredit: type ${type}`;
  const moves = {
    takes: 'takes what it says from the player',
    gives: 'gives the player what it says',
    either: 'moves the difference, in either direction',
  }[sign];
  return [
    rule(`type ${type}, ${name}`, where, moves, async (stage) => {
      const money = stage.stake() + 5n;
      if (sign !== 'takes') await stage.made(type, money, await namedBy(stage, type, money));
      if (sign !== 'gives') await stage.made(type, -money);
    }),
    rule(`type ${type} with money 0`, where, 'zero is allowed, recorded, and moves nothing', async (stage) => {
      const call = await stage.made(type, 0n);
      await stage.again(call);
    }),
    ...(sign === 'either'
      ? []
      : rulesOf(
          'unknown-types',
          rule(
            `type ${type} with the wrong sign`,
            where,
            'money of the wrong sign is 4025 and moves nothing',
            async (stage) => {
              const money = stage.stake();
              await stage.fund(money);
              const wrong = stage.movement(type, sign === 'takes' ? money : -money);
              const unmoved = { money: amount(stage.balance()), moneyBefore: amount(stage.balance()) };
              await stage.refused('increaseCredit', movementBody(stage.caller, wrong), [4025], unmoved);
            },
          ),
        )),
  ];
});

const unknownTypes = rulesOf(
  'unknown-types',
  ...[0, 4, 7, 99, -1].map((type) =>
    rule(
      `type ${type}, which there is not`,
      'increaseCredit: type',
      'an unknown type is 4029 and moves nothing',
      async (stage) => {
        const bet = movementBody(stage.caller, stage.movement(1, stage.random.chance(0.5) ? -100n : 100n));
        await stage.refused('increaseCredit', { ...bet, type }, [4029]);
      },
    ),
  ),
);

/** eBET, increaseCredit: the table of transaction types. */
export const typeRules: readonly RuleScript[] = [...perType, ...unknownTypes];
