import type { LedgerRecord, MovementRecord } from '../domain/record.js';
import type { Entry } from '../journal/chain.js';
import type { Findings } from './finding.js';

/** What a store keeps of a movement beside its record. */
export interface MovementPlace {
  readonly accountId: bigint;
  /** Whether its account had been opened. */
  readonly open: boolean;
  /** The account's movement before; null: there is none. */
  readonly previousId: bigint | null;
  /** The store's own key of its round. */
  readonly roundKey: bigint | null;
  /** Of each name, in their order, the movement that it drew on. */
  readonly debitIds: readonly (bigint | null)[];
}

/** A movement that drew on a debit. */
export interface Drawing {
  readonly movementId: bigint;
  readonly relation: string;
  readonly amount: bigint;
}

/** A movement that others drew on, as far as they depend on it. */
export interface Debit extends Pick<MovementRecord, DebitField> {
  readonly accountId: bigint;
  /** What drew on it up to the last entry, in the order of the journal. */
  readonly drawings: readonly Drawing[];
}

type DebitField =
  | 'id'
  | 'channel'
  | 'player'
  | 'currency'
  | 'kind'
  | 'purpose'
  | 'amount'
  | 'reason'
  | 'reference'
  | 'holdsReference'
  | 'withholding';

/** An entry of the journal with all that the store has under its number. */
export interface ReadEntry extends Entry {
  /** In the order of the journal. */
  readonly records: readonly LedgerRecord[];
  /** Of its movements, in their order. */
  readonly places: readonly MovementPlace[];
  /** Whether its requests are kept; if not, there were none or they were pruned. requests.ts holds them to their hash. */
  readonly requestsKept: boolean;
}

export interface Chunk {
  readonly entries: readonly ReadEntry[];
  /** What its movements drew on, by id. */
  readonly debits: ReadonlyMap<bigint, Debit>;
  /** Ids of rows that belong to no entry. */
  readonly strays: readonly bigint[];
  /** The number of the last entry before it. */
  readonly after: bigint;
  /** The number of the last entry that it covers. */
  readonly end: bigint;
}

/** What the store says of itself at one moment. */
export interface Snapshot {
  readonly writer: number;
  /** The number of the last entry: the position up to which is verified. */
  readonly last: bigint;
  /** How many accounts there are; their numbers go from 1 to that. */
  readonly accounts: number;
  /** The greatest number that an account really has. */
  readonly accountMax: bigint;
  readonly houses: readonly { readonly account: string; readonly balance: bigint }[];
  /** The maintenance that holds, by channel; null: none. */
  readonly maintenance: ReadonlyMap<string, bigint | null>;
  /** Ids of rows behind the last entry, one of each kind at most. */
  readonly strays: readonly bigint[];
}

/** An account as it is stored, and how it got there from the position up to which is verified. */
export interface StoredAccount {
  readonly id: bigint;
  readonly player: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly lastMovementId: bigint | null;
  /** Its movements after the position, newest first. */
  readonly since: readonly {
    readonly id: bigint;
    readonly accountId: bigint;
    readonly previousId: bigint | null;
    readonly before: bigint;
    readonly after: bigint;
  }[];
}

/** What only the store knows to be derived from the records, such as its indexes, and must agree with them. */
export interface StoreCheck {
  take(movement: MovementRecord, place: MovementPlace): void;
  /** After the movements of a chunk. */
  chunk(chunk: Chunk): void;
  end(): void;
}

/**
 * A ledger as it is read to be verified. Each read is short, so that the ledger goes on being written meanwhile; what is
 * behind the last entry of the snapshot is left out.
 */
export interface Source {
  snapshot(): Snapshot;
  chunks(snapshot: Snapshot): Iterable<Chunk>;
  accounts(snapshot: Snapshot): Iterable<StoredAccount>;
  check(findings: Findings, snapshot: Snapshot): StoreCheck;
  /** What holds a reference. */
  holder(channel: string, reference: string): MovementRecord | undefined;
  /** The first block of a reference for this player or everybody; undefined: there is none. */
  block(channel: string, reference: string, player: string): bigint | undefined;
}
