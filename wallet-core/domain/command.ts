import type { Kind, Relation } from './kinds.js';

/** Who of the operator's people asks for something, and why. */
export interface Operator {
  readonly name: string;
  readonly reason: string;
}

/** What an operator may ask for: it is then recorded who he is, beside what became of it. */
interface ByOperator {
  readonly by?: Operator;
}

/** A reference of a movement to another one of the same channel. */
export interface Named {
  readonly reference: string;
  readonly relation: Relation;
  /** Minor units that are drawn from the named debit, >= 0. */
  readonly amount: bigint;
}

/** One movement that a caller asks for. */
export interface NewMovement {
  /** Lower case. */
  readonly player: string;
  readonly currency: string;
  readonly kind: Kind;
  /** Minor units; negative takes money from the player. */
  readonly amount: bigint;
  readonly reference: string;
  /** Empty: none. */
  readonly round: string;
  /** The caller's signature does not cover the round: it is kept, and not compared in repeats. */
  readonly roundUnsigned: boolean;
  /** The caller's own type, such as eBET's "27". */
  readonly providerType: string;
  readonly names: readonly Named[];
  /** Holds money that later returns may draw on. */
  readonly withholding: boolean;
  /** A BET that puts money on the game itself, not only into a withholding: a payout may say that it failed. */
  readonly wager: boolean;
}

/** Movements that are decided whole or not at all; at least one, with distinct references. */
export interface MovementsCommand extends ByOperator {
  readonly type: 'movements';
  readonly channel: string;
  readonly movements: readonly NewMovement[];
}

/** One line of a refund. */
export interface RefundLine {
  readonly reference: string;
  /** What the caller believes the debit was, in positive minor units; null equals no debit. */
  readonly amount: bigint | null;
  readonly player: string;
}

/** Refunds debits, each whole and at most once; each line stands alone. */
export interface RefundCommand extends ByOperator {
  readonly type: 'refund';
  readonly channel: string;
  readonly reference: string;
  /** The player that every line must belong to; empty: each line stands for its own. */
  readonly player: string;
  readonly currency: string;
  readonly lines: readonly RefundLine[];
  /** Refuse a bet that an applied payout settled. */
  readonly refuseSettled: boolean;
  /** Lines of a larger amount are left alone; null: no limit. */
  readonly amountMax: bigint | null;
}

/** Asks what became of a reference. */
export interface CheckCommand {
  readonly type: 'check';
  readonly channel: string;
  readonly reference: string;
  /** The caller takes what was not applied for failed: a later debit must be refused. */
  readonly close: boolean;
}

export interface OpenChannelCommand extends ByOperator {
  readonly type: 'open-channel';
  readonly channel: string;
}

/** Puts a channel under maintenance, or ends that. */
export interface MaintenanceCommand extends ByOperator {
  readonly type: 'maintenance';
  readonly channel: string;
  readonly maintenance: boolean;
  readonly note: string;
}

export interface OpenAccountCommand extends ByOperator {
  readonly type: 'open-account';
  readonly player: string;
  readonly currency: string;
}

/** Freezes a player for a reason, or lifts that reason. */
export interface FreezeCommand extends ByOperator {
  readonly type: 'freeze';
  readonly player: string;
  readonly reason: string;
  readonly note: string;
  readonly frozen: boolean;
}

/** Sets a password, hashed already. */
export interface SetPasswordCommand extends ByOperator {
  readonly type: 'set-password';
  readonly player: string;
  readonly hash: string;
}

/** Issues an access token, hashed already. */
export interface IssueTokenCommand {
  readonly type: 'issue-token';
  readonly player: string;
  /** SHA-256 in hex. */
  readonly token: string;
  readonly lifetimeMs: bigint;
  readonly oneTime: boolean;
}

/** What a login is made with: it was right when it was looked at, and is decided upon as it is now. */
export interface Credential {
  readonly type: 'password' | 'token';
  /** Of a password the stored hash that it fits, of an access token its SHA-256 in hex. */
  readonly hash: string;
}

/** Logs a player in: a session, and a new access token or none. */
export interface LogInCommand {
  readonly type: 'log-in';
  readonly channel: string;
  readonly reference: string;
  readonly player: string;
  readonly currency: string;
  readonly credential: Credential;
  /** SHA-256 in hex. */
  readonly session: string;
  /** SHA-256 in hex of a new access token, in place of the one that is the credential; null: that one is kept. */
  readonly newToken: string | null;
  readonly lifetimeMs: bigint;
}

/** Ends the sessions that a player has. */
export interface EndSessionsCommand extends ByOperator {
  readonly type: 'end-sessions';
  readonly player: string;
  /** Empty: on all channels. */
  readonly channel: string;
}

/** Acts that change nothing that the ledger proves. */
export const LONE_ACTS = ['prune-requests', 'backup', 'export'] as const;

/** Writes down such an act, so that it is known who did it. */
export interface ActCommand {
  readonly type: 'act';
  readonly act: (typeof LONE_ACTS)[number];
  readonly by: Operator;
}

export type Command =
  | MovementsCommand
  | RefundCommand
  | CheckCommand
  | OpenChannelCommand
  | MaintenanceCommand
  | OpenAccountCommand
  | FreezeCommand
  | SetPasswordCommand
  | IssueTokenCommand
  | LogInCommand
  | EndSessionsCommand
  | ActCommand;
