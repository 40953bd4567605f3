import { Outcome } from '../../proto/gen/wallet/v1/movement.js';
import type { Result } from '../../proto/gen/wallet/v1/posting.js';
import type { Act, Answer, Place, Told, ToldResult } from './naive/act.js';
import { perform } from './naive/model.js';
import type { Past } from './naive/past.js';

/** What the system answered to an act. */
export type Got = Told | Result;

/** Where and when the system committed a record. */
interface Committed {
  readonly id: string;
  readonly timeMs: bigint;
}

/** One way in which all that was answered so far can have come about. */
export interface World {
  readonly past: Past;
  readonly committed: ReadonlyMap<Place, Committed>;
}

export const EMPTY_WORLD: World = { past: [], committed: new Map() };

/** An act whose order to those before and behind it in the same call is that of the call. */
export interface Answered {
  readonly act: Act;
  readonly got: Got;
}

/** All ways in which calls that were sent at once can have been decided one after the other, as their answers tell. */
export function explain(world: World, calls: readonly (readonly Answered[])[]): World[] {
  const left = calls.filter((call) => call.length > 0);
  if (left.length === 0) return [world];
  const found: World[] = [];
  for (const call of left) {
    const [first, ...rest] = call;
    if (!first) continue;
    const others = left.map((other) => (other === call ? rest : other));
    for (const next of after(world, first)) {
      // What changes nothing may be taken at once: no other order explains more.
      if (next === world) return explain(world, others);
      found.push(...explain(next, others));
    }
  }
  return distinct(found);
}

/** The worlds that an answer leaves possible; the same world: it agrees, and nothing was recorded. */
function after(world: World, { act, got }: Answered): World[] {
  if (wasTooLate(act, got)) return [world];
  return perform(world.past, act).flatMap(([past, answer]) => {
    const committed = agree(world, answer, got);
    if (!committed) return [];
    return past === world.past ? [world] : [{ past, committed }];
  });
}

/** A command that would not wait may come to nothing, and then nothing has happened. */
function wasTooLate(act: Act, got: Got): boolean {
  const impatient = act.act === 'post' && act.command.timeoutMs === 1;
  return impatient && typeof got !== 'string' && got.outcome === Outcome.NOT_APPLIED;
}

/** Whether the system answered what the model says, and the ids that are known then. */
function agree({ committed }: World, answer: Answer, got: Got): ReadonlyMap<Place, Committed> | undefined {
  if (typeof answer === 'string' || typeof got === 'string') return answer === got ? committed : undefined;
  if (!sameWords(answer, got)) return undefined;
  const told: readonly (readonly [Place | undefined, string | undefined])[] = [
    ...answer.movements.map(({ place }, n) => [place, got.movements[n]?.movementId] as const),
    [answer.refund?.place, got.refund?.refundId],
  ];
  const next = new Map(committed);
  for (const [place, id] of told) {
    if (place === undefined || id === undefined) continue;
    const known = committed.get(place);
    if (known && (known.id !== id || known.timeMs !== got.timeMs)) return undefined;
    if (!known && !isAfter(id, [...next.values()].at(-1)?.id)) return undefined;
    next.set(place, { id, timeMs: got.timeMs });
  }
  const { check } = answer;
  if (check?.place !== undefined && committed.get(check.place)?.id !== got.check?.movementId) return undefined;
  return next;
}

/** Whether all is the same but ids and times. */
function sameWords(answer: ToldResult, got: Result): boolean {
  return wordsOf(answer) === wordsOf(got) && (got.message !== '') === (got.outcome === Outcome.INVALID);
}

function wordsOf({ outcome, reason, movements, refund, check }: ToldResult | Result): string {
  return JSON.stringify([
    [outcome, reason],
    movements.map((movement) =>
      'before' in movement ? [movement.before, movement.after] : [movement.balanceBefore, movement.balanceAfter],
    ),
    refund && ('before' in refund ? [refund.before, refund.after] : [refund.balanceBefore, refund.balanceAfter]),
    refund && [refund.refunded, refund.lines.map(({ reference, status, amount }) => [reference, status, amount])],
    check && [check.outcome, check.reason],
  ]);
}

/** An id is a place in the journal: what was decided later has a later one. */
function isAfter(id: string, before: string | undefined): boolean {
  if (before === undefined) return true;
  const [, entry = 0, index = 0] = id.split('.').map(Number);
  const [, entryBefore = 0, indexBefore = 0] = before.split('.').map(Number);
  return entry > entryBefore || (entry === entryBefore && index > indexBefore);
}

/** Worlds in which the same is known: events of different kinds may have changed places. */
function distinct(worlds: readonly World[]): World[] {
  if (worlds.length < 2) return [...worlds];
  const byWords = new Map(worlds.map((world) => [wordsOfWorld(world), world]));
  return [...byWords.values()];
}

function wordsOfWorld({ past }: World): string {
  const sorts = [...new Set(past.map(({ what }) => what))].sort();
  const grouped = sorts.map((sort) => past.filter(({ what }) => what === sort));
  return JSON.stringify(grouped, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
