import type { Command, Operator } from '../domain/command.js';
import type { Kind } from '../domain/kinds.js';
import type { Outcome } from '../domain/outcome.js';
import type { ActRecord, MovementRecord } from '../domain/record.js';
import type { Digest } from '../journal/digest.js';
import type { Progress, Verification } from '../verify/verify.js';

/** A command with the provider's request that asked for it. */
export interface Submission {
  readonly command: Command;
  /** Without secrets; empty: none is kept. */
  readonly request: Uint8Array;
}

/** Where the time of a group went, in milliseconds. */
export interface GroupTimes {
  /** To load, decide and write. */
  readonly decideMs: number;
  /** To have the transaction on disk, at times with a checkpoint. */
  readonly fsyncMs: number;
  /** To note down what is acknowledged. */
  readonly acknowledgeMs: number;
}

/** A recorded movement with what later movements did to it. */
export interface MovementView {
  readonly record: MovementRecord;
  /** What is left of an applied stake for returns, in minor units; null for all else. */
  readonly outstanding: bigint | null;
  readonly refunded: boolean;
  /** Who asked for it, of the kinds that operators ask for; undefined: nobody was named. */
  readonly by: Operator | undefined;
}

/** Something that an operator did. */
export interface ActView extends Omit<ActRecord, 'type'> {
  readonly timeMs: bigint;
}

export interface AccountView {
  readonly currency: string;
  readonly balance: bigint;
  readonly openedMs: bigint;
}

export interface ChannelView {
  readonly channel: string;
  readonly openedMs: bigint;
  /** What it is under; undefined: none. */
  readonly maintenance: { readonly note: string; readonly sinceMs: bigint } | undefined;
}

/** A reference that was refunded, or reported as failed, before it arrived. */
export interface BlockView {
  readonly id: bigint;
  readonly reference: string;
  /** Whose debits it stops; empty: everybody's. */
  readonly player: string;
  readonly timeMs: bigint;
}

export interface FreezeView {
  readonly reason: string;
  readonly note: string;
  readonly sinceMs: bigint;
  readonly by: Operator | undefined;
}

export interface MovementFilter {
  readonly player?: string;
  readonly currency?: string;
  readonly channel?: string;
  /** With `channel` only. */
  readonly round?: string;
  readonly kinds?: readonly Kind[];
  /** Inclusive, milliseconds since 1970. */
  readonly fromMs?: bigint;
  /** Exclusive, milliseconds since 1970. */
  readonly toMs?: bigint;
}

export interface MovementPage {
  /** Newest first. */
  readonly movements: readonly MovementView[];
  /** Ids to go on from, opaque to callers; empty: there is no more. */
  readonly next: readonly bigint[];
}

/** See Queries.lastByReferences. */
export interface MovementsFound {
  readonly movements: readonly MovementView[];
  readonly unread: readonly string[];
}

/** Reads of what is committed; they never wait for a commit. */
export interface Queries {
  /** The end of the journal. */
  digest(): Promise<Digest>;
  /** Those that are open, by name. */
  channels(): Promise<readonly ChannelView[]>;
  balance(player: string, currency: string): Promise<bigint | undefined>;
  accounts(player: string): Promise<{ accounts: readonly AccountView[]; freezes: readonly FreezeView[] }>;
  movement(id: bigint): Promise<MovementView | undefined>;
  movementByReference(channel: string, reference: string): Promise<MovementView | undefined>;
  /**
   * What holds each reference, else its newest refused attempt; unknown ones are left out. It reads a bounded part, at least
   * the first: `unread` are the references that are left.
   */
  lastByReferences(channel: string, references: readonly string[]): Promise<MovementsFound>;
  /** The blocks on each reference that stop this player, or (undefined) anybody; of each reference, the first few. */
  blocks(channel: string, references: readonly string[], player: string | undefined): Promise<readonly BlockView[]>;
  /** The kept request that caused a record. */
  request(id: bigint): Promise<Uint8Array | undefined>;
  /** A page of at most `size` movements, from the ids that the page before gave, or from the newest. */
  movements(filter: MovementFilter, size: number, from: readonly bigint[]): Promise<MovementPage>;
  /** At most `size` acts about a player, or (undefined) all, newest first, from this id back. */
  acts(player: string | undefined, size: number, from: bigint | undefined): Promise<readonly ActView[]>;
  /** The hash of the player's password. */
  passwordHash(player: string): Promise<string | undefined>;
  /** Whose an access token is, valid or not; by its SHA-256 in hex. */
  tokenOwner(hash: string): Promise<string | undefined>;
  /** Whether this was a session of this player and has been ended; by its SHA-256 in hex. */
  isSessionEnded(player: string, hash: string): Promise<boolean>;
}

