/** eBET's bad days, by their names for --faults. */
export const FAULTS = {
  duplicates: 'copies of a call, at the same moment and later',
  'lost-answers': 'the connection is cut after sending, and the call is sent again up to three times',
  reordering: 'returns before withholdings, payouts before bets, corrections before payouts',
  'refund-first': 'a refund comes before its bet, which comes late',
  'batch-refunds': 'autoBatchRefund with unknown and wrong lines, above the threshold, the same bet twice',
  'manual-refunds': 'the same with refundSingleWallet',
  'tampered-signatures': 'signatures of another text, by another key, cut, or missing',
  'crossed-signatures': 'a signature of one call is used for another',
  'stale-timestamps': 'refunds and queries captured long ago or dated ahead',
  'unknown-types': 'transaction types that nobody knows, and money of the wrong sign',
  overdrafts: 'stakes beyond the balance, one by one and at once',
  'wrong-returns':
    "returns beyond what is outstanding, of unknown and other players' debits, with parts that do not sum up",
  'reused-seqnos': 'a known seqNo with a different request',
  garbage: 'what is no request: not JSON, wrong types, duplicate keys, missing members, wrong methods and paths',
} as const satisfies Readonly<Record<string, string>>;

export type Fault = keyof typeof FAULTS;
