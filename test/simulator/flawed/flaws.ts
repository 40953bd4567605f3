/** What an operator's own wallet may get wrong: each a mistake of its own, planted one at a time. */
export const FLAWS = {
  'repeat-applied-again': 'An accepted movement that is sent again moves its money again.',
  'repeat-answered-anew': 'An accepted movement that is sent again is answered with the present balance.',
  'repeat-with-other-amount-answered': 'A known seqNo with another amount gets the first answer.',
  'refused-stake-decided-anew': 'A refused stake that is sent again after a deposit is accepted.',
  'refused-settlement-final': 'A refused settlement that is sent again gets its refusal again.',
  overdraft: 'A debit beyond the balance is accepted.',
  floats: 'Balances are sums of JavaScript numbers: 0.1 and 0.2 are 0.30000000000000004.',
  'decimals-rounded': 'An amount with three decimals is rounded to two instead of refused.',
  'sign-of-money-unchecked': 'A bet with a positive amount is accepted and gives money.',

  'unknown-bet-refunded': 'A refund of a bet that was never seen is credited.',
  'declined-bet-refunded': 'A refund of a bet that was declined is credited.',
  'refunded-twice': 'A bet that was refunded is refunded again by another request.',
  'refund-line-amount-trusted': 'A refund credits what its line says, not what was debited.',
  'refund-repeat-decided-anew': 'A refund request that is sent again is judged again, line by line.',
  'refund-of-another-player': "A line that names another player's bet is refunded to the signed player.",
  'paid-out-bet-refunded': 'A bet that a payout named is refunded.',
  'partly-returned-refunded': 'A withholding of which a part was returned is refunded whole.',
  'no-block': 'A bet that comes after its refund is accepted.',
  'stale-refund-accepted': 'A refund is accepted however old its timestamp is.',
  'batch-stopped-by-a-bad-line': 'A batch refund in which one line is wrong is refused as a whole.',
  'batch-threshold-ignored': 'A batch refund refunds lines above its threshold.',

  'return-beyond-outstanding': 'More can be returned of a withholding than was withheld.',
  'return-sum-unchecked': 'The parts of a returned withholding need not be the money that is credited.',

  'signature-unchecked': 'Every signature is taken for right.',
  'signature-over-parsed-numbers': 'The signature is checked over parsed numbers: 820.00 signed as 820.00 is refused.',
  'signature-over-sent-numbers-only': 'A number signed in its shortest form is refused: 820 signed for 820.00.',
  'event-unchecked': 'What was signed for one endpoint is accepted by another.',
  'duplicate-keys-accepted': 'Of a key that stands twice in the JSON the last is taken.',
  'unknown-type-accepted': 'A transaction type that nobody knows moves money.',
  'currency-unchecked': "A movement in another currency moves the channel's.",
  'user-name-as-sent': 'A user name is looked up in the case in which it was sent.',
  'query-without-refunds': 'A bet that was refunded is still reported as successful.',

  'check-does-not-close': 'A debit that transaction-check reported as failed is accepted when it comes late.',
  'check-forgets-refusals': 'transaction-check does not know why a transaction was refused.',
  'balance-without-decimals': 'api-v1 balances are written without trailing zeros: 8002 for 8002.00.',
} as const satisfies Record<string, string>;

export type Flaw = keyof typeof FLAWS;

/** Whether a wallet has a flaw. */
export type Flawed = (flaw: Flaw) => boolean;
