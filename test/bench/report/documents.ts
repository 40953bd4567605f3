import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { drawChart } from './chart.js';
import type { Report } from './report.js';
import { behindText, linesTable, machineText, markdown, maximaText, measuresTable, overloadTable } from './tables.js';

const ROOT = path.join(import.meta.dirname, '../../../..');
const [PAGE, README, JSON_FILE] = ['docs/performance.md', 'README.md', 'docs/performance.json'] as const;

/** Goals of the short table in the README. */
const SHORT = /^`wallet` ÷|^`wallet` with|^`secured` ÷ `echo`|^`wallet-grpc` unary|^p99|^resident|^start|^overload/;

/** Writes what a run came to into the documentation. */
export async function writeDocuments(report: Report): Promise<void> {
  for (const [file, text] of await documentsOf(report)) writeFileSync(path.join(ROOT, file), text);
}

/** Each file that has figures of a run, with those of this one: pages between the markers that stand there. */
export async function documentsOf(report: Report): Promise<Map<string, string>> {
  const measures = measuresTable(report);
  const short = { ...measures, rows: measures.rows.filter(([measure = '']) => SHORT.test(measure)) };
  const leftOut = Object.entries(report.leftOut).map(([row, why]) => `\`${row}\` was left out: ${why}.`);
  const behind = [maximaText(report) ?? [], behindText(report) ?? []].flat();
  const machine = machineText(report.machine, report);
  const page = fill(PAGE, {
    measures: [markdown(measures), ...leftOut].join('\n\n'),
    machine,
    cases: markdown(linesTable(report)),
    overload: [markdown(overloadTable(report)), ...behind].join('\n\n'),
  });
  return new Map([
    [PAGE, await formatted(PAGE, page)],
    [README, await formatted(README, fill(README, { measures: `${markdown(short)}\n\n${machine}` }))],
    [JSON_FILE, await formatted(JSON_FILE, JSON.stringify(report))],
    ['docs/performance.svg', drawChart(report)],
  ]);
}

function fill(page: string, parts: Readonly<Record<string, string>>): string {
  let content = readFileSync(path.join(ROOT, page), 'utf8');
  for (const [name, text] of Object.entries(parts)) {
    const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- bench: end of ${name} -->`];
    const [from, to] = [content.indexOf(begin), content.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${page}: the markers ${begin} and ${end} are missing`);
    content = `${content.slice(0, from + begin.length)}\n\n${text}\n\n${content.slice(to)}`;
  }
  return content;
}

async function formatted(file: string, text: string): Promise<string> {
  const filepath = path.join(ROOT, file);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}
