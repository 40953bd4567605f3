import { amount } from '../../expectation.js';
import type { Body } from '../../exact-json.js';
import { number } from '../../exact-json.js';
import { movementBody } from '../movement-body.js';
import type { Movement } from '../movement.js';
import type { Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const WHERE = 'increaseCredit: seqNo';

const duplicates = rulesOf(
  'duplicates',
  rule('a bet again', WHERE, 'the same bet again gets the first answer and takes nothing', async (stage) => {
    const call = await stage.bet(stage.stake());
    await stage.again(call);
  }),
  rule(
    'a bet again, later',
    WHERE,
    'the first answer comes again, with the balances of the time, after other movements',
    async (stage) => {
      const call = await stage.bet(stage.stake());
      await stage.made(2, 300n);
      await stage.made(38, 20n);
      await stage.again(call);
      await stage.bet(70n);
      await stage.again(call);
    },
  ),
  rule('a payout again', WHERE, 'the same payout again gets the first answer and gives nothing', async (stage) => {
    const call = await stage.made(2, stage.stake());
    await stage.again(call);
    await stage.bet(50n);
    await stage.again(call);
  }),
  rule(
    'a bet again with another timestamp',
    WHERE,
    'a repeat may have a timestamp and a signature of its own',
    async (stage) => {
      const { movement } = await stage.bet(stage.stake());
      await stage.send(movement, { expects: 200, over: { timestamp: number(Date.now() + 1234) } });
    },
  ),
  rule(
    'a bet again written otherwise',
    WHERE,
    'a repeat is the same request if its amount has the same value',
    async (stage) => {
      const { movement } = await stage.bet(12_50n);
      await stage.send(movement, { expects: 200, moneyText: '-12.50' });
      await stage.send(movement, { expects: 200, moneyText: '-12.5' });
    },
  ),
  rule(
    'twenty copies of a bet at once',
    WHERE,
    'one of them takes the money, all get the same answer',
    async (stage) => {
      const bet = stage.movement(1, -stage.stake());
      await stage.fund(-bet.money * 20n);
      await stage.copies(stage.decided(bet, { expects: 200 }), 20);
      await stage.checkBalance();
    },
  ),
  rule(
    'twenty copies of a payout at once',
    WHERE,
    'one of them gives the money, all get the same answer',
    async (stage) => {
      await stage.copies(stage.decided(stage.movement(2, stage.stake()), { expects: 200 }), 20);
      await stage.checkBalance();
    },
  ),
);

const lost = rulesOf(
  'lost-answers',
  ...([1, 2] as const).map((type) =>
    rule(
      `type ${type} whose answers are lost`,
      WHERE,
      'after three answers that got lost, the fourth call gets the first answer',
      async (stage) => {
        const money = stage.stake();
        await stage.fund(money);
        const call = stage.decided(stage.movement(type, type === 1 ? -money : money), { expects: 200 });
        for (const lost of ['when answered', 'when sent', 'when answered'] as const) await stage.lose(call, lost);
        await stage.again(call);
        await stage.checkBalance();
      },
    ),
  ),
);

/** A made movement's seqNo with something else in the request: 4025, and the balance is what it was. */
async function reuse(
  stage: Stage,
  made: Movement,
  changed: Partial<Movement>,
  over: Readonly<Record<string, Body>> = {},
): Promise<void> {
  await stage.fund(1000n);
  const body = { ...movementBody(stage.caller, { ...made, ...changed }), ...over };
  const balance = amount(stage.balance(changed.username ?? made.username));
  await stage.refused('increaseCredit', body, [4025], { money: balance, moneyBefore: balance });
  await stage.checkBalance();
}

const says = 'a known seqNo with a different request is 4025 and moves nothing';
const reused = rulesOf(
  'reused-seqnos',
  rule('another amount under a known seqNo', WHERE, says, async (stage) => {
    const { movement } = await stage.bet(500n);
    await reuse(stage, movement, { money: -600n });
    await reuse(stage, movement, { money: -400n });
  }),
  rule('another type under a known seqNo', WHERE, says, async (stage) => {
    const { movement } = await stage.bet(500n);
    await reuse(stage, movement, { type: 3 });
    await reuse(stage, movement, { type: 2, money: 500n });
  }),
  rule('another round under a known seqNo', WHERE, says, async (stage) => {
    const { movement } = await stage.bet(500n);
    await reuse(stage, movement, { roundCode: stage.fresh('round') });
  }),
  rule('other bets under a known seqNo', WHERE, says, async (stage) => {
    const [first, second] = [await stage.bet(100n), await stage.bet(100n)];
    const line = (seqNo: string) => [{ betType: 60, betMoney: 100n, seqNo, payout: 200n }];
    const { movement } = await stage.made(2, 200n, { betList: line(first.movement.seqNo) });
    await reuse(stage, movement, { betList: line(second.movement.seqNo) });
  }),
  {
    ...rule('another player under a known seqNo', WHERE, says, async (stage) => {
      const { movement } = await stage.bet(500n);
      await reuse(stage, movement, { username: stage.at(1) });
    }),
    seats: 2,
  },
  rule(
    'the seqNo of a refused bet',
    WHERE,
    'a refused stake keeps its seqNo: another request under it is 4025',
    async (stage) => {
      const { movement } = await stage.send(stage.movement(1, stage.beyond()), { expects: 1003 });
      await reuse(stage, movement, { money: -100n });
    },
  ),
);

/** eBET, increaseCredit: seqNo is unique for ever, and a repeat gets the first answer. */
export const repeatRules: readonly RuleScript[] = [...duplicates, ...lost, ...reused];
