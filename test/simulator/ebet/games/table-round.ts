import { number, type Members } from '../../exact-json.js';
import { fixed, short } from '../../money.js';
import type { BetLine } from '../movement.js';
import type { MovementCall, Stage } from '../stage.js';
import type { GameTable } from './tables.js';

/** A round at a table: bets, sometimes a tip, the payout that names them, sometimes a correction of it. */
export async function tableRound(
  stage: Stage,
  { tableCode, spots, bets, result, ...game }: GameTable,
  reordered: boolean,
): Promise<void> {
  const { random } = stage;
  const table = { tableCode, ...game.table };
  const roundCode = `${tableCode}-${stage.fresh('round')}`;
  const planned = Array.from({ length: random.int(...bets) }, () => {
    const betList = random
      .shuffle(spots)
      .slice(0, random.int(1, Math.min(3, spots.length)))
      .map((spot): BetLine => {
        const more = { ...(spot.number === undefined ? {} : { number: spot.number }) };
        return { betType: spot.betType, betMoney: stage.stake() + 1n, more };
      });
    const sum = betList.reduce((total, { betMoney }) => total + betMoney, 0n);
    return stage.movement(1, -sum, { roundCode, betList, table });
  });
  await stage.fund(planned.reduce((sum, { money }) => sum - money, 0n));
  // A bet that nobody can pay is refused, and then its payout holds it for failed.
  const beyond = random.chance(0.05)
    ? [
        stage.movement(1, stage.beyond(), {
          roundCode,
          table,
          betList: [{ betType: 60, betMoney: -stage.beyond() }],
        }),
      ]
    : [];

  const payLine = (bet: { seqNo: string }, line: BetLine, failed: boolean): BetLine => {
    const odds = spots.find(({ betType }) => betType === line.betType)?.odds ?? 100n;
    const won = !failed && random.chance(0.45);
    const payout = won ? line.betMoney + (line.betMoney * odds) / 100n : 0n;
    return { betType: line.betType, betMoney: failed ? 0n : line.betMoney, seqNo: bet.seqNo, payout };
  };
  const lines = [
    ...planned.flatMap((bet) => (bet.betList ?? []).map((line) => payLine(bet, line, false))),
    ...beyond.flatMap((bet) => (bet.betList ?? []).map((line) => payLine(bet, line, true))),
  ];
  const money = lines.reduce((sum, { payout }) => sum + (payout ?? 0n), 0n);
  const payout = stage.movement(2, money, { roundCode, betList: lines, table: { ...table, ...result } });
  const text = (amount: bigint) => (random.chance(0.3) ? fixed(amount) : short(amount));
  const play = (movement: typeof payout, over: Members = {}): Promise<MovementCall> =>
    stage.send(movement, { moneyText: text(movement.money), over });

  const [last, ...others] = [...planned].reverse();
  for (const bet of others) await play(bet);
  for (const bet of beyond) await play(bet);
  if (random.chance(0.1)) await play(stage.movement(3, -100n, { roundCode, table }));
  // The order of arrival is not guaranteed: the last bet may come after the payout.
  const payoutFirst = reordered && random.chance(0.2) && stage.balance() + payout.money + (last?.money ?? 0n) >= 0n;
  if (payoutFirst) await play(payout);
  if (last) await play(last);
  if (!payoutFirst) await play(payout, random.chance(0.2) ? { timestamp: number(`${Date.now()}.0`) } : {});
  if (random.chance(0.06)) await correct(stage, roundCode, lines, table);
}

/** Type 37: the difference of the corrected payouts to the first ones, in either direction. */
async function correct(stage: Stage, roundCode: string, betList: readonly BetLine[], table: Members): Promise<void> {
  const modifyBetList = betList.map((line) => ({
    ...line,
    payout: stage.random.chance(0.5) ? 0n : line.betMoney * 2n,
  }));
  const sum = (lines: readonly BetLine[]) => lines.reduce((total, { payout }) => total + (payout ?? 0n), 0n);
  await stage.send(stage.movement(37, sum(modifyBetList) - sum(betList), { roundCode, betList, modifyBetList, table }));
}
