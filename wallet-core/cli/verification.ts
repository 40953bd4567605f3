import { Check, type Finding, type Verification } from '../../proto/gen/wallet/v1/operations.js';

/** What a verification came to, for machines. */
export function verificationAsReport(verification: Verification, seconds: number): object {
  return {
    ...verification,
    seconds,
    movementsPerSecond: rateOf(verification, seconds),
    findings: verification.findings.map((each) => ({ ...each, check: nameOf(each) })),
  };
}

/** The same for a person. */
export function verificationAsText(verification: Verification, seconds: number): string {
  const { clean, digest, entries, records, movements, accounts, findings, findingsCount, requestsPruned } =
    verification;
  const more = findingsCount - BigInt(findings.length);
  return [
    ...findings.map(lineOf),
    ...(more > 0n ? [`… and ${more} more`] : []),
    clean ? 'The ledger is proved.' : `The ledger is NOT proved: ${findingsCount} findings.`,
    `read    ${entries} entries, ${records} records, ${movements} movements, ${accounts} accounts`,
    ...(requestsPruned > 0n ? [`pruned  the requests of ${requestsPruned} entries`] : []),
    `took    ${seconds.toFixed(2)} s, ${rateOf(verification, seconds)} movements/s`,
    `digest  ${digest}`,
  ].join('\n');
}

function rateOf({ movements }: Verification, seconds: number): number {
  return Math.round(Number(movements) / seconds);
}

/** "HOUSE 1.7.2 (ebet/1 CNY GAME) balance after: expected 5, seen 6". */
function lineOf(finding: Finding): string {
  const { recordId, account, subject, expected, seen } = finding;
  const where = [recordId, account === '' ? '' : `(${account})`].filter((part) => part !== '').join(' ');
  return `${nameOf(finding)} ${where === '' ? '' : `${where} `}${subject}: expected ${expected}, seen ${seen}`;
}

function nameOf({ check }: Finding): string {
  return Check[check] ?? String(check);
}
