import type { Stage } from '../stage.js';

const BULL_BULL = { tableCode: 'NN2', tableType: 8, tableSubType: 0, gameName: 'bull-bull' };
const TEXAS = { tableCode: 'texas', tableType: 30, tableSubType: 0, gameName: 'texas' };

/** Bull-bull: 27 before the bet, 28 for what is left of it, then the payout; or 11 if the bet failed. */
export async function bullBull(stage: Stage): Promise<void> {
  const { random } = stage;
  const roundCode = `NN2-${stage.fresh('round')}`;
  const stakes = [302, 304].map((betType) => ({ betType, betMoney: stage.stake() }));
  const bet = stakes.reduce((sum, { betMoney }) => sum + betMoney, 0n);
  const withheld = bet * 4n;
  const failing = random.chance(0.2);
  await stage.fund(failing ? withheld : withheld + bet);
  const table = BULL_BULL;
  const empty = stakes.map(({ betType }) => ({ betType, betMoney: 0n }));
  const withholding = stage.movement(27, -withheld, { roundCode, table, betList: empty });
  await stage.send(withholding, { expects: 200 });
  const failed = failing ? -stage.beyond() : bet;
  const betList = failing ? [{ betType: 302, betMoney: failed }] : stakes;
  const placed = await stage.send(stage.movement(1, -failed, { roundCode, table, betList }));
  if (placed.outcome.status !== 200) {
    const { seqNo: withHoldingSeqNo } = withholding;
    await stage.send(stage.movement(11, withheld, { roundCode, table, betList: stakes, withHoldingSeqNo }), {
      expects: 200,
    });
    return;
  }
  // The player loses up to four times his bet, or wins as much.
  const lost = random.chance(0.5) ? bet * BigInt(random.int(1, 4)) : 0n;
  const left = withheld - lost;
  if (left > 0n) {
    const back = { betType: 302, withHolding: withheld, seqNo: withholding.seqNo, refund: left };
    await stage.send(stage.movement(28, left, { roundCode, table, withHoldingList: [back] }), { expects: 200 });
  }
  const payout = lost > 0n ? 0n : bet * 2n;
  const payLine = { betType: 302, betMoney: bet, seqNo: placed.movement.seqNo, payout };
  const [srcResults, results] = [[11, 24, 37, 50, 3, 8, 9, 10, 11, 12], [302]];
  await stage.send(
    stage.movement(2, payout, { roundCode, table: { ...table, srcResults, results }, betList: [payLine] }),
  );
}

/** Texas: one debit is bet and withholding at once; the payout says what of it comes back. Ids and rounds look like wg-… */
export async function texas(stage: Stage): Promise<void> {
  const { random } = stage;
  const roundCode = `wg-texas543_${stage.fresh('round')}`;
  const withheld = stage.stake() * 20n + 100n;
  await stage.fund(withheld);
  const seqNo = `94906311|bet|${stage.fresh('bet')}|wayigame`;
  const betList = [{ betType: 601, betMoney: 0n }];
  const withHoldingList = [{ betType: 601, withHolding: withheld }];
  const table = TEXAS;
  await stage.send(stage.movement(1, -withheld, { seqNo, roundCode, table, betList, withHoldingList }), {
    expects: 200,
  });
  const played = BigInt(random.int(0, 10)) * (withheld / 10n);
  const [refund, won] = [withheld - played, random.chance(0.4) ? played * 2n : 0n];
  const money = refund + won;
  await stage.send(
    stage.movement(2, money, {
      seqNo: `94906311|payout|${stage.fresh('payout')}|wayigame`,
      roundCode,
      table,
      betList: [{ betType: 601, betMoney: played, seqNo, payout: won }],
      withHoldingList: [{ betType: 601, withHolding: withheld, seqNo, refund }],
    }),
    { expects: 200 },
  );
}

/** Texas with a withholding of its own: 27, a 28 for all that is left, and nothing else if the player left the table. */
export async function texasLeft(stage: Stage): Promise<void> {
  const roundCode = `wg-texas542_${stage.fresh('round')}`;
  const withheld = stage.stake() * 10n;
  const seqNo = `15193405|bet|${stage.fresh('bet')}|wayigame-27`;
  await stage.fund(withheld);
  const betList = [{ betType: 601, betMoney: 0n }];
  await stage.send(stage.movement(27, -withheld, { seqNo, roundCode, table: TEXAS, betList }), { expects: 200 });
  const back = { betType: 601, withHolding: withheld, seqNo, refund: withheld };
  await stage.send(
    stage.movement(28, withheld, {
      seqNo: `15193405|payout|${stage.fresh('payout')}|wayigame-28`,
      roundCode,
      table: TEXAS,
      withHoldingList: [back],
    }),
    { expects: 200 },
  );
}
