import { Kind } from '../../proto/gen/wallet/v1/movement.js';

export interface TransactionType {
  readonly kind: Kind;
  /** The other sign is refused; only where the provider's page leaves no doubt. */
  readonly sign: 'debit' | 'credit' | 'either';
}

/** The provider's page, appendix 2.1: what `action_type` says. Which way the money goes, the sign of `action_value` says. */
export const TRANSACTION_TYPES: ReadonlyMap<string, TransactionType> = new Map<string, TransactionType>([
  // The stake.
  ['1', { kind: Kind.BET, sign: 'debit' }],
  // The stake of a winning bet, and what it won.
  ['2', { kind: Kind.PAYOUT, sign: 'credit' }],
  ['3', { kind: Kind.PAYOUT, sign: 'credit' }],
  // A winning bet, or its winnings, cancelled.
  ['4', { kind: Kind.PAYOUT_CORRECTION, sign: 'either' }],
  ['5', { kind: Kind.PAYOUT_CORRECTION, sign: 'either' }],
  // The stake returned; the order withdrawn by the player.
  ['6', { kind: Kind.BET_RETURN, sign: 'either' }],
  ['7', { kind: Kind.BET_RETURN, sign: 'either' }],
  // The order restored: a stake again.
  ['8', { kind: Kind.BET_RESTORED, sign: 'either' }],
  // Winnings, or the stake of a winning bet, taken back.
  ['9', { kind: Kind.PAYOUT_CORRECTION, sign: 'either' }],
  ['10', { kind: Kind.PAYOUT_CORRECTION, sign: 'either' }],
  // The order failed.
  ['11', { kind: Kind.BET_RETURN, sign: 'either' }],
  // Another adjustment.
  ['12', { kind: Kind.ADJUSTMENT, sign: 'either' }],
]);
