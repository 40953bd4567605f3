import { extras, tournament } from './games/extras.js';
import { tableRound } from './games/table-round.js';
import { GAME_TABLES } from './games/tables.js';
import { bullBull, texas, texasLeft } from './games/withholding-rounds.js';
import type { Stage } from './stage.js';

export interface Script {
  readonly name: string;
  readonly says: string;
  readonly weight: number;
  readonly play: (stage: Stage) => Promise<void>;
}

/** What eBET's players play. `reordered`: some of a round's calls come in another order. */
export function gameScripts(reordered: boolean): readonly Script[] {
  return [
    ...GAME_TABLES.map((table) => ({
      name: `round of ${table.game}`,
      says: 'bets, tips, payouts and corrections move what they say',
      weight: 3,
      play: (stage: Stage) => tableRound(stage, table, reordered),
    })),
    { name: 'round of bull-bull', says: '27, 1, 28, 2, or 27, failed 1, 11', weight: 3, play: bullBull },
    {
      name: 'round of texas',
      says: 'bet and withholding in one debit, payout with what comes back',
      weight: 2,
      play: texas,
    },
    { name: 'round of texas, left', says: '27, then 28 for all of it', weight: 1, play: texasLeft },
    { name: 'tips and gifts', says: 'tips take, envelopes, awards and bonuses give', weight: 2, play: extras },
    { name: 'tournament', says: 'fee, its return, award, and what is taken back', weight: 2, play: tournament },
  ];
}
