/** What a wallet may be asked to do in increaseCredit. */
export interface TransactionType {
  readonly name: string;
  /** Which `money` is right: zero always is. */
  readonly sign: 'takes' | 'gives' | 'either';
  /** A refused stake is final; anything else may be sent again. */
  readonly stake: boolean;
}

/** eBET, increaseCredit: the table of types. */
export const TRANSACTION_TYPES = {
  1: { name: 'bet', sign: 'takes', stake: true },
  2: { name: 'payout', sign: 'gives', stake: false },
  3: { name: 'dealer tip', sign: 'takes', stake: true },
  6: { name: 'bet award', sign: 'gives', stake: false },
  8: { name: 'tournament fee', sign: 'takes', stake: true },
  9: { name: 'tournament fee returned', sign: 'gives', stake: false },
  11: { name: 'withholding returned, the bet failed', sign: 'gives', stake: false },
  14: { name: 'tournament award', sign: 'gives', stake: false },
  15: { name: 'tournament award taken back', sign: 'takes', stake: false },
  23: { name: 'lucky red envelope', sign: 'gives', stake: false },
  24: { name: 'limited red envelope', sign: 'gives', stake: false },
  27: { name: 'withholding', sign: 'takes', stake: true },
  28: { name: 'withholding returned', sign: 'gives', stake: false },
  37: { name: 'payout corrected', sign: 'either', stake: false },
  38: { name: 'event bonus', sign: 'gives', stake: false },
} as const satisfies Readonly<Record<number, TransactionType>>;

export type TypeNumber = keyof typeof TRANSACTION_TYPES;

export function transactionType(type: TypeNumber): TransactionType {
  return TRANSACTION_TYPES[type];
}
