import { status, type ServiceError } from '@grpc/grpc-js';
import { Kind, Outcome, Relation, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { FindMovementsResponse, GetMovementByReferenceResponse } from '../../proto/gen/wallet/v1/query.js';
import { cents } from '../simulator/money.js';
import { call, type Clients } from '../system.js';
import { Untrue, type Answer, type Asked, type ClientJournal, type Entry } from './client-journal.js';

/** What the ledger has of some players, as its queries say. */
interface Records {
  /** Movements and refusals by "channel reference", in the order of the journal; without refunds. */
  readonly byReference: ReadonlyMap<string, readonly Movement[]>;
  /** Movements of refunds by "channel reference", the reference being that of the refund request. */
  readonly refunds: ReadonlyMap<string, readonly Movement[]>;
}

const keyOf = (channel: string, reference: string) => `${channel} ${reference}`;

/** How many movements were acknowledged and found as they were told. */
export interface Inspected {
  readonly movements: number;
}

/**
 * Compares what the clients were told with what the ledger has of the players. `settled`: every call has been sent until it
 * was answered; before that, what is unanswered may be there once or not at all.
 */
export async function inspect(
  journal: ClientJournal,
  entries: readonly Entry[],
  players: readonly string[],
  clients: Clients,
  settled: boolean,
): Promise<Inspected> {
  const records = await recordsOf(players, clients);
  const known = new Set<string>();
  let movements = 0;
  for (const entry of entries) {
    if (settled && !entry.isAcknowledged) throw new Untrue(`${entry.name}: is not answered yet`);
    for (const { reference } of entry.asked.movements) known.add(keyOf(entry.asked.channel, reference));
    if (entry.asked.refund !== undefined) known.add(keyOf(entry.asked.channel, entry.asked.refund));
    movements += inspectMovements(journal, entry, records);
    movements += inspectRefund(entry, records);
  }
  for (const key of [...records.byReference.keys(), ...records.refunds.keys()]) {
    if (!known.has(key)) throw new Untrue(`${key}: nobody asked for it`);
  }
  expectRefundedOnce(records);
  return { movements };
}

/** What was never acknowledged, and never will be unless it is sent again, is not there; gives how many those are. */
export async function expectAbsent(
  entries: readonly Entry[],
  players: readonly string[],
  clients: Clients,
): Promise<number> {
  const { byReference, refunds } = await recordsOf(players, clients);
  const silent = entries.filter(({ answers }) =>
    answers.every(({ fate }) => fate === 'unknown' || fate === 'not applied'),
  );
  for (const { asked, name } of silent) {
    const keys = asked.movements.map(({ reference }) => keyOf(asked.channel, reference));
    const refund = asked.refund === undefined ? undefined : keyOf(asked.channel, asked.refund);
    const isThere = keys.some((key) => byReference.has(key)) || (refund !== undefined && refunds.has(refund));
    if (isThere) throw new Untrue(`${name}: was not answered, or as not applied, and is there`);
  }
  return silent.length;
}

/** All records of the players; each one's balances follow from each other and end at the one that is told. */
async function recordsOf(players: readonly string[], clients: Clients): Promise<Records> {
  const byReference = new Map<string, Movement[]>();
  const refunds = new Map<string, Movement[]>();
  for (const playerId of players) {
    let balance = 0n;
    for (const movement of await clients.movements({ playerId })) {
      const name = `${playerId}: ${movement.movementId} ${Kind[movement.kind]} ${movement.reference}`;
      expectEqual(`${name}: the balance before`, cents(movement.balanceBefore), balance);
      if (movement.outcome === Outcome.APPLIED) balance += cents(movement.amount) ?? 0n;
      expectEqual(`${name}: the balance after`, cents(movement.balanceAfter), balance);
      const group = movement.kind === Kind.REFUND ? refunds : byReference;
      const key = keyOf(movement.channel, movement.reference);
      group.set(key, [...(group.get(key) ?? []), movement]);
    }
    expectEqual(`${playerId}: the balance`, cents(await balanceOf(playerId, clients)), balance);
  }
  return { byReference, refunds };
}

async function balanceOf(player: string, clients: Clients): Promise<string> {
  try {
    return await clients.balance(player);
  } catch (error) {
    if ((error as ServiceError).code !== status.NOT_FOUND) throw error;
    throw new Untrue(`${player}: his account was acknowledged as open, and is lost`);
  }
}

/** Each movement of a command is there as its caller was told, once; all of them or none. */
function inspectMovements(journal: ClientJournal, entry: Entry, { byReference }: Records): number {
  const { asked, final } = entry;
  let applied = 0;
  for (const { reference, player, amount } of asked.movements) {
    const found = byReference.get(keyOf(asked.channel, reference)) ?? [];
    const made = found.filter(({ outcome }) => outcome === Outcome.APPLIED);
    const refused = found.length - made.length;
    applied += made.length;
    for (const movement of found) {
      expectEqual(`${entry.name}: the amount`, cents(movement.amount), amount);
      expectEqual(`${entry.name}: the player`, movement.playerId, player);
    }
    if (made.length > 1 || (entry.isFinalWhenRefused && found.length > 1)) {
      throw new Untrue(`${entry.name}: is there ${found.length} times`);
    }
    if (made.length > 0 && found.at(-1)?.outcome !== Outcome.APPLIED) throw new Untrue(`${entry.name}: refused later`);
    if (entry.isDenied && found.length > 0)
      throw new Untrue(`${entry.name}: was answered as not applied, and is there`);
    const open = entry.answers.filter(({ fate }) => fate === 'open').length;
    if (!entry.isFinalWhenRefused && (refused < open || refused > entry.sent)) {
      throw new Untrue(`${entry.name}: was refused ${open} times of ${entry.sent}, ${refused} are recorded`);
    }
    const isClosed = [player, ''].some((whose) => journal.closed.has(`${keyOf(asked.channel, reference)} ${whose}`));
    if (isClosed && amount < 0n && made.length > 0)
      throw new Untrue(`${entry.name}: was reported as failed, and is applied`);
    if (final) expectAsTold(entry, reference, final, found.at(-1));
  }
  if (applied > 0 && applied < asked.movements.length) throw new Untrue(`${entry.name}: is applied in parts`);
  return final ? applied : 0;
}

function expectAsTold(entry: Entry, reference: string, final: Answer, found: Movement | undefined): void {
  const told = final.movements.find((movement) => movement.reference === reference);
  if (!told) throw new Untrue(`${entry.name}: the answer does not say what became of it: ${final.text}`);
  if (!found) throw new Untrue(`${entry.name}: was answered ${final.text}, and is lost`);
  expectEqual(`${entry.name}: whether it was applied`, found.outcome === Outcome.APPLIED, told.applied);
  // An api-v1 answer tells no balance before.
  if (told.before !== undefined)
    expectEqual(`${entry.name}: the balance before`, cents(found.balanceBefore), told.before);
  if (told.after !== undefined) expectEqual(`${entry.name}: the balance after`, cents(found.balanceAfter), told.after);
}

/** Each line that was told as refunded has one movement, and no other line has. */
function inspectRefund({ asked, final, name }: Entry, { byReference, refunds }: Records): number {
  if (asked.refund === undefined || !final) return 0;
  const found = refunds.get(keyOf(asked.channel, asked.refund)) ?? [];
  const told = final.lines.filter(({ status }) => status === 'refunded').map(({ reference }) => reference);
  const made = found.map(debitOf);
  expectEqual(`${name}: what it refunded`, made.sort().join(' '), told.sort().join(' '));
  for (const movement of found) {
    const [debit] = byReference.get(keyOf(asked.channel, debitOf(movement))) ?? [];
    if (!debit) throw new Untrue(`${name}: refunds ${debitOf(movement)}, which is not there`);
    expectEqual(`${name}: what ${debit.reference} gave back`, cents(movement.amount), -(cents(debit.amount) ?? 0n));
    expectEqual(`${name}: whether ${debit.reference} is refunded`, debit.refunded, true);
  }
  const [first, last] = [found[0], found.at(-1)];
  if (final.balances && first && last) {
    expectEqual(`${name}: the balance before`, cents(first.balanceBefore), final.balances.before);
    expectEqual(`${name}: the balance after`, cents(last.balanceAfter), final.balances.after);
  }
  return found.length;
}

function expectRefundedOnce({ refunds }: Records): void {
  const debits = [...refunds.values()].flat().map((movement) => keyOf(movement.channel, debitOf(movement)));
  if (new Set(debits).size < debits.length) throw new Untrue('a debit was refunded twice');
}

function debitOf({ names }: Movement): string {
  return names.find(({ relation }) => relation === Relation.REFUND)?.reference ?? '';
}

/** What was acknowledged is also found by its reference: all of it together, and each alone. */
export async function findEach(entries: readonly Entry[], clients: Clients): Promise<void> {
  const acknowledged = entries.filter(({ final }) => final !== undefined);
  const byChannel = new Map<string, string[]>();
  for (const { asked } of acknowledged) {
    const references = asked.movements.map(({ reference }) => reference);
    byChannel.set(asked.channel, [...(byChannel.get(asked.channel) ?? []), ...references]);
  }
  for (const [channel, references] of byChannel) {
    for (let from = 0; from < references.length; from += 1000) {
      await findAll(channel, references.slice(from, from + 1000), clients);
    }
  }
  for (const { asked } of acknowledged.slice(-10)) await findAlone(asked, clients);
}

async function findAll(channel: string, references: string[], clients: Clients): Promise<void> {
  const found: string[] = [];
  // It may leave some for another call.
  for (let left = references; left.length > 0;) {
    const { movements, unread } = await call<FindMovementsResponse>((done) =>
      clients.queries.findMovements({ channel, references: left, playerId: '' }, done),
    );
    found.push(...movements.map(({ reference }) => reference));
    left = unread;
  }
  expectEqual(`${channel}: found by reference`, found.join(' '), references.join(' '));
}

async function findAlone({ channel, movements, what }: Asked, clients: Clients): Promise<void> {
  for (const { reference } of movements) {
    const { movement, request } = await call<GetMovementByReferenceResponse>((done) =>
      clients.queries.getMovementByReference({ channel, reference }, done),
    );
    expectEqual(`${what}: found alone`, movement?.reference, reference);
    const ofProvider = !channel.startsWith('platform/');
    if (ofProvider) expectEqual(`${reference}: the request that is kept`, request.includes(reference), true);
  }
}

function expectEqual<T>(what: string, seen: T, expected: T): void {
  if (seen !== expected) throw new Untrue(`${what} is ${String(seen)}, and not ${String(expected)}`);
}
