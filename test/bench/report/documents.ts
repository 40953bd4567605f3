import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { drawChart } from './chart.js';
import type { Report } from './report.js';
import { behindText, linesTable, machineText, markdown, maximaText, measuresTable, overloadTable } from './tables.js';

const ROOT = path.join(import.meta.dirname, '../../../..');
const PAGE = 'docs/performance.md';

/** Goals of the short table in the README. */
const SHORT = /^`wallet` ÷|^`wallet` with|^`wallet-grpc` unary|^p99|^resident|^start|^overload/;

/** Writes what a run came to into the documentation, between the markers that stand there. */
export async function writeDocuments(report: Report): Promise<void> {
  const measures = measuresTable(report);
  const short = { ...measures, rows: measures.rows.filter(([measure = '']) => SHORT.test(measure)) };
  const leftOut = Object.entries(report.leftOut).map(([row, why]) => `\`${row}\` was left out: ${why}.`);
  await fill(PAGE, 'measures', [markdown(measures), ...leftOut].join('\n\n'));
  await fill(PAGE, 'machine', machineText(report.machine, report));
  await fill(PAGE, 'cases', markdown(linesTable(report)));
  const behind = [maximaText(report) ?? [], behindText(report) ?? []].flat();
  await fill(PAGE, 'overload', [markdown(overloadTable(report)), ...behind].join('\n\n'));
  await fill('README.md', 'measures', `${markdown(short)}\n\n${machineText(report.machine, report)}`);
  writeFileSync(path.join(ROOT, 'docs/performance.svg'), drawChart(report));
  await write('docs/performance.json', JSON.stringify(report));
}

async function fill(page: string, name: string, text: string): Promise<void> {
  const content = readFileSync(path.join(ROOT, page), 'utf8');
  const [begin, end] = [`<!-- bench: ${name} -->`, `<!-- bench: end of ${name} -->`];
  const [from, to] = [content.indexOf(begin), content.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: the markers ${begin} and ${end} are missing`);
  await write(page, `${content.slice(0, from + begin.length)}\n\n${text}\n\n${content.slice(to)}`);
}

async function write(file: string, text: string): Promise<void> {
  const filepath = path.join(ROOT, file);
  writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
}
