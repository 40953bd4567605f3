import type { Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const SETTLEMENTS = 'increaseCredit: settlements are not final';
const ORDER = 'increaseCredit: order of arrival';

/** eBET, increaseCredit: any order of arrival comes to the same, and a refused settlement may be sent again. */
export const reorderingRules: readonly RuleScript[] = rulesOf(
  'reordering',
  rule(
    'a return before its withholding',
    SETTLEMENTS,
    'a 28 before its 27 is 206; the same 28 after it is made',
    async (stage) => {
      const withheld = 400n;
      await stage.fund(withheld);
      const withholding = stage.movement(27, -withheld);
      const back = { betType: 302, withHolding: withheld, seqNo: withholding.seqNo, refund: withheld };
      const returned = stage.movement(28, withheld, { withHoldingList: [back] });
      await stage.send(returned, { expects: 206 });
      await stage.send(returned, { expects: 206 });
      await stage.send(withholding, { expects: 200 });
      await stage.again(await stage.send(returned, { expects: 200 }));
    },
  ),
  rule(
    'a failed bet before its withholding',
    SETTLEMENTS,
    'an 11 before its 27 is 206; the same 11 after it is made',
    async (stage) => {
      await stage.fund(400n);
      const withholding = stage.movement(27, -400n);
      const returned = stage.movement(11, 400n, { withHoldingSeqNo: withholding.seqNo });
      await stage.send(returned, { expects: 206 });
      await stage.send(withholding, { expects: 200 });
      await stage.again(await stage.send(returned, { expects: 200 }));
    },
  ),
  rule(
    'a refused settlement is sent again',
    SETTLEMENTS,
    'a correction that found too little money is made once there is enough',
    async (stage) => {
      const correction = stage.movement(37, stage.beyond(300n));
      await stage.send(correction, { expects: 1003 });
      await stage.send(correction, { expects: 1003 });
      await stage.made(38, 300n);
      await stage.again(await stage.send(correction, { expects: 200 }));
      await stage.made(38, 1000n);
    },
  ),
  rule(
    'a refused award reversal is sent again',
    SETTLEMENTS,
    'a 15 that found too little money is made once there is enough',
    async (stage) => {
      const reversal = stage.movement(15, stage.beyond());
      await stage.send(reversal, { expects: 1003 });
      await stage.made(14, 1n);
      await stage.send(reversal, { expects: 200 });
      await stage.made(38, 1000n);
    },
  ),
  rule(
    'a refused settlement with another request',
    SETTLEMENTS,
    'it does not take its seqNo: another request may have it',
    async (stage) => {
      const { seqNo } = (await stage.send(stage.movement(37, stage.beyond()), { expects: 1003 })).movement;
      await stage.send(stage.movement(2, 250n, { seqNo }), { expects: 200 });
    },
  ),
  rule('a payout before its bet', ORDER, 'both are made', async (stage) => {
    await stage.fund(500n);
    const roundCode = stage.fresh('round');
    const bet = stage.movement(1, -200n, { roundCode });
    const line = { betType: 60, betMoney: 200n, seqNo: bet.seqNo, payout: 400n };
    await stage.made(2, 400n, { roundCode, betList: [line] });
    await stage.send(bet, { expects: 200 });
  }),
  rule('a correction before its payout', ORDER, 'both are made', async (stage: Stage) => {
    const roundCode = stage.fresh('round');
    const { movement } = await stage.bet(200n, { roundCode });
    const line = (payout: bigint) => [{ betType: 60, betMoney: 200n, seqNo: movement.seqNo, payout }];
    await stage.made(37, 100n, { roundCode, betList: line(200n), modifyBetList: line(300n) });
    await stage.made(2, 200n, { roundCode, betList: line(200n) });
  }),
);
