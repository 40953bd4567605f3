import { type Digest } from '../journal/digest.js';
import { checkAct } from './acts.js';
import { AccountsCheck } from './accounts.js';
import { ChainCheck } from './chain.js';
import { DrawsCheck } from './draws.js';
import { Findings, type Finding } from './finding.js';
import { HouseCheck } from './house.js';
import { MaintenanceCheck } from './maintenance.js';
import { RefundsCheck } from './refunds.js';
import { checkRules } from './rules.js';
import type { Chunk, Snapshot, Source, StoreCheck } from './source.js';

export interface Progress {
  /** The entry up to which it has read, of `last`. */
  readonly seq: bigint;
  readonly last: bigint;
  readonly movements: number;
  readonly findings: number;
}

export interface Verification {
  /** The end of the journal as it was verified. */
  readonly digest: Digest;
  readonly entries: number;
  readonly records: number;
  readonly movements: number;
  readonly accounts: number;
  /** Entries whose kept requests were pruned. */
  readonly pruned: number;
  /** How many were found; none: the ledger is proved. */
  readonly count: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
}

/**
 * Reads the whole ledger up to its last entry of now and proves it. `against` is a digest that was filed earlier: the
 * chain must pass through it.
 */
export function verify(source: Source, against: Digest | undefined, tell: (progress: Progress) => void): Verification {
  const snapshot = source.snapshot();
  const findings = new Findings();
  const reading = new Reading(source, snapshot, findings, against);
  for (const chunk of source.chunks(snapshot)) {
    reading.take(chunk);
    const { movements } = reading;
    tell({ seq: chunk.end, last: snapshot.last, movements, findings: findings.count });
  }
  const accounts = reading.end();
  const { digest, entries, records, movements, pruned } = reading;
  return { digest, entries, records, movements, accounts, pruned, count: findings.count, findings: findings.kept };
}

/** One pass over the journal, with all checks side by side. */
class Reading {
  entries = 0;
  records = 0;
  movements = 0;
  readonly #chain: ChainCheck;
  readonly #accounts: AccountsCheck;
  readonly #house: HouseCheck;
  readonly #draws: DrawsCheck;
  readonly #refunds: RefundsCheck;
  readonly #maintenance: MaintenanceCheck;
  readonly #store: StoreCheck;

  constructor(
    readonly source: Source,
    readonly snapshot: Snapshot,
    readonly findings: Findings,
    against: Digest | undefined,
  ) {
    this.#chain = new ChainCheck(findings, against);
    this.#accounts = new AccountsCheck(findings, snapshot);
    this.#house = new HouseCheck(findings);
    this.#draws = new DrawsCheck(findings, snapshot);
    this.#refunds = new RefundsCheck(findings, source);
    this.#maintenance = new MaintenanceCheck(findings);
    this.#store = source.check(findings, snapshot);
    this.#chain.begin(snapshot);
  }

  get pruned(): number {
    return this.#chain.pruned;
  }

  get digest(): Digest {
    return this.#chain.digest(this.snapshot.writer);
  }

  take(chunk: Chunk): void {
    this.#chain.take(chunk, this.snapshot);
    for (const { records, places } of chunk.entries) {
      this.entries += 1;
      this.records += records.length;
      let place = 0;
      let special = false;
      for (const record of records) {
        if (record.type !== 'movement') {
          special ||= record.type === 'refund' || record.type === 'block';
          this.#maintenance.take(record);
          if (record.type === 'act') checkAct(record, this.findings);
          continue;
        }
        special ||= record.kind === 'REFUND';
        const at = places[place++];
        if (!at) throw new Error(`movement ${record.id} was read without its place`);
        this.movements += 1;
        checkRules(record, this.findings);
        this.#accounts.take(record, at);
        if (record.names.length > 0 || record.kind === 'REFUND') this.#draws.take(record, at, chunk);
        this.#store.take(record, at);
      }
      this.#house.take(records);
      if (special) this.#refunds.take(records);
    }
    this.#store.chunk(chunk);
  }

  /** How many accounts there are. */
  end(): number {
    let accounts = 0;
    for (const account of this.source.accounts(this.snapshot)) {
      this.#accounts.end(account);
      accounts += 1;
    }
    this.#accounts.finish();
    this.#house.end(this.snapshot);
    this.#maintenance.end(this.snapshot);
    this.#store.end();
    return accounts;
  }
}
