import { Kind, type Movement, Outcome, Reason, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { Column } from './table.js';
import { iso } from './time.js';

/** A movement for machines: the words of the protocol, times in ISO. */
export function movementAsReport({ timeMs, kind, outcome, reason, names, by, ...movement }: Movement) {
  return {
    time: iso(timeMs),
    ...movement,
    kind: kindWord(kind),
    outcome: outcomeWord(outcome),
    reason: reason === Reason.UNSPECIFIED ? '' : Reason[reason],
    names: names.map(({ relation, ...named }) => ({ ...named, relation: Relation[relation] })),
    ...(by && { by }),
  };
}

/** "BET". */
export function kindWord(kind: Kind): string {
  return Kind[kind] ?? String(kind);
}

function outcomeWord(outcome: Outcome): string {
  return Outcome[outcome] ?? String(outcome);
}

/** "APPLIED", "REFUSED FROZEN". */
export function becameOf({ outcome, reason }: Pick<Movement, 'outcome' | 'reason'>): string {
  return [outcomeWord(outcome), reason === Reason.UNSPECIFIED ? '' : Reason[reason]].join(' ').trim();
}

/** What else there is to know of a movement: what it names, what became of it later, who asked for it. */
export function notesOf({ names, refunded, by, withholding, outstanding }: Movement): string {
  const named = names.map(({ relation, reference, amount }) =>
    [Relation[relation], reference, /[1-9]/.test(amount) ? amount : ''].filter(Boolean).join(' '),
  );
  const left = withholding && outstanding !== '' ? [`outstanding ${outstanding}`] : [];
  return [...named, ...left, refunded ? 'refunded' : '', by ? `by ${by.name}: ${by.reason}` : '']
    .filter(Boolean)
    .join(', ');
}

export const MOVEMENT_COLUMNS: readonly Column<Movement>[] = [
  { head: 'time', of: ({ timeMs }) => iso(timeMs) },
  { head: 'id', of: ({ movementId }) => movementId },
  { head: 'channel', of: ({ channel }) => channel, cut: true },
  { head: 'player', of: ({ playerId }) => playerId, cut: true },
  { head: 'kind', of: ({ kind }) => kindWord(kind) },
  { head: 'amount', of: ({ amount }) => amount, right: true },
  { head: 'balance', of: ({ balanceAfter }) => balanceAfter, right: true },
  { head: '', of: ({ currency }) => currency },
  { head: 'outcome', of: becameOf },
  { head: 'reference', of: ({ reference }) => reference, cut: true },
  { head: 'round', of: ({ round }) => round, cut: true },
  { head: 'notes', of: notesOf, cut: true },
];

/** The columns but those that would say the same in each row. */
export function without(...heads: readonly string[]): readonly Column<Movement>[] {
  return MOVEMENT_COLUMNS.filter(({ head }) => !heads.includes(head));
}
