import { batch, batchBody, batchDecided } from '../batch-call.js';
import { refund } from '../refund-call.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const LINES = 'autoBatchRefund: lines';
const REQUEST = 'autoBatchRefund: seqNo';
const ANSWER = 'autoBatchRefund: answer';

/** eBET, autoBatchRefund. */
export const batchRules: readonly RuleScript[] = rulesOf(
  'batch-refunds',
  rule('a batch of one', LINES, 'the bet comes back whole', async (stage) => {
    const { movement } = await stage.bet(stage.stake());
    await batch(stage, [{ bet: movement, expects: 200 }]);
    await stage.checkBalance();
  }),
  rule(
    'a batch of good and bad lines',
    LINES,
    'one bad line never stops the others, and failed lines are left out',
    async (stage) => {
      const roundCode = stage.fresh('round');
      const [first, second] = [await stage.bet(100n, { roundCode }), await stage.bet(200n, { roundCode })];
      const wrong = await stage.bet(300n, { roundCode });
      const credit = await stage.made(2, 50n, { roundCode });
      const none = stage.movement(1, -70n, { roundCode });
      await batch(stage, [
        { bet: none, expects: 206 },
        { bet: first.movement, expects: 200 },
        { bet: wrong.movement, refundMoney: 299n, expects: 207 },
        { bet: credit.movement, refundMoney: 50n, expects: 208 },
        { bet: second.movement, expects: 200 },
      ]);
      await stage.checkBalance();
      await refund(stage, [{ bet: wrong.movement, expects: 200 }]);
    },
  ),
  rule(
    'a batch line with a wrong amount',
    LINES,
    'a line that is not the recorded debit fails and moves nothing',
    async (stage) => {
      const { movement } = await stage.bet(500n);
      await batch(stage, [{ bet: movement, refundMoney: 499n, expects: 207 }]);
      await batch(stage, [{ bet: movement, refundMoney: 501n, expects: 207 }]);
      await batch(stage, [{ bet: movement, refundMoney: -500n, expects: 207 }]);
      await stage.checkBalance();
    },
  ),
  rule(
    'a batch line above the threshold',
    'autoBatchRefund: refundThreshold',
    'it is left alone: no refund, no block',
    async (stage) => {
      const roundCode = stage.fresh('round');
      const [small, large] = [await stage.bet(100n, { roundCode }), await stage.bet(101n, { roundCode })];
      const coming = stage.movement(1, -500n);
      await stage.fund(500n);
      await batch(
        stage,
        [
          { bet: small.movement, expects: 200 },
          { bet: large.movement, expects: 'left alone' },
          { bet: coming, expects: 'left alone' },
        ],
        { threshold: 100n },
      );
      await stage.checkBalance();
      await stage.send(coming, { expects: 200 });
      await refund(stage, [{ bet: large.movement, expects: 200 }]);
    },
  ),
  rule('the same bet twice in a batch', LINES, 'the second line is 209', async (stage) => {
    const { movement } = await stage.bet(500n);
    await batch(stage, [
      { bet: movement, expects: 200 },
      { bet: movement, expects: 209 },
    ]);
    await stage.checkBalance();
  }),
  rule('a batch with a bet refunded before', LINES, 'it is listed as 209, and counted', async (stage) => {
    const roundCode = stage.fresh('round');
    const [before, now] = [await stage.bet(100n, { roundCode }), await stage.bet(200n, { roundCode })];
    await refund(stage, [{ bet: before.movement, expects: 200 }]);
    await batch(stage, [
      { bet: before.movement, expects: 209 },
      { bet: now.movement, expects: 200 },
    ]);
    await stage.checkBalance();
  }),
  rule('a batch of failures only', ANSWER, 'its group has an empty list and 0', async (stage) => {
    const { movement } = await stage.send(stage.movement(1, stage.beyond()), { expects: 1003 });
    await batch(stage, [{ bet: movement, expects: 208 }]);
    await stage.checkBalance();
  }),
  rule('a batch of several rounds', ANSWER, 'one group per player and round', async (stage) => {
    const rounds = [stage.fresh('round'), stage.fresh('round')] as const;
    const bets = [];
    for (const roundCode of [...rounds, ...rounds]) bets.push(await stage.bet(stage.stake(), { roundCode }));
    await batch(
      stage,
      bets.map(({ movement }) => ({ bet: movement, expects: 200 })),
    );
    await stage.checkBalance();
  }),
  rule(
    'a batch of several players',
    ANSWER,
    "each player's bets come back to him",
    async (stage) => {
      const roundCode = stage.fresh('round');
      const bets = [];
      for (const username of stage.players) bets.push(await stage.bet(stage.stake(), { username, roundCode }));
      await batch(
        stage,
        bets.map(({ movement }) => ({ bet: movement, expects: 200 })),
      );
      await stage.checkBalance();
    },
    { seats: 3 },
  ),
  rule(
    "a batch line with another player's bet",
    LINES,
    'it fails, and moves nothing for neither',
    async (stage) => {
      const { movement } = await stage.bet(500n);
      await batch(stage, [{ bet: movement, username: stage.at(1), expects: 4037 }]);
      await stage.checkBalance();
    },
    { seats: 2 },
  ),
  rule('a batch before its bet', LINES, 'the bet is blocked: arriving late it is 209', async (stage) => {
    await stage.fund(500n);
    const bet = stage.movement(1, -500n);
    await batch(stage, [{ bet, expects: 206 }]);
    await stage.again(await stage.send(bet, { expects: 209 }));
    await stage.checkBalance();
    await batch(stage, [{ bet, expects: 206 }]);
  }),
  rule('a batch again', REQUEST, 'the first answer again', async (stage) => {
    const { movement } = await stage.bet(500n);
    const call = await batch(stage, [
      { bet: movement, expects: 200 },
      { bet: stage.movement(1, -50n), expects: 206 },
    ]);
    await stage.bet(20n);
    await stage.compare(call);
    await stage.checkBalance();
  }),
  rule('copies of a batch at once', REQUEST, 'one of them moves the money, all get the same answer', async (stage) => {
    const { movement } = await stage.bet(500n);
    await stage.copies(batchDecided(stage, [{ bet: movement, expects: 200 }]), 8);
    await stage.checkBalance();
  }),
  rule(
    'a batch with another list',
    REQUEST,
    'the same seqNo with another list is 4025 and moves nothing',
    async (stage) => {
      const [first, second] = [await stage.bet(300n), await stage.bet(200n)];
      const seqNo = stage.fresh('batch');
      await batch(stage, [{ bet: first.movement, expects: 200 }], { over: { seqNo } });
      const other = { ...batchBody(stage, [{ bet: second.movement, expects: 200 }]), seqNo };
      await stage.refused('autoBatchRefund', other, [4025]);
      await stage.checkBalance();
    },
  ),
  rule(
    'a batch signed without the channel',
    'autoBatchRefund: signature',
    'the signed text may be timestamp alone, or channelId and timestamp',
    async (stage) => {
      const { movement } = await stage.bet(500n);
      const call = batchDecided(stage, [{ bet: movement, expects: 200 }]);
      const timestamp = /"timestamp":(\d+)/.exec(call.text)?.[1] ?? '';
      const signature = stage.caller.sign(timestamp);
      const text = call.text.replace(/"signature":"[^"]*"/, () => `"signature":${JSON.stringify(signature)}`);
      await stage.compare({ ...call, text });
      await stage.checkBalance();
    },
  ),
);
