import { number } from '../../exact-json.js';
import type { Stage } from '../stage.js';

const LOBBY = { tableCode: 'B1', tableType: 1, tableSubType: 0 };

/** Dealer tip, red envelopes, bet award, event bonus: what comes beside the bets. */
export async function extras(stage: Stage): Promise<void> {
  const { random } = stage;
  const roundCode = `B1-${stage.fresh('round')}`;
  const gift = () => BigInt(random.int(0, 500)) * 10n;
  const tip = BigInt(random.int(1, 20)) * 50n;
  await stage.fund(tip);
  const all = [
    stage.movement(3, -tip, { roundCode, table: { ...LOBBY, tableSubType: 1 } }),
    stage.movement(6, gift(), { roundCode, table: LOBBY }),
    stage.movement(23, gift(), { roundCode, table: LOBBY }),
    stage.movement(24, gift(), { roundCode, table: LOBBY }),
    stage.movement(38, gift(), { table: { tableType: 0, eventBonusType: 1, eventBonusCode: 'test-bonus' } }),
  ];
  for (const movement of random.shuffle(all).slice(0, random.int(1, 3))) await stage.send(movement, { expects: 200 });
}

/** A tournament: the fee, then it is returned, or an award, which may be taken back again. */
export async function tournament(stage: Stage): Promise<void> {
  const { random } = stage;
  // Real ones have come with a space in front.
  const roundCode = `${random.chance(0.3) ? ' ' : ''}match_${stage.fresh('round')}`;
  const table = { ...LOBBY, matchId: number(random.int(1, 9999)) };
  const fee = stage.stake();
  await stage.fund(fee);
  await stage.send(stage.movement(8, -fee, { roundCode, table }), { expects: 200 });
  if (random.chance(0.3)) {
    await stage.send(stage.movement(9, fee, { roundCode, table }), { expects: 200 });
    return;
  }
  const award = fee * BigInt(random.int(1, 5));
  const hall = { tableType: 1, tableSubType: 0 };
  await stage.send(stage.movement(14, award, { roundCode, table: hall }), { expects: 200 });
  if (random.chance(0.3)) await stage.send(stage.movement(15, -award, { roundCode, table: hall }), { expects: 200 });
}
