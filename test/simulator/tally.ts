/** One answer that was not as the model expected. */
export interface Difference {
  /** Method, path and exact body. */
  readonly request: string;
  readonly expected: string;
  /** HTTP status and exact body, or why there was none. */
  readonly seen: string;
  /** The first member that differs. */
  readonly where: string;
}

export interface CaseReport {
  readonly name: string;
  /** How many answers were compared. */
  readonly checks: number;
  readonly differences: number;
  /** What a wallet must do to pass. */
  readonly expected: string;
  readonly first?: Difference;
}

interface Case {
  checks: number;
  differences: number;
  expected: string;
  first?: Difference;
}

/** Counts per case what was compared and keeps the first difference of each. */
export class Tally {
  readonly #cases = new Map<string, Case>();

  /** Names a case before it is played, so that it stands in the report with what it expects. */
  announce(name: string, expected: string): void {
    this.#case(name).expected = expected;
  }

  /** `difference` undefined: it was as expected. */
  check(name: string, difference: Difference | undefined): void {
    const entry = this.#case(name);
    entry.checks++;
    if (!difference) return;
    entry.differences++;
    entry.first ??= difference;
  }

  differencesOf(name: string): number {
    return this.#cases.get(name)?.differences ?? 0;
  }

  cases(): CaseReport[] {
    return [...this.#cases].map(([name, entry]) => ({ name, ...entry }));
  }

  #case(name: string): Case {
    let entry = this.#cases.get(name);
    if (!entry) this.#cases.set(name, (entry = { checks: 0, differences: 0, expected: '' }));
    return entry;
  }
}
