import type { Movement, WithholdingLine } from '../movement.js';
import type { MovementCall, Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const FLOW = 'increaseCredit: flow with withholding';
const REMAINDER = 'increaseCredit: one remainder per debit';
const RETURN = 'increaseCredit: type 28';

const back = (seqNo: string, refund: bigint, withHolding = refund): WithholdingLine => ({
  betType: 302,
  withHolding,
  seqNo,
  refund,
});

const returns = (
  stage: Stage,
  money: bigint,
  lines: readonly WithholdingLine[],
  more: Partial<Movement> = {},
): Movement => stage.movement(28, money, { withHoldingList: lines, ...more });

async function withheld(stage: Stage, money: bigint, more: Partial<Movement> = {}): Promise<string> {
  return (await stage.made(27, -money, more)).movement.seqNo;
}

/** One debit that is bet and withholding at once. */
async function betWithWithholding(stage: Stage, money: bigint): Promise<MovementCall> {
  const betList = [{ betType: 601, betMoney: 0n }];
  return stage.bet(money, { betList, withHoldingList: [{ betType: 601, withHolding: money }] });
}

/** eBET, increaseCredit: types 27, 28 and 11, and withHoldingList. */
export const withholdingRules: readonly RuleScript[] = rulesOf(
  'wrong-returns',
  rule('27, 1, 28, 2', FLOW, 'withholding, bet, what is left, payout', async (stage) => {
    await stage.fund(1000n);
    const roundCode = stage.fresh('round');
    const seqNo = await withheld(stage, 400n, { roundCode });
    const bet = await stage.bet(100n, { roundCode });
    await stage.send(returns(stage, 250n, [back(seqNo, 250n, 400n)], { roundCode }), { expects: 200 });
    const line = { betType: 302, betMoney: 100n, seqNo: bet.movement.seqNo, payout: 200n };
    await stage.made(2, 200n, { roundCode, betList: [line] });
  }),
  rule('27, failed 1, 11', FLOW, 'a withholding whose bet failed comes back whole', async (stage) => {
    const roundCode = stage.fresh('round');
    const withHoldingSeqNo = await withheld(stage, 400n, { roundCode });
    await stage.send(stage.movement(1, stage.beyond(), { roundCode }), { expects: 1003 });
    await stage.made(11, 400n, { roundCode, withHoldingSeqNo });
  }),
  rule('withholdingSeqNo', 'increaseCredit: type 11', 'the field is also spelt with a small h', async (stage) => {
    const withholdingSeqNo = await withheld(stage, 400n);
    const returned = stage.movement(11, 400n, { withHoldingSeqNo: withholdingSeqNo });
    const over = { detail: { roundCode: returned.roundCode, withholdingSeqNo } };
    await stage.send(returned, { expects: 200, over });
  }),
  rule(
    'a bet with its withholding in one debit',
    'increaseCredit: type 1',
    'counts as a withholding: a 28 gives it back',
    async (stage) => {
      const { movement } = await betWithWithholding(stage, 300n);
      await stage.send(returns(stage, 120n, [back(movement.seqNo, 120n, 300n)]), { expects: 200 });
      await stage.send(returns(stage, 200n, [back(movement.seqNo, 200n, 300n)]), { expects: 207 });
    },
  ),
  rule('a withholding in parts', REMAINDER, 'parts come back as long as something is outstanding', async (stage) => {
    const seqNo = await withheld(stage, 400n);
    for (const part of [100n, 250n, 50n])
      await stage.send(returns(stage, part, [back(seqNo, part, 400n)]), { expects: 200 });
    await stage.send(returns(stage, 1n, [back(seqNo, 1n, 400n)]), { expects: 207 });
  }),
  rule(
    'more than was withheld',
    REMAINDER,
    'a return beyond what is outstanding is 207 and moves nothing',
    async (stage) => {
      const seqNo = await withheld(stage, 400n);
      await stage.send(returns(stage, 401n, [back(seqNo, 401n, 400n)]), { expects: 207 });
      await stage.checkBalance();
      await stage.send(stage.movement(11, 500n, { withHoldingSeqNo: seqNo }), { expects: 207 });
      await stage.send(returns(stage, 400n, [back(seqNo, 400n)]), { expects: 200 });
      await stage.send(stage.movement(11, 400n, { withHoldingSeqNo: seqNo }), { expects: 207 });
    },
  ),
  rule('a return of several debits', RETURN, 'each part comes off its own debit', async (stage) => {
    const [first, second] = [await withheld(stage, 100n), await withheld(stage, 200n)];
    await stage.send(returns(stage, 250n, [back(first, 100n), back(second, 150n, 200n)]), { expects: 200 });
    await stage.send(returns(stage, 51n, [back(second, 51n, 200n)]), { expects: 207 });
    await stage.send(returns(stage, 50n, [back(second, 50n, 200n)]), { expects: 200 });
  }),
  rule(
    'the same debit twice in a return',
    RETURN,
    'its parts are taken together: beyond the outstanding they are 207',
    async (stage) => {
      const seqNo = await withheld(stage, 100n);
      await stage.send(returns(stage, 120n, [back(seqNo, 60n, 100n), back(seqNo, 60n, 100n)]), { expects: 207 });
      await stage.send(returns(stage, 100n, [back(seqNo, 60n, 100n), back(seqNo, 40n, 100n)]), { expects: 200 });
    },
  ),
  rule('one part of a return is unknown', RETURN, 'it is 206 as a whole: nothing moves', async (stage) => {
    const seqNo = await withheld(stage, 100n);
    await stage.send(returns(stage, 200n, [back(seqNo, 100n), back(stage.fresh('none'), 100n)]), { expects: 206 });
    await stage.checkBalance();
    await stage.send(returns(stage, 100n, [back(seqNo, 100n)]), { expects: 200 });
  }),
  rule('parts that are not the money', RETURN, 'Σ refund must equal money, else 4025', async (stage) => {
    const seqNo = await withheld(stage, 400n);
    await stage.send(returns(stage, 400n, [back(seqNo, 100n, 400n)]), { expects: 4025 });
    await stage.send(returns(stage, 100n, [back(seqNo, 400n)]), { expects: 4025 });
  }),
  rule(
    "another player's withholding",
    REMAINDER,
    "a return of another player's debit is 206",
    async (stage) => {
      const seqNo = await withheld(stage, 400n, { username: stage.at(1) });
      await stage.send(returns(stage, 400n, [back(seqNo, 400n)]), { expects: 206 });
      await stage.send(stage.movement(11, 400n, { withHoldingSeqNo: seqNo }), { expects: 206 });
      await stage.checkBalance();
    },
    { seats: 2 },
  ),
  rule(
    'a payout with withHoldingList',
    REMAINDER,
    'a payout draws on the outstanding, too, and is never refused for it',
    async (stage) => {
      const { movement } = await betWithWithholding(stage, 300n);
      const withHoldingList = [back(movement.seqNo, 200n, 300n)];
      const betList = [{ betType: 601, betMoney: 100n, seqNo: movement.seqNo, payout: 0n }];
      await stage.made(2, 200n, { roundCode: movement.roundCode ?? '', betList, withHoldingList });
      await stage.send(returns(stage, 101n, [back(movement.seqNo, 101n, 300n)]), { expects: 207 });
      await stage.send(returns(stage, 100n, [back(movement.seqNo, 100n, 300n)]), { expects: 200 });
      await stage.made(2, 50n, { withHoldingList: [back(movement.seqNo, 50n, 300n)] });
    },
  ),
);
