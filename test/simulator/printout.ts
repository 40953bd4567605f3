import type { Checklist, RuleReport } from './conformance.js';
import type { Report } from './simulate.js';
import { table } from './table.js';
import type { Difference } from './tally.js';

const MARKS: Readonly<Record<RuleReport['result'], string>> = { kept: '✓', broken: '✗', 'not played': '–' };

/** A simulation's report for a person. */
export function printReport(report: Report): string {
  const { cases, differences, endpoints } = report;
  const parts = [
    `${report.provider} at ${report.url}: ${report.rounds} rounds of ${report.players} players in ${report.seconds} s, ` +
      `${report.calls} calls, ${report.callsPerSecond}/s; seed ${report.seed}, run ${report.runId}` +
      (report.faults.length > 0 ? `\nfaults: ${report.faults.join(', ')}` : ''),
    table(
      ['', 'case', 'checked', 'differences', 'expected'],
      cases.map((one) => [
        one.differences === 0 ? '✓' : '✗',
        one.name,
        String(one.checks),
        String(one.differences),
        one.expected,
      ]),
    ),
    table(
      ['endpoint', 'answers', 'p50 ms', 'p99 ms', 'max ms'],
      endpoints.map((one) => [
        one.path,
        String(one.answers),
        one.p50Ms.toFixed(2),
        one.p99Ms.toFixed(2),
        one.maxMs.toFixed(2),
      ]),
    ),
    ...cases.flatMap(({ name, first }) => (first ? [printDifference(name, first)] : [])),
    differences === 0
      ? `No difference: every answer and every balance is as the protocol says.`
      : `${differences} differences. To play the same again: ${report.replay}`,
  ];
  return parts.join('\n\n');
}

/** A conformance run as a check list. */
export function printChecklist(checklist: Checklist): string {
  const { rules, kept, broken, notPlayed } = checklist;
  const endpoints = new Map<string, string[]>();
  for (const { name, rule, says, result, missing } of rules) {
    const [endpoint = '', of = ''] = rule.split(': ');
    const lines = endpoints.get(endpoint) ?? [];
    endpoints.set(endpoint, lines);
    lines.push(`  ${MARKS[result]} ${name}: ${says} (${of})${missing === undefined ? '' : ` — ${missing}`}`);
  }
  const list = [...endpoints].map(([endpoint, lines]) => [endpoint, ...lines].join('\n')).join('\n\n');
  const parts = [
    `${checklist.provider} at ${checklist.url}; seed ${checklist.seed}, run ${checklist.runId}`,
    list,
    ...rules.flatMap(({ name, first }) => (first ? [printDifference(name, first)] : [])),
    `${kept} kept, ${broken} broken, ${notPlayed} not played` +
      (broken > 0 ? `. To play the same again: ${checklist.replay}` : ''),
  ];
  return parts.join('\n\n');
}

function printDifference(name: string, { request, expected, seen, where }: Difference): string {
  return [`✗ ${name}: ${where}`, `  request   ${request}`, `  expected  ${expected}`, `  seen      ${seen}`].join('\n');
}
