import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CORE_METRICS, GATEWAY_METRICS, NODE_METRICS } from '../../metrics.js';
import { dashboard } from './dashboard.js';
import { metricsTables } from './tables.js';

export const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const PAGE = 'docs/operations.md';
const BEGIN = '<!-- metrics: tables -->';
const END = '<!-- metrics: end of tables -->';

const TABLES = { 'wallet-core': CORE_METRICS, gateway: GATEWAY_METRICS, 'Node.js, in both': NODE_METRICS };

/** The files that are written from metrics.ts, as they should be, by their names. */
export async function metricsDocuments(): Promise<Readonly<Record<string, string>>> {
  const page = readFileSync(path.join(ROOT, PAGE), 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: the markers ${BEGIN} and ${END} are missing`);
  const filled = `${page.slice(0, from + BEGIN.length)}\n\n${metricsTables(TABLES)}\n\n${page.slice(to)}`;
  return {
    [PAGE]: await formatted(PAGE, filled),
    'docs/grafana.json': await formatted('docs/grafana.json', JSON.stringify(dashboard(TABLES))),
  };
}

async function formatted(file: string, text: string): Promise<string> {
  const filepath = path.join(ROOT, file);
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}
