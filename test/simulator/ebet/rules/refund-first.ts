import { refund } from '../refund-call.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const WHERE = 'refundSingleWallet: unknown bets';

/** eBET, refundSingleWallet: a bet that is refunded before it comes is blocked. */
export const refundFirstRules: readonly RuleScript[] = rulesOf(
  'refund-first',
  ...([1, 3, 8, 27] as const).map((type) =>
    rule(
      `a refund before its debit, type ${type}`,
      WHERE,
      'the refund is 206; the debit, arriving late, is 209 and never made',
      async (stage) => {
        await stage.fund(500n);
        const debit = stage.movement(type, -300n);
        await refund(stage, [{ bet: debit, expects: 206 }]);
        await stage.again(await stage.send(debit, { expects: 209 }));
        await stage.checkBalance();
        await refund(stage, [{ bet: debit, expects: 206 }]);
        await stage.again(await stage.send(debit, { expects: 209 }));
      },
    ),
  ),
  rule('a refund twice before its bet', WHERE, 'a second refund of an unknown bet is 206 again', async (stage) => {
    const bet = stage.movement(1, -300n);
    await refund(stage, [{ bet, expects: 206 }]);
    await refund(stage, [{ bet, expects: 206 }]);
  }),
  rule(
    'a late bet at the moment of its refund',
    WHERE,
    'whichever is first, the player has his money',
    async (stage) => {
      const { movement } = await stage.bet(300n);
      await refund(stage, [{ bet: movement, expects: 200 }]);
      const late = stage.movement(1, -200n);
      await refund(stage, [{ bet: late, expects: 206 }]);
      await stage.copies(stage.decided(late, { expects: 209 }), 5);
      await stage.checkBalance();
    },
  ),
  rule('a credit under a blocked seqNo', WHERE, 'a block stops debits only', async (stage) => {
    const { seqNo } = stage.movement(1, -300n);
    await refund(stage, [{ bet: { seqNo, money: -300n }, expects: 206 }]);
    await stage.made(2, 150n, { seqNo });
  }),
  rule(
    "another player's bet under a blocked seqNo",
    WHERE,
    'a block is for its player',
    async (stage) => {
      const { seqNo } = stage.movement(1, -300n);
      await refund(stage, [{ bet: { seqNo, money: -300n }, expects: 206 }]);
      await stage.bet(300n, { seqNo, username: stage.at(1) });
    },
    { seats: 2 },
  ),
);
