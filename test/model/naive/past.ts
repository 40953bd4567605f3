import { Kind, Reason, Relation } from '../../../proto/gen/wallet/v1/movement.js';
import type { ToldLine } from './act.js';
import { KIND_RULES } from './kinds.js';
import { textOf } from './money.js';

export interface NameRecord {
  readonly reference: string;
  readonly relation: Relation;
  /** What was really drawn. */
  readonly amount: bigint;
}

export interface MovementRecord {
  readonly what: 'movement';
  /** Movements of one command have the same number. */
  readonly command: number;
  readonly channel: string;
  readonly player: string;
  readonly currency: string;
  readonly kind: Kind;
  readonly amount: bigint;
  readonly before: bigint;
  readonly after: bigint;
  /** UNSPECIFIED: it was applied. */
  readonly reason: Reason;
  readonly reference: string;
  /** Whether the reference is taken by it for ever. */
  readonly holds: boolean;
  readonly round: string;
  readonly providerType: string;
  readonly names: readonly NameRecord[];
  readonly withholding: boolean;
  readonly wager: boolean;
}

export interface RefundRecord {
  readonly what: 'refund';
  readonly channel: string;
  readonly reference: string;
  readonly player: string;
  readonly currency: string;
  readonly before: bigint;
  readonly after: bigint;
  readonly refunded: bigint;
  /** What was asked, to compare a repeat with. */
  readonly asked: string;
  readonly lines: readonly ToldLine[];
}

/** One thing that happened. */
export type Event =
  | MovementRecord
  | RefundRecord
  /** An empty player stands for everybody. */
  | { readonly what: 'block'; readonly channel: string; readonly reference: string; readonly player: string }
  | { readonly what: 'channel'; readonly channel: string }
  | { readonly what: 'account'; readonly player: string; readonly currency: string }
  | { readonly what: 'freeze'; readonly player: string; readonly reason: string; readonly on: boolean }
  | { readonly what: 'maintenance'; readonly channel: string; readonly on: boolean };

/** All that happened, in its order. The model knows nothing else, and computes everything from it each time. */
export type Past = readonly Event[];

export function movementsOf(past: Past): MovementRecord[] {
  return past.filter((event) => event.what === 'movement');
}

function appliedOf(past: Past): MovementRecord[] {
  return movementsOf(past).filter(({ reason }) => reason === Reason.UNSPECIFIED);
}

export function balanceOf(past: Past, player: string, currency: string): bigint {
  return appliedOf(past)
    .filter((movement) => movement.player === player && movement.currency === currency)
    .reduce((sum, { amount }) => sum + amount, 0n);
}

export function balanceText(past: Past, player: string, currency: string): string {
  return textOf(balanceOf(past, player, currency), currency);
}

export function isChannelOpen(past: Past, channel: string): boolean {
  return past.some((event) => event.what === 'channel' && event.channel === channel);
}

export function currenciesOf(past: Past, player: string): string[] {
  return past
    .filter((event) => event.what === 'account')
    .filter((account) => account.player === player)
    .map(({ currency }) => currency)
    .sort();
}

export function isUnderMaintenance(past: Past, channel: string): boolean {
  const acts = past.filter((event) => event.what === 'maintenance').filter((event) => event.channel === channel);
  return acts.at(-1)?.on ?? false;
}

/** The reasons for which a player is frozen. */
export function freezesOf(past: Past, player: string): string[] {
  const acts = past.filter((event) => event.what === 'freeze').filter((event) => event.player === player);
  const reasons = [...new Set(acts.map(({ reason }) => reason))];
  return reasons.filter((reason) => acts.filter((act) => act.reason === reason).at(-1)?.on).sort();
}

/** The movement or refused stake that has taken a reference. */
export function holderOf(past: Past, channel: string, reference: string): MovementRecord | undefined {
  return movementsOf(past).find((m) => m.holds && m.channel === channel && m.reference === reference);
}

/** What holds a reference, else the newest refused attempt under it. */
export function knownOf(past: Past, channel: string, reference: string): MovementRecord | undefined {
  const attempts = movementsOf(past).filter((m) => m.channel === channel && m.reference === reference);
  return holderOf(past, channel, reference) ?? attempts.filter(({ reason }) => reason !== Reason.UNSPECIFIED).at(-1);
}

export function isBlocked(past: Past, channel: string, reference: string, player: string): boolean {
  return past.some(
    (event) =>
      event.what === 'block' &&
      event.channel === channel &&
      event.reference === reference &&
      (event.player === player || event.player === ''),
  );
}

/** What applied movements of its channel, player and currency say of a debit, also those that came before it. */
function namesOf(past: Past, { channel, player, currency, reference }: MovementRecord): NameRecord[] {
  return appliedOf(past)
    .filter((m) => m.channel === channel && m.player === player && m.currency === currency)
    .flatMap(({ names }) => names)
    .filter((name) => name.reference === reference);
}

/** An applied stake that took money. */
export function isDebit({ reason, kind, amount }: MovementRecord): boolean {
  return reason === Reason.UNSPECIFIED && (KIND_RULES[kind]?.stake ?? false) && amount < 0n;
}

/** What is left of a debit. */
export function outstandingOf(past: Past, debit: MovementRecord): bigint {
  return namesOf(past, debit).reduce((left, { amount }) => left - amount, -debit.amount);
}

export function isRefunded(past: Past, debit: MovementRecord): boolean {
  return namesOf(past, debit).some(({ relation }) => relation === Relation.REFUND);
}

export function isSettled(past: Past, debit: MovementRecord): boolean {
  return namesOf(past, debit).some(({ relation }) => relation === Relation.SETTLE);
}
