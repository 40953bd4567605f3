/** A record of the ledger, with what of it can be compared with a provider's request. Amounts are in minor units. */
export interface CausedRecord {
  readonly type: string;
  readonly channel?: string;
  readonly player?: string;
  readonly currency?: string;
  readonly reference?: string;
  readonly kind?: string;
  readonly providerType?: string;
  readonly amount?: bigint;
}

/** What the ledger says that a kept request caused. */
export interface Caused {
  readonly records: readonly CausedRecord[];
  /** When it was recorded, in milliseconds since 1970. */
  readonly timeMs: bigint;
}

/** What of a kept request is not as it must be: what it says itself, and what was recorded. */
export interface Fault {
  readonly subject: string;
  readonly expected: string;
  readonly seen: string;
}

/** The record that a request asked for; null if it is not exactly one. */
export function onlyOne(records: readonly CausedRecord[], isWanted: (record: CausedRecord) => boolean) {
  const [wanted, ...more] = records.filter(isWanted);
  return wanted && more.length === 0 ? wanted : null;
}

/** A fault for each pair that differs. */
export function differences(pairs: Readonly<Record<string, readonly [expected: string, seen: string | undefined]>>) {
  return Object.entries(pairs).flatMap(([subject, [expected, seen = 'none']]): Fault[] =>
    expected === seen ? [] : [{ subject, expected, seen }],
  );
}
