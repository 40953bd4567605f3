import { Kind } from '../../../proto/gen/wallet/v1/movement.js';

export interface KindRule {
  readonly sign: '<= 0' | '>= 0' | 'any';
  readonly stake: boolean;
}

const stake = { sign: '<= 0', stake: true } as const;
const credit = { sign: '>= 0', stake: false } as const;
const any = { sign: 'any', stake: false } as const;

/** As the comments of enum Kind say; a kind that is not here no caller may send. */
export const KIND_RULES: Readonly<Partial<Record<Kind, KindRule>>> = {
  [Kind.BET]: stake,
  [Kind.PAYOUT]: credit,
  [Kind.TIP]: stake,
  [Kind.BONUS]: credit,
  [Kind.TOURNAMENT_FEE]: stake,
  [Kind.TOURNAMENT_REFUND]: credit,
  [Kind.TOURNAMENT_AWARD]: credit,
  [Kind.TOURNAMENT_AWARD_REVERSAL]: { sign: '<= 0', stake: false },
  [Kind.WITHHOLDING]: stake,
  [Kind.WITHHOLDING_RETURN]: credit,
  [Kind.PAYOUT_CORRECTION]: any,
  [Kind.DEPOSIT]: credit,
  [Kind.WITHDRAWAL]: stake,
  [Kind.ADJUSTMENT]: any,
  [Kind.BET_RETURN]: any,
  [Kind.BET_RESTORED]: { sign: 'any', stake: true },
};
