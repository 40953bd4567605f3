import { KINDS, rule } from '../domain/kinds.js';
import type { MovementRecord } from '../domain/record.js';
import type { Findings } from './finding.js';

/** What the kind of a movement says of it (domain/kinds.ts), whatever command it came from. */
export function checkRules(movement: MovementRecord, findings: Findings): void {
  const { id, player, currency, kind, purpose, amount, reason, holdsReference, names, withholding, wager } = movement;
  const fault = (subject: string, expected: string, seen: string) => {
    findings.add({ check: 'RULES', subject, record: id, account: `${player} ${currency}`, expected, seen });
  };
  if (!Object.hasOwn(KINDS, kind)) return fault('kind', 'one of the kinds', kind);
  const { sign, purpose: expected, mayName } = rule(kind);
  if (sign === 'debit' && amount > 0n) fault(`amount of a ${kind}`, 'at most 0', String(amount));
  if (sign === 'credit' && amount < 0n) fault(`amount of a ${kind}`, 'at least 0', String(amount));
  if (expected !== 'of the refunded debit' && purpose !== expected) fault(`purpose of a ${kind}`, expected, purpose);
  if (kind === 'REFUND' && reason !== null) fault('outcome of a refund', 'applied', reason);
  if (reason === null && holdsReference !== (kind !== 'REFUND')) {
    fault('holding of the reference', String(kind !== 'REFUND'), String(holdsReference));
  }
  if (withholding && kind !== 'BET' && kind !== 'WITHHOLDING') fault(`withholding of a ${kind}`, 'none', 'one');
  if (wager && kind !== 'BET') fault(`wager of a ${kind}`, 'none', 'one');
  for (const { relation } of names) {
    if (relation !== 'MENTION' && !mayName.includes(relation))
      fault(`relation that a ${kind} names with`, 'one of its own', relation);
  }
}
