import { refusal } from '../answers.js';
import { queryAnswer, queryBody, record } from '../records.js';
import { refund } from '../refund-call.js';
import type { Stage } from '../stage.js';
import { rule, type RuleScript } from './rule-script.js';

const WHERE = 'queryIncreaseCreditRecord: creditRecord';

async function query(stage: Stage, seqNos: readonly string[]): Promise<void> {
  const body = queryBody(stage.caller, stage.player, seqNos);
  const text = stage.caller.text('queryIncreaseCreditRecord', body);
  const expected = queryAnswer(stage.model, body, stage.player, seqNos);
  await stage.compare({ endpoint: 'queryIncreaseCreditRecord', text, expected });
}

/** eBET, queryIncreaseCreditRecord. */
export const queryRules: readonly RuleScript[] = [
  rule('what was made', WHERE, '200 with the balances of the time and the signed money', async (stage) => {
    const bet = await stage.bet(100n);
    const payout = await stage.made(2, 50n);
    const nothing = await stage.made(2, 0n);
    await query(
      stage,
      [bet, payout, nothing].map(({ movement }) => movement.seqNo),
    );
  }),
  rule('what was refunded', WHERE, 'a bet that was refunded since is 209', async (stage) => {
    const [kept, back] = [await stage.bet(100n), await stage.bet(200n)];
    await refund(stage, [{ bet: back.movement, expects: 200 }]);
    await query(stage, [kept.movement.seqNo, back.movement.seqNo]);
  }),
  rule('what was refused', WHERE, 'a refused stake has the status of its refusal', async (stage) => {
    const beyond = await stage.send(stage.movement(1, stage.beyond()), { expects: 1003 });
    const blocked = stage.movement(1, -10n);
    await stage.fund(10n);
    await refund(stage, [{ bet: blocked, expects: 206 }]);
    await stage.send(blocked, { expects: 209 });
    await query(stage, [beyond.movement.seqNo, blocked.seqNo]);
  }),
  rule('what is not known', WHERE, 'unknown and merely blocked seqNos are left out; none known: []', async (stage) => {
    const blocked = stage.movement(1, -10n);
    await refund(stage, [{ bet: blocked, expects: 206 }]);
    await query(stage, [stage.fresh('none'), blocked.seqNo]);
    const { movement } = await stage.bet(10n);
    await query(stage, [stage.fresh('none'), movement.seqNo, blocked.seqNo]);
  }),
  rule('in the order asked', WHERE, 'a line for each, each once, in the order asked', async (stage) => {
    const calls = [await stage.bet(10n), await stage.made(2, 20n), await stage.bet(30n)];
    const [first = '', second = '', third = ''] = calls.map(({ movement }) => movement.seqNo);
    await query(stage, [third, first, second, third, first]);
  }),
  rule(
    "another player's records",
    WHERE,
    'are left out',
    async (stage) => {
      const theirs = await stage.bet(10n, { username: stage.at(1) });
      const own = await stage.bet(20n);
      await query(stage, [theirs.movement.seqNo, own.movement.seqNo]);
    },
    { seats: 2 },
  ),
  rule(
    'all of a round',
    'queryIncreaseCreditRecord: querySeqNo',
    'an empty list means all records of the round, by time',
    async (stage) => {
      const roundCode = stage.fresh('round');
      const calls = [await stage.bet(10n, { roundCode }), await stage.bet(20n, { roundCode })];
      await stage.bet(40n);
      calls.push(await stage.made(2, 30n, { roundCode }));
      const body = queryBody(stage.caller, stage.player, [], roundCode);
      const creditRecord = calls.flatMap(({ movement }) => {
        const entry = stage.model.entries.get(movement.seqNo);
        return entry ? [record(entry)] : [];
      });
      const text = stage.caller.text('queryIncreaseCreditRecord', body);
      await stage.compare({
        endpoint: 'queryIncreaseCreditRecord',
        text,
        expected: refusal(body, [200], { creditRecord }),
      });
    },
  ),
  rule(
    'the records of nobody',
    'queryIncreaseCreditRecord: username',
    'an unknown player is 4037, or has no records',
    async (stage) => {
      const username = stage.fresh('nobody').toLowerCase();
      const body = queryBody(stage.caller, username, [stage.fresh('none')]);
      await stage.refused('queryIncreaseCreditRecord', body, [4037, 200]);
    },
  ),
];
