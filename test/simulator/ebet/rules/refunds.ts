import { businessAnswer, insist } from '../../comparison.js';
import { number } from '../../exact-json.js';
import { differenceOf, integer } from '../../expectation.js';
import type { Options } from '../../options.js';
import { refund, refundBody, refundDecided } from '../refund-call.js';
import type { Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const LINES = 'refundSingleWallet: lines';
const REQUEST = 'refundSingleWallet: seqNo';

/** Requests for one bet at the same moment, in whatever order the wallet takes them: one makes the refund. */
async function raced(stage: Stage): Promise<void> {
  const { caller, model, player } = stage;
  const { movement } = await stage.bet(300n);
  const texts = Array.from({ length: 4 }, () =>
    caller.text('refundSingleWallet', refundBody(stage, player, [{ bet: movement, expects: 200 }])),
  );
  const answers = await Promise.all(
    texts.map(async (text) => ({ text, answer: await caller.send('refundSingleWallet', text) })),
  );
  model.refundLine(player, movement.seqNo, 300n);
  const line = (status: number) =>
    businessAnswer({ status: integer(200), resultList: [{ refundSeqNo: movement.seqNo, status: integer(status) }] });
  const isMade = ({ answer }: (typeof answers)[number]) =>
    Number(differenceOf(line(200).body ?? null, answer.json) === undefined);
  const inOrder = answers.toSorted((one, other) => isMade(other) - isMade(one));
  for (const [index, { text, answer }] of inOrder.entries()) {
    const request = { path: '/refundSingleWallet', body: text };
    insist(caller.connection.tally, stage.name, request, line(index === 0 ? 200 : 209), answer);
  }
  await stage.checkBalance();
}

const always = rulesOf(
  'manual-refunds',
  rule('a bet is refunded', LINES, 'it comes back whole, with the balances before and after', async (stage) => {
    const { movement } = await stage.bet(stage.stake());
    await refund(stage, [{ bet: movement, expects: 200 }]);
  }),
  rule('any debit is refunded', LINES, 'tips, fees and withholdings come back, too', async (stage) => {
    for (const type of [3, 8, 27] as const) {
      const { movement } = await stage.made(type, -stage.stake());
      await refund(stage, [{ bet: movement, expects: 200 }]);
    }
  }),
  rule('a list of good and bad lines', LINES, 'each line stands alone with a status of its own', async (stage) => {
    const [good, other] = [await stage.bet(100n), await stage.bet(20n)];
    const payout = await stage.made(2, 50n);
    const declined = await stage.send(stage.movement(1, stage.beyond()), { expects: 1003 });
    const none = { seqNo: stage.fresh('none'), money: -100n };
    await refund(stage, [
      { bet: none, expects: 206 },
      { bet: good.movement, expects: 200 },
      { bet: payout.movement, refundMoney: -50n, expects: 208 },
      { bet: other.movement, refundMoney: -19n, expects: 207 },
      { bet: declined.movement, expects: 208 },
      { bet: good.movement, expects: 209 },
    ]);
    await refund(stage, [{ bet: other.movement, expects: 200 }]);
  }),
  rule('a wrong amount', LINES, 'a refund that is not the recorded debit is 207 and moves nothing', async (stage) => {
    const { movement } = await stage.bet(500n);
    for (const refundMoney of [-499n, -501n, -5000n])
      await refund(stage, [{ bet: movement, refundMoney, expects: 207 }]);
  }),
  rule('an amount with the wrong sign', LINES, 'a refundMoney above 0 is 207', async (stage) => {
    const { movement } = await stage.bet(500n);
    await refund(stage, [{ bet: movement, refundMoney: 500n, expects: 207 }]);
    await refund(stage, [{ bet: movement, expects: 200 }]);
  }),
  rule('a bet that was declined', LINES, 'it moved no money out: 208', async (stage) => {
    const { movement } = await stage.send(stage.movement(1, stage.beyond(100n)), { expects: 1003 });
    await refund(stage, [{ bet: movement, expects: 208 }]);
  }),
  rule('a credit', LINES, 'it moved no money out: 208', async (stage) => {
    const { movement } = await stage.made(2, 100n);
    await refund(stage, [{ bet: movement, refundMoney: -100n, expects: 208 }]);
  }),
  rule('a correction', LINES, 'it is no bet: 208', async (stage) => {
    const { movement } = await stage.made(37, -100n);
    await refund(stage, [{ bet: movement, expects: 208 }]);
  }),
  rule('a bet refunded before', LINES, 'another request for it is 209 and moves nothing', async (stage) => {
    const { movement } = await stage.bet(500n);
    await refund(stage, [{ bet: movement, expects: 200 }]);
    await refund(stage, [{ bet: movement, expects: 209 }]);
  }),
  rule('the same bet twice in a list', LINES, 'the second line is 209', async (stage) => {
    const { movement } = await stage.bet(500n);
    await refund(stage, [
      { bet: movement, expects: 200 },
      { bet: movement, expects: 209 },
    ]);
  }),
  rule(
    "another player's bet",
    LINES,
    'is 4037 and moves nothing, for neither',
    async (stage) => {
      const { movement } = await stage.bet(500n, { username: stage.at(1) });
      await refund(stage, [{ bet: movement, expects: 4037 }]);
      await stage.checkBalance();
      await refund(stage, [{ bet: movement, expects: 200 }], { username: stage.at(1) });
    },
    { seats: 2 },
  ),
  rule(
    'a line of another name',
    LINES,
    'a line whose username is not the signed one is 4037',
    async (stage) => {
      const { movement } = await stage.bet(500n);
      await refund(stage, [{ bet: movement, username: stage.at(1), expects: 4037 }]);
      await refund(stage, [{ bet: movement, expects: 200 }]);
    },
    { seats: 2 },
  ),
  rule('another roundCode', LINES, 'roundCode is not compared: it is not signed', async (stage) => {
    const { movement } = await stage.bet(500n);
    await refund(stage, [{ bet: movement, roundCode: stage.fresh('round'), expects: 200 }]);
  }),
  rule('a line without refundSeqNo', LINES, '4025 for the whole request', async (stage) => {
    const { movement } = await stage.bet(500n);
    const body = refundBody(stage, stage.player, [{ bet: movement, expects: 200 }]);
    const refundList = [{ refundSeqNo: movement.seqNo, refundMoney: number('-5') }, { refundMoney: number('-5') }];
    await stage.refused('refundSingleWallet', { ...body, refundList }, [4025]);
    await stage.checkBalance();
  }),
  rule('a refund request again', REQUEST, 'the first answer again, line by line', async (stage) => {
    const [first, second] = [await stage.bet(300n), await stage.bet(200n)];
    const call = await refund(stage, [
      { bet: first.movement, expects: 200 },
      { bet: { seqNo: stage.fresh('none'), money: -100n }, expects: 206 },
    ]);
    await stage.bet(50n);
    await stage.compare(call);
    await refund(stage, [{ bet: second.movement, expects: 200 }]);
    await stage.compare(call);
  }),
  rule(
    'copies of a refund request at once',
    REQUEST,
    'one of them moves the money, all get the same answer',
    async (stage) => {
      const { movement } = await stage.bet(300n);
      await stage.copies(refundDecided(stage, [{ bet: movement, expects: 200 }]), 10);
    },
  ),
  rule(
    'a refund request with another list',
    REQUEST,
    'the same seqNo with another list is 4025 and moves nothing',
    async (stage) => {
      const [first, second] = [await stage.bet(300n), await stage.bet(200n)];
      const body = refundBody(stage, stage.player, [{ bet: first.movement, expects: 200 }]);
      const { seqNo = '' } = body;
      await refund(stage, [{ bet: first.movement, expects: 200 }], { over: { seqNo } });
      const other = refundBody(stage, stage.player, [{ bet: second.movement, expects: 200 }]);
      await stage.refused('refundSingleWallet', { ...other, seqNo }, [4025]);
      await stage.checkBalance();
    },
  ),
  rule('a seqNo of a refund request and of a bet', REQUEST, 'they live in namespaces apart', async (stage) => {
    const { movement } = await stage.bet(300n);
    const { seqNo } = movement;
    await refund(stage, [{ bet: movement, expects: 200 }], { seqNo });
    const request = stage.fresh('shared');
    const { movement: other } = await stage.bet(200n);
    await refund(stage, [{ bet: other, expects: 200 }], { seqNo: request });
    await stage.bet(100n, { seqNo: request });
  }),
  rule('refunds of a bet at once', REQUEST, 'of four requests for one bet exactly one is credited', raced),
  rule(
    'a withholding of which a part came back',
    LINES,
    'a debit partly returned is not refundable: 207',
    async (stage) => {
      const { movement } = await stage.made(27, -400n);
      const line = { betType: 302, withHolding: 400n, seqNo: movement.seqNo, refund: 100n };
      await stage.made(28, 100n, { withHoldingList: [line] });
      await refund(stage, [{ bet: movement, expects: 207 }]);
      await stage.checkBalance();
    },
  ),
  rule(
    'a return of what was refunded',
    LINES,
    'a refunded withholding has nothing left to return: 207',
    async (stage) => {
      const { movement } = await stage.made(27, -400n);
      await refund(stage, [{ bet: movement, expects: 200 }]);
      const line = { betType: 302, withHolding: 400n, seqNo: movement.seqNo, refund: 400n };
      await stage.send(stage.movement(28, 400n, { withHoldingList: [line] }), { expects: 207 });
      await stage.send(stage.movement(11, 400n, { withHoldingSeqNo: movement.seqNo }), { expects: 207 });
    },
  ),
  rule(
    'a failed bet of a round that was paid out',
    LINES,
    'judged per bet, never per round: it is refunded',
    async (stage) => {
      const roundCode = stage.fresh('round');
      const [counted, failed] = [await stage.bet(100n, { roundCode }), await stage.bet(70n, { roundCode })];
      const line = { betType: 60, betMoney: 100n, seqNo: counted.movement.seqNo, payout: 200n };
      await stage.made(2, 200n, { roundCode, betList: [line] });
      await refund(stage, [{ bet: failed.movement, expects: 200 }]);
    },
  ),
  rule(
    'a name in capitals is refunded',
    'refundSingleWallet: username',
    'names are looked up in lower case',
    async (stage) => {
      const { movement } = await stage.bet(100n);
      await refund(stage, [{ bet: movement, expects: 200 }], { username: stage.player.toUpperCase() });
    },
  ),
);

/** eBET, refundSingleWallet. */
export function refundRules({ refundPaidOutBets }: Options): readonly RuleScript[] {
  const paidOut = rule(
    'a bet that was paid out',
    LINES,
    refundPaidOutBets ? 'is refunded: the channel says so' : 'a bet that a payout named with betMoney ≠ 0 is 208',
    async (stage) => {
      const { movement } = await stage.bet(100n);
      const line = { betType: 60, betMoney: 100n, seqNo: movement.seqNo, payout: 200n };
      await stage.made(2, 200n, { roundCode: movement.roundCode ?? '', betList: [line] });
      await refund(stage, [{ bet: movement, expects: refundPaidOutBets ? 200 : 208 }]);
    },
  );
  return [...always, ...rulesOf('manual-refunds', paidOut)];
}
