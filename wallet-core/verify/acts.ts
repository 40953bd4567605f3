import type { ActRecord } from '../domain/record.js';
import { indexOf } from '../journal/position.js';
import type { Findings } from './finding.js';

/** An act stands behind the records that it is about, in the same entry. */
export function checkAct({ id, records }: ActRecord, findings: Findings): void {
  const before = BigInt(indexOf(id));
  if (records >= 1n && records <= before) return;
  const subject = 'records of an act';
  findings.add({ check: 'RULES', subject, record: id, expected: `1 to ${before}`, seen: String(records) });
}
