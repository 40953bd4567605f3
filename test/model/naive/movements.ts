import { Kind, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import type { NewMovement } from '../../../proto/gen/wallet/v1/posting.js';
import type { ToldResult } from './act.js';
import { invalid, ofMovements } from './answers.js';
import { failedBetsOf } from './failed-bets.js';
import { houseOf } from './house.js';
import { KIND_RULES } from './kinds.js';
import { LIMIT, minorOf } from './money.js';
import * as is from './past.js';
import type { MovementRecord, Past } from './past.js';
import { namesToRecord, refusalOfReturns } from './returns.js';

/** The past afterwards, and what is answered. */
export type Decided = readonly [past: Past, answer: ToldResult];

/** Decides movements: a repeat, a conflict, or all of them anew, whole or not at all. Nearly always there is one way. */
export function postMovements(past: Past, channel: string, asked: readonly NewMovement[]): Decided[] {
  const holders = asked.map(({ reference }) => is.holderOf(past, channel, reference));
  if (holders.every((holder) => holder === undefined)) return [decide(past, channel, asked)];
  const conflict: Decided = [past, invalid(Reason.REFERENCE_CONFLICT)];
  const same = holders.map((holder, n) => (holder && asked[n] && isSame(holder, asked[n]) ? holder : undefined));
  const known = same.filter((holder) => holder !== undefined);
  const fates = new Set(known.map(({ reason }) => reason));
  if (known.length !== asked.length || fates.size > 1) return [conflict];
  const places = known.map((holder) => past.indexOf(holder));
  const repeat: Decided = [past, ofMovements(past, places)];
  const commands = new Set(known.map(({ command }) => command));
  const run = places.every((place, n) => place === (places[0] ?? 0) + n);
  // What was made of several commands that all were applied may be told as it is, or be called a different request.
  return commands.size === 1 && run ? [repeat] : [repeat, conflict];
}

/** The fields that a repeat must have in common with the first request (eBET, increaseCredit). */
function isSame(record: MovementRecord, asked: NewMovement): boolean {
  return (
    record.player === asked.playerId &&
    record.currency === asked.currency &&
    record.kind === asked.kind &&
    record.amount === minorOf(asked.amount, asked.currency) &&
    (record.round === asked.round || asked.roundUnsigned) &&
    record.providerType === asked.providerType &&
    referencesOf(record.names) === referencesOf(asked.names)
  );
}

function referencesOf(names: readonly { readonly reference: string }[]): string {
  return JSON.stringify([...new Set(names.map(({ reference }) => reference))].sort());
}

function decide(past: Past, channel: string, asked: readonly NewMovement[]): Decided {
  const command = is.movementsOf(past).length;
  const failed = failedBetsOf(past, channel, asked, command);
  // One after the other, each on what those before it left; the first that is refused refuses all.
  let { reason } = failed;
  let now: Past = [...past, ...failed.refunds, ...failed.blocks];
  for (const movement of asked) {
    if (reason !== Reason.UNSPECIFIED) break;
    reason = refusalOf(now, channel, movement);
    if (reason === Reason.UNSPECIFIED) now = [...now, recordOf(now, channel, movement, command, reason, true)];
  }
  if (reason !== Reason.UNSPECIFIED) {
    const final = asked.some(({ kind }) => KIND_RULES[kind]?.stake);
    const refused = [...past, ...failed.blocks];
    now = [...refused, ...asked.map((movement) => recordOf(refused, channel, movement, command, reason, final))];
  }
  const places = asked.map((_, n) => now.length - asked.length + n);
  return [now, ofMovements(now, places)];
}

/** Why a movement is refused: the first reason, in the order of the protocol's checks. */
function refusalOf(now: Past, channel: string, asked: NewMovement): Reason {
  const { playerId: player, currency, kind, reference } = asked;
  const amount = minorOf(asked.amount, currency) ?? 0n;
  if (amount < 0n && is.isUnderMaintenance(now, channel)) return Reason.MAINTENANCE;
  if (amount < 0n && is.isBlocked(now, channel, reference, player)) return Reason.BLOCKED;
  if (!is.currenciesOf(now, player).includes(currency)) return Reason.NO_ACCOUNT;
  if (KIND_RULES[kind]?.stake && is.freezesOf(now, player).length > 0) return Reason.FROZEN;
  const returns = refusalOfReturns(now, channel, asked);
  if (returns !== Reason.UNSPECIFIED) return returns;
  const after = is.balanceOf(now, player, currency) + amount;
  if (amount < 0n && after < 0n) return Reason.INSUFFICIENT_FUNDS;
  if (after > LIMIT) return Reason.BALANCE_LIMIT;
  const house = houseOf(now, channel, currency, kind) - amount;
  return house > LIMIT || house < -LIMIT ? Reason.BALANCE_LIMIT : Reason.UNSPECIFIED;
}

function recordOf(
  now: Past,
  channel: string,
  asked: NewMovement,
  command: number,
  reason: Reason,
  holds: boolean,
): MovementRecord {
  const { playerId: player, currency, kind, reference, round, providerType, wager } = asked;
  const applied = reason === Reason.UNSPECIFIED;
  const amount = minorOf(asked.amount, currency) ?? 0n;
  const before = is.balanceOf(now, player, currency);
  return {
    ...{ what: 'movement', command, channel, player, currency, kind, amount, reason, reference, holds },
    ...{ before, after: applied ? before + amount : before },
    ...{ round, providerType, withholding: asked.withholding || kind === Kind.WITHHOLDING, wager },
    names: namesToRecord(now, channel, asked, applied && amount !== 0n),
  };
}
