import { isDeepStrictEqual } from 'node:util';
import { Kind, Outcome, Reason, Relation, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import { UNNAMED } from '../secured.js';
import { EMPTY_WORLD, explain, type Answered, type Got, type World } from './explain.js';
import type { History, Part } from './history.js';
import * as is from './naive/past.js';
import type { MovementRecord, Past } from './naive/past.js';
import { shownOf } from './naive/shown.js';

/** What can be looked at of a player, in the end. */
export interface SeenPlayer {
  /** "CNY 10.00", by currency. */
  readonly accounts: readonly string[];
  readonly freezes: readonly string[];
  /** Oldest first. */
  readonly movements: readonly Movement[];
}

/** What is held against the model. */
export interface Ledger {
  /** Sends the calls of a part at once. */
  send(part: Part): Promise<Got[][]>;
  look(player: string): Promise<SeenPlayer>;
  /** What is known of references: what holds each, else its newest refused attempt. */
  find(channel: string, references: readonly string[]): Promise<readonly Movement[]>;
}

/** The model and the system do not agree. */
export class Disagreement extends Error {
  constructor(
    message: string,
    readonly history: History,
    readonly answers: readonly (readonly Answered[])[][],
  ) {
    super(message);
  }
}

/** What a history came to. */
export interface Held {
  readonly past: Past;
  readonly answers: readonly (readonly Answered[])[][];
}

/** Plays a history, and holds every answer and what is there in the end against the model. */
export async function hold(history: History, ledger: Ledger): Promise<Held> {
  const answers: Answered[][][] = [];
  let worlds: readonly World[] = [EMPTY_WORLD];
  for (const [n, part] of history.entries()) {
    const got = await ledger.send(part);
    const answered = part.map((call, c) => call.map((act, a): Answered => ({ act, got: got[c]?.[a] ?? 'NOT_FOUND' })));
    answers.push(answered);
    const before = worlds;
    worlds = before.flatMap((world) => explain(world, answered));
    if (worlds.length === 0) throw new Disagreement(`no order explains the answers of part ${n}`, history, answers);
  }
  const differences: string[] = [];
  for (const world of worlds) {
    const difference = await differenceInTheEnd(world, history, ledger);
    if (difference === undefined) return { past: world.past, answers };
    differences.push(difference);
  }
  throw new Disagreement(differences.join('\n'), history, answers);
}

async function differenceInTheEnd(world: World, history: History, ledger: Ledger): Promise<string | undefined> {
  const { past } = world;
  for (const player of playersOf(history, past)) {
    const seen = await ledger.look(player);
    const accounts = is.currenciesOf(past, player).map((currency) => {
      return `${currency} ${is.balanceText(past, player, currency)}`;
    });
    const records = is.movementsOf(past).filter((record) => record.player === player);
    const difference =
      differs(`accounts of ${player}`, accounts, seen.accounts) ??
      differs(`freezes of ${player}`, is.freezesOf(past, player), seen.freezes) ??
      recordsDiffer(`records of ${player}`, world, records, seen.movements);
    if (difference !== undefined) return difference;
  }
  for (const channel of new Set(is.movementsOf(past).map((record) => record.channel))) {
    const there = is.movementsOf(past).filter((record) => record.channel === channel && record.kind !== Kind.REFUND);
    const references = [...new Set(there.map(({ reference }) => reference))];
    const known = references
      .map((reference) => is.knownOf(past, channel, reference))
      .filter((one) => one !== undefined);
    const found = await ledger.find(channel, references);
    const difference = recordsDiffer(`what is known of the references of ${channel}`, world, known, found);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function playersOf(history: History, past: Past): string[] {
  const opened = past.filter((event) => event.what === 'account').map(({ player }) => player);
  const moved = is.movementsOf(past).map(({ player }) => player);
  const asked = history.flat(2).flatMap((act) => ('player' in act ? [act.player] : []));
  return [...new Set([...opened, ...moved, ...asked])];
}

function recordsDiffer(
  what: string,
  { past, committed }: World,
  records: readonly MovementRecord[],
  seen: readonly Movement[],
): string | undefined {
  const expected = records.map((record, n) => {
    const known = committed.get(past.indexOf(record));
    // The ids of refunds' movements are never told.
    return { id: known?.id ?? seen[n]?.movementId, timeMs: known?.timeMs ?? seen[n]?.timeMs, ...shownOf(past, record) };
  });
  return differs(what, expected, seen.map(plain));
}

/** A movement as the system tells it, in words. */
function plain(movement: Movement): Record<string, unknown> {
  const { movementId: id, kind, outcome, reason, names, by, ...rest } = movement;
  return {
    ...rest,
    // The model names nobody, whose corrections are recorded of whoever shows a token with the role operate.
    ...(by && !isDeepStrictEqual(by, UNNAMED) && { by }),
    id,
    ...{ kind: Kind[kind], outcome: Outcome[outcome], reason: Reason[reason] },
    names: names.map(({ reference, relation, amount }) => `${Relation[relation]} ${reference} ${amount}`),
  };
}

function differs(what: string, expected: readonly unknown[], seen: readonly unknown[]): string | undefined {
  if (isDeepStrictEqual(expected, seen)) return undefined;
  const at = expected.findIndex((one, n) => !isDeepStrictEqual(one, seen[n]));
  const n = at === -1 ? expected.length : at;
  return `${what} differ at ${n}:\n  model  ${words(expected[n])}\n  system ${words(seen[n])}`;
}

function words(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ?? 'nothing';
}
