import type { Metric, MetricTable } from '../../metrics.js';

/** The tables of docs/operations.md. */
export function metricsTables(tables: Readonly<Record<string, MetricTable>>): string {
  return Object.entries(tables)
    .map(([title, table]) => [`### ${title}`, '', ...HEAD, ...Object.values(table).map(row)].join('\n'))
    .join('\n\n');
}

const HEAD = ['| metric | type | labels | what it says |', '| --- | --- | --- | --- |'];

function row({ name, type, labels, help }: Metric): string {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
}
