/** An api-v1 provider's bad days, by their names for --faults. The first four happen to the calls of orders, too. */
export const FAULTS = {
  duplicates: 'a call arrives several times at once, and again much later in other words',
  'lost-answers': 'an answer is lost up to three times and the call sent again',
  reordering: 'the movements of an order arrive in any order, winnings before their bet',
  checks: 'a transaction-check follows a call at once, or asks for one of long ago',
  'check-first': 'a debit arrives after transaction-check has reported it as failed, or at the same moment',
  refusals: 'more is asked for than there is, or for members that do not exist, and asked for again',
  'same-moment': 'different calls for one member arrive at the same moment',
  'reused-ids': 'a known transaction_id with a different request',
  'tampered-signatures': 'signs of another text, by another key, cut, or missing',
  'crossed-signatures': 'a sign of one call is used for another',
  'unknown-types': 'action types that nobody knows, and amounts with the wrong sign for their type',
  malformed: 'fields that are missing, too long or not of their grammar',
  garbage: 'bodies that are no JSON object, other methods, unknown paths',
} as const satisfies Readonly<Record<string, string>>;

export type Fault = keyof typeof FAULTS;
