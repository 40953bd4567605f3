import { LONE_ACTS } from '../domain/command.js';
import type { ActRecord } from '../domain/record.js';
import { indexOf } from '../journal/position.js';
import type { Findings } from './finding.js';

const WITHOUT_RECORDS: ReadonlySet<string> = new Set(LONE_ACTS);

/** An act stands behind the records that it is about, in the same entry. */
export function checkAct({ id, act, records }: ActRecord, findings: Findings): void {
  const before = BigInt(indexOf(id));
  const [least, most] = WITHOUT_RECORDS.has(act) ? [0n, 0n] : [1n, before];
  if (records >= least && records <= most) return;
  const subject = 'records of an act';
  const expected = least === most ? String(least) : `${least} to ${most}`;
  findings.add({ check: 'RULES', subject, record: id, expected, seen: String(records) });
}
