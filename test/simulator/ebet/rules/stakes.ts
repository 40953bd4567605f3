import { businessAnswer, insist } from '../../comparison.js';
import { integer } from '../../expectation.js';
import { statusOf } from '../caller.js';
import { movementBody } from '../movement-body.js';
import type { Stage } from '../stage.js';
import { transactionType, type TypeNumber } from '../transaction-types.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const FINAL = 'increaseCredit: stakes are final';
const STAKES: readonly TypeNumber[] = [1, 3, 8, 27];

const finality = rulesOf(
  'overdrafts',
  ...STAKES.map((type) =>
    rule(
      `type ${type} beyond the balance`,
      FINAL,
      `a ${transactionType(type).name} beyond the balance is 1003, and stays so after a deposit`,
      async (stage) => {
        const refused = await stage.send(stage.movement(type, stage.beyond()), { expects: 1003 });
        await stage.made(38, 500n);
        await stage.again(refused);
        await stage.checkBalance();
      },
    ),
  ),
  rule('copies of a refused bet at once', FINAL, 'all are refused with the same answer', async (stage) => {
    await stage.copies(stage.decided(stage.movement(1, stage.beyond()), { expects: 1003 }), 10);
  }),
);

/** Different bets at the same moment, of which only three can be paid, whichever the wallet takes first. */
async function overspend(stage: Stage): Promise<void> {
  const { caller, model, player } = stage;
  await stage.fund(1000n);
  const before = stage.balance();
  const money = before / 3n;
  const texts = Array.from({ length: 12 }, () =>
    caller.text('increaseCredit', movementBody(caller, stage.movement(1, -money))),
  );
  const answers = await Promise.all(
    texts.map(async (text) => ({ text, answer: await caller.send('increaseCredit', text) })),
  );
  const isAccepted = ({ answer }: (typeof answers)[number]) => Number(statusOf(answer.json) === 200);
  const inOrder = answers.toSorted((one, other) => isAccepted(other) - isAccepted(one));
  for (const [index, { text, answer }] of inOrder.entries()) {
    const expected = businessAnswer({ status: integer(index < 3 ? 200 : 1003) });
    insist(caller.connection.tally, stage.name, { path: '/increaseCredit', body: text }, expected, answer);
  }
  model.adopt(player, before - money * 3n);
  await stage.checkBalance();
}

const funds = rulesOf(
  'overdrafts',
  rule(
    'the whole balance',
    'increaseCredit: funds',
    'a bet of all there is leaves 0, and one cent more is 1003',
    async (stage) => {
      await stage.fund(300n);
      const all = stage.balance();
      await stage.send(stage.movement(1, -all), { expects: 200 });
      await stage.send(stage.movement(1, -1n), { expects: 1003 });
      await stage.made(38, all);
    },
  ),
  rule(
    'bets at once beyond the balance',
    'increaseCredit: funds',
    'of twelve bets of a third, three are accepted',
    overspend,
  ),
  rule(
    'money that a refusal shows',
    'increaseCredit: answers',
    'money and moneyBefore of a refusal are the present balance',
    async (stage) => {
      await stage.send(stage.movement(1, stage.beyond(100n)), { expects: 1003 });
      await stage.send(stage.movement(2, 123n), { expects: 200 });
      await stage.send(stage.movement(27, stage.beyond(100n)), { expects: 1003 });
    },
  ),
);

/** eBET, increaseCredit: stakes are final, and nobody spends what he has not. */
export const stakeRules: readonly RuleScript[] = [...finality, ...funds];
