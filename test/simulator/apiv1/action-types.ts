/** One row of the table of action types (api-v1, action_type). */
interface ActionType {
  readonly meaning: string;
  /** Which sign action_value may have; zero is always allowed. */
  readonly sign: 'debit' | 'credit' | 'either';
  /** Refused once is refused for ever. */
  readonly stake: boolean;
}

export const ACTION_TYPES = {
  1: { meaning: 'stake deducted', sign: 'debit', stake: true },
  2: { meaning: 'stake of a winning bet returned', sign: 'credit', stake: false },
  3: { meaning: 'winnings', sign: 'credit', stake: false },
  4: { meaning: 'winning bet cancelled', sign: 'either', stake: false },
  5: { meaning: 'winnings cancelled', sign: 'either', stake: false },
  6: { meaning: 'stake returned', sign: 'either', stake: false },
  7: { meaning: 'order withdrawn by the player', sign: 'either', stake: false },
  8: { meaning: 'order restored', sign: 'either', stake: true },
  9: { meaning: 'winnings taken back', sign: 'either', stake: false },
  10: { meaning: 'stake taken back', sign: 'either', stake: false },
  11: { meaning: 'order failed', sign: 'either', stake: false },
  12: { meaning: 'other adjustment', sign: 'either', stake: false },
} as const satisfies Record<number, ActionType>;

export type ActionTypeCode = keyof typeof ACTION_TYPES;

export const ACTION_TYPE_CODES = Object.keys(ACTION_TYPES).map(Number) as readonly ActionTypeCode[];

/** The row of a type, in the shape that all rows share. */
export function actionType(code: ActionTypeCode): ActionType {
  return ACTION_TYPES[code];
}