/** How far a backup is. */
export interface BackupProgress {
  readonly bytes: number;
  /** It grows with the ledger. */
  readonly totalBytes: number;
}

/** A copy of the ledger as it was at one moment. */
export interface Backup {
  readonly path: string;
  /** The end of its journal. */
  readonly digest: Digest;
  /** The time of its last entry; 0: it has none. */
  readonly lastMs: bigint;
  readonly bytes: number;
}

/** No backup was made, and nothing is left of it; the message says why, for the person who asked for it. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** A commit of which nobody can say whether it is on disk: the process must stop, its restart finds out. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
}

/** The ledger cannot be read as a whole: what is told of it may leave the process. */
export class DamagedLedgerError extends Error {
  override readonly name = 'DamagedLedgerError';
}

/** A part of an export: some bytes of its lines, cut anywhere. */
export interface ExportPiece {
  readonly bytes: Uint8Array;
  /** The entry up to which it has read, of `last`. */
  readonly seq: bigint;
  readonly last: bigint;
}

/** What a pruning took out. */
export interface PrunedSoFar {
  /** Entries whose requests are gone. */
  readonly entries: number;
  /** Of their requests, as they were stored. */
  readonly bytes: number;
}

/** There is no room for a commit: nothing of it was written, and a later one may find room. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/** The sum of all balances of one side at one moment, in minor units. */
export interface TrialBalance {
  readonly currency: string;
  readonly accounts: number;
  readonly players: bigint;
  readonly houses: readonly { readonly channel: string; readonly purpose: string; readonly balance: bigint }[];
}

/** Of which time, in milliseconds since 1970, and how much at most; blocks hit are looked for until now. */
export interface OpenFilter {
  readonly fromMs: bigint;
  readonly toMs: bigint;
  readonly limit: number;
}

/** A balance below zero, which only something else than the store can have written. */
export interface NegativeBalance {
  readonly player: string;
  readonly currency: string;
  readonly balance: bigint;
}

/** What is open, oldest first. */
export interface OpenMovements {
  readonly bets: readonly MovementView[];
  readonly withholdings: readonly MovementView[];
  readonly blocked: readonly MovementView[];
  /** There is more than the limit. */
  readonly cut: boolean;
  /** Of all accounts, by player, at most as many as the limit. */
  readonly negative: readonly NegativeBalance[];
}

/** How many there were, exactly, at a time in milliseconds since 1970. */
export interface Counts {
  /** Refused ones included. */
  readonly movements: number;
  /** Withholdings of which something was not given back. */
  readonly openWithholdings: number;
  readonly countedMs: number;
}

/** What the store takes of the disk, in bytes. */
export interface Room {
  readonly ledger: number;
  readonly wal: number;
  readonly free: number;
  /** The time of the newest backup, in milliseconds since 1970; 0: there is none. */
  readonly lastBackupMs: number;
}

/** A provider's call that was refused before the ledger; all texts are bounded, and the caller's own. */
export interface RefusedCall {
  readonly timeMs: bigint;
  readonly address: string;
  /** Empty: it named none of ours. */
  readonly channel: string;
  readonly endpoint: string;
  readonly reference: string;
  readonly player: string;
  readonly status: string;
  readonly reason: string;
  readonly body: Uint8Array;
  /** It came from where the provider calls from, or with his signature. */
  readonly fromProvider: boolean;
}

