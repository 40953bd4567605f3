/** What a house account stands for: the other side of a movement, summed up by purpose. */
export type Purpose = 'GAME' | 'TIPS' | 'PROMOTION' | 'TOURNAMENT' | 'CASH' | 'ADJUSTMENT';

/** How a movement refers to another one; see Relation in wallet/v1/movement.proto. */
export type Relation = 'RETURN' | 'RETURN_CAPPED' | 'SETTLE' | 'MENTION' | 'REFUND' | 'REFUND_FAILED' | 'REJECT_FAILED';

interface KindRule {
  /** Which sign the amount may have; zero is always allowed. */
  readonly sign: 'debit' | 'credit' | 'either';
  /** The house account on the other side; a refund comes from where its debit went. */
  readonly purpose: Purpose | 'of the refunded debit';
  /** Puts the player's money at risk: stopped by a freeze, final when refused, can be refunded. */
  readonly stake: boolean;
  /** How it may refer to others, besides MENTION. */
  readonly mayName: readonly Relation[];
}

/** What a movement is in the ledger. No kind may take a balance below zero. */
export const KINDS = {
  BET: { sign: 'debit', purpose: 'GAME', stake: true, mayName: [] },
  PAYOUT: {
    sign: 'credit',
    purpose: 'GAME',
    stake: false,
    mayName: ['RETURN_CAPPED', 'SETTLE', 'REFUND_FAILED', 'REJECT_FAILED'],
  },
  TIP: { sign: 'debit', purpose: 'TIPS', stake: true, mayName: [] },
  BONUS: { sign: 'credit', purpose: 'PROMOTION', stake: false, mayName: [] },
  TOURNAMENT_FEE: { sign: 'debit', purpose: 'TOURNAMENT', stake: true, mayName: [] },
  TOURNAMENT_REFUND: { sign: 'credit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  TOURNAMENT_AWARD: { sign: 'credit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  TOURNAMENT_AWARD_REVERSAL: { sign: 'debit', purpose: 'TOURNAMENT', stake: false, mayName: [] },
  WITHHOLDING: { sign: 'debit', purpose: 'GAME', stake: true, mayName: [] },
  WITHHOLDING_RETURN: { sign: 'credit', purpose: 'GAME', stake: false, mayName: ['RETURN'] },
  PAYOUT_CORRECTION: { sign: 'either', purpose: 'GAME', stake: false, mayName: [] },
  REFUND: { sign: 'credit', purpose: 'of the refunded debit', stake: false, mayName: ['REFUND'] },
  DEPOSIT: { sign: 'credit', purpose: 'CASH', stake: false, mayName: [] },
  /** At the player's own wish: a freeze must stop it, and one that was refused must not happen later. */
  WITHDRAWAL: { sign: 'debit', purpose: 'CASH', stake: true, mayName: [] },
  ADJUSTMENT: { sign: 'either', purpose: 'ADJUSTMENT', stake: false, mayName: [] },
  BET_RETURN: { sign: 'either', purpose: 'GAME', stake: false, mayName: [] },
  /** A stake whichever its sign (api-v1, action type 8). */
  BET_RESTORED: { sign: 'either', purpose: 'GAME', stake: true, mayName: [] },
} as const satisfies Record<string, KindRule>;

export type Kind = keyof typeof KINDS;

/** The rule of a kind, in the type that all rules share. */
export function rule(kind: Kind): KindRule {
  return KINDS[kind];
}
