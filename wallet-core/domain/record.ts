import type { Named, RefundLine } from './command.js';
import type { Kind, Purpose } from './kinds.js';
import type { RefundLineStatus, RefusalReason } from './reasons.js';

/** Every record has an id: its place in the journal. See recordId in journal/position.ts. */
interface Recorded {
  readonly id: bigint;
}

/** One change of one account, or the refusal of one. Immutable. */
export interface MovementRecord extends Recorded {
  readonly type: 'movement';
  readonly channel: string;
  readonly player: string;
  readonly currency: string;
  readonly kind: Kind;
  readonly purpose: Purpose;
  /** What was asked for, in minor units; moved only if `reason` is null. */
  readonly amount: bigint;
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
  /** Null: applied. */
  readonly reason: RefusalReason | null;
  readonly reference: string;
  /** A refused settlement leaves its reference free to be sent again; a REFUND has none of its own. */
  readonly holdsReference: boolean;
  readonly round: string;
  readonly providerType: string;
  /** With what was really drawn. */
  readonly names: readonly Named[];
  readonly withholding: boolean;
  readonly wager: boolean;
  readonly timeMs: bigint;
}

/** One line of a refund, answered. */
export interface DecidedRefundLine extends RefundLine {
  readonly status: RefundLineStatus;
}

/** A refund request with its answer. */
export interface RefundRecord extends Recorded {
  readonly type: 'refund';
  readonly channel: string;
  readonly reference: string;
  readonly player: string;
  readonly currency: string;
  readonly lines: readonly DecidedRefundLine[];
  /** Of the command's player; 0 if it names none or he has no account. */
  readonly balanceBefore: bigint;
  readonly balanceAfter: bigint;
  /** The sum of what was given back. */
  readonly refunded: bigint;
  readonly timeMs: bigint;
}

/** A reference that was refunded, or reported as failed, before its debit arrived: the debit will be refused. */
export interface BlockRecord extends Recorded {
  readonly type: 'block';
  readonly channel: string;
  readonly reference: string;
  /** Whose debit; empty: everybody's. */
  readonly player: string;
}

export interface ChannelRecord extends Recorded {
  readonly type: 'channel';
  readonly channel: string;
}

export interface MaintenanceRecord extends Recorded {
  readonly type: 'maintenance';
  readonly channel: string;
  readonly note: string;
  readonly maintenance: boolean;
}

export interface AccountRecord extends Recorded {
  readonly type: 'account';
  readonly player: string;
  readonly currency: string;
}

export interface FreezeRecord extends Recorded {
  readonly type: 'freeze';
  readonly player: string;
  readonly reason: string;
  readonly note: string;
  readonly frozen: boolean;
}

export interface PasswordRecord extends Recorded {
  readonly type: 'password';
  readonly player: string;
  readonly hash: string;
}

/** An access token that was issued. */
export interface TokenRecord extends Recorded {
  readonly type: 'token';
  readonly player: string;
  /** SHA-256 in hex, as in all records of tokens and sessions. */
  readonly hash: string;
  readonly expiresMs: bigint;
  readonly oneTime: boolean;
}

/** The login that used a token up or replaced it. */
export interface TokenUseRecord extends Recorded {
  readonly type: 'token-use';
  readonly player: string;
  readonly hash: string;
  readonly channel: string;
  readonly reference: string;
}

/** A session that began with a login. */
export interface SessionRecord extends Recorded {
  readonly type: 'session';
  readonly player: string;
  readonly channel: string;
  readonly reference: string;
  readonly hash: string;
}

/** The end of all sessions that a player had. */
export interface SessionEndRecord extends Recorded {
  readonly type: 'session-end';
  readonly player: string;
  /** Empty: on all channels. */
  readonly channel: string;
}

/** What shows who a player is. */
export type CredentialRecord = PasswordRecord | TokenRecord | TokenUseRecord | SessionRecord | SessionEndRecord;

/** Who of the operator's people had the records before it written, and why. */
export interface ActRecord extends Recorded {
  readonly type: 'act';
  readonly operator: string;
  readonly reason: string;
  /** What was asked for, such as "freeze": the type of the command. */
  readonly act: string;
  /** Whom it was about; empty: no player. */
  readonly player: string;
  /** How many records, directly before this one, it had written. */
  readonly records: bigint;
}

/** What a command leaves behind. */
export type CommandRecord =
  | MovementRecord
  | RefundRecord
  | BlockRecord
  | ChannelRecord
  | MaintenanceRecord
  | AccountRecord
  | FreezeRecord
  | CredentialRecord
  | ActRecord;

/** The other side of a group's movements: one per house account that they touched. */
export interface HouseRecord extends Recorded {
  readonly type: 'house';
  readonly channel: string;
  readonly currency: string;
  readonly purpose: Purpose;
  readonly amount: bigint;
  readonly balanceAfter: bigint;
}

/** Anything the ledger remembers. */
export type LedgerRecord = CommandRecord | HouseRecord;
