/** What became of the answers that the clients of a system got, when it was held to them. */
export interface Kept {
  /** Commands that clients sent, without repeats. */
  readonly commands: number;
  /** Answers that tell what became of a command, with those to repeats. */
  readonly acknowledged: number;
  /** Commands that had no answer when the system was back, and were sent again. */
  readonly unanswered: number;
  /** Calls that were repeated and got their first answer, byte for byte. */
  readonly repeats: number;
  /** Acknowledged movements that were found again with their balances, each as often as it was looked for. */
  readonly movements: number;
  /** The product's own verifications, all of them clean: after each time that something was done to the system, and before. */
  readonly verified: number;
  readonly verifiedBefore: number;
  /** Entries of the journals whose chains the test proved itself at the end. */
  readonly entries: number;
}

/** Of several ledgers. */
export function together(all: readonly Kept[]): Kept {
  const sum = (of: keyof Kept) => all.reduce((total, kept) => total + kept[of], 0);
  return {
    commands: sum('commands'),
    acknowledged: sum('acknowledged'),
    unanswered: sum('unanswered'),
    repeats: sum('repeats'),
    movements: sum('movements'),
    verified: sum('verified'),
    verifiedBefore: sum('verifiedBefore'),
    entries: sum('entries'),
  };
}
