/** Which proof a finding is against. */
export type Check = 'CHAIN' | 'ACCOUNTS' | 'HOUSE' | 'REFERENCES' | 'DRAWS' | 'REFUNDS' | 'RULES' | 'DERIVED' | 'FILE';

/** The subject where the ledger is compared with a digest that was filed. */
export const FILED_DIGEST = 'filed digest';

/** Something in the ledger that is not as it must be. */
export interface Finding {
  readonly check: Check;
  /** What is wrong, such as "balance before". */
  readonly subject: string;
  /** The id of the record; undefined: it is of none. */
  readonly record?: bigint;
  /** "player currency", or the channel, currency and purpose of a house account. */
  readonly account?: string;
  readonly expected: string;
  readonly seen: string;
}

/** One fault may be in every record of a ledger, so only the first findings are kept; all are counted. */
export const KEPT_MAX = 100;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;

  add(finding: Finding): void {
    this.count += 1;
    if (this.kept.length < KEPT_MAX) this.kept.push(finding);
  }
}