/** How many more there were of a channel than could be kept. */
export interface DroppedCalls {
  readonly channel: string;
  readonly fromProvider: boolean;
  readonly count: bigint;
}

export interface RefusedFilter {
  readonly player: string | undefined;
  readonly reference: string | undefined;
  readonly channel: string | undefined;
  /** Inclusive, milliseconds since 1970. */
  readonly fromMs: bigint | undefined;
  /** Exclusive, milliseconds since 1970. */
  readonly toMs: bigint | undefined;
}

/** Newest first, with how many of that channel, or of all, were dropped in that time. */
export interface RefusedList {
  readonly calls: readonly RefusedCall[];
  readonly dropped: readonly DroppedCalls[];
}

/** Calls that were refused before the ledger: kept beside it for a while. */
export interface RefusedCalls {
  /** Rejects with a StoreFullError where the disk has no room for them. */
  keep(calls: readonly RefusedCall[], dropped: readonly DroppedCalls[]): Promise<void>;
  list(filter: RefusedFilter, limit: number): Promise<RefusedList>;
}

/** A store of the ledger. It is given `decide` when it is made, so the rules of money are the same in every store. */
export interface Store {
  /** The number of this process's journal. */
  readonly writer: number;
  /**
   * Decides the submissions in order and writes what they come to in one commit. When it resolves, all is on disk; when
   * it rejects, nothing was written, unless with a CommitUnknownError. One call at a time.
   */
  commit(group: readonly Submission[]): Promise<readonly Outcome[]>;
  readonly queries: Queries;
  /** Whether there is room for commits: false if the last one found none, and there still is none. */
  hasRoom(): Promise<boolean>;
  /**
   * Reads the whole ledger up to its last entry and proves it, while commits go on. `against`: see verify/verify.ts. An
   * abort ends it and rejects. `share`: how much of a core it may take, above 0 to 1; left out: all of one. What cannot be
   * read is among the findings.
   */
  verify(
    against: Digest | undefined,
    tell: (progress: Progress) => void,
    signal: AbortSignal,
    share?: number,
  ): Promise<Verification>;
  /**
   * Copies the ledger in small steps between commits, to where the store keeps its backups. An abort ends it and rejects, as
   * a BackupError does, and leaves nothing. One call at a time.
   */
  backup(tell: (progress: BackupProgress) => void, signal: AbortSignal): Promise<Backup>;
  /**
   * The journal up to its last entry as lines of JSON (docs/export.md), while commits go on. What is not taken is not read.
   * An abort ends it and rejects.
   */
  export(signal: AbortSignal): AsyncIterable<ExportPiece>;
  /**
   * Drops the kept requests of all entries that were recorded before this time, in milliseconds since 1970, a few at a time
   * between commits. Tells the sum after each step. An abort ends it behind a step and rejects; it rejects as a commit does.
   */
  prune(beforeMs: bigint, tell: (soFar: PrunedSoFar) => void, signal: AbortSignal): Promise<PrunedSoFar>;
  /** The sums of all balances, by currency; it reads every account beside the calls. An abort ends that and rejects. */
  trialBalance(signal: AbortSignal): Promise<readonly TrialBalance[]>;
  /** Bets without a payout, withholdings not given back, debits that hit a block; read beside the calls. An abort ends that and rejects. */
  open(filter: OpenFilter, signal: AbortSignal): Promise<OpenMovements>;
  room(): Promise<Room>;
  /**
   * Counted beside the calls, at a fifth of a core: all once, when this is asked first, then what is new. As of now if that
   * is done within so many milliseconds, else as of the last time; undefined: not counted yet.
   */
  counts(withinMs: number): Promise<Counts | undefined>;
  close(): Promise<void>;
}
