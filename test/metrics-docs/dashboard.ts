import type { Metric, MetricTable } from '../../metrics.js';

/** Of the 24 columns that Grafana has. */
const PANEL = { w: 8, h: 8 };
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const RATE = '[$__rate_interval]';

interface Query {
  readonly expr: string;
  readonly legendFormat: string;
}

/** A dashboard for Grafana with a row for each table and a panel for each metric. */
export function dashboard(tables: Readonly<Record<string, MetricTable>>): object {
  const panels: object[] = [];
  let y = 0;
  for (const [title, table] of Object.entries(tables)) {
    panels.push({ id: panels.length + 1, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 24, h: 1 } });
    y += 1;
    Object.values(table).forEach((metric, index) => {
      const gridPos = { ...PANEL, x: (index % 3) * PANEL.w, y: y + Math.floor(index / 3) * PANEL.h };
      panels.push(panel(panels.length + 1, metric, gridPos));
    });
    y += Math.ceil(Object.keys(table).length / 3) * PANEL.h;
  }
  return {
    ...{ uid: 'single-wallet', title: 'single-wallet', schemaVersion: 39, editable: true, refresh: '30s' },
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }] },
    panels,
  };
}

function panel(id: number, metric: Metric, gridPos: object): object {
  const { name, help, unit } = metric;
  const targets = queries(metric).map((query, index) => ({
    ...{ refId: String.fromCharCode(65 + index), datasource: DATASOURCE, ...query },
  }));
  return {
    ...{ id, type: 'timeseries', title: name.replace(/^single_wallet_/, ''), description: help, gridPos },
    ...{ datasource: DATASOURCE, targets },
    fieldConfig: { defaults: { unit: unit === 'since' || unit === 'until' ? 's' : unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}

/** What a panel shows: rates of counters, the middle and the slowest or largest hundredth of histograms. */
function queries({ name, type, labels, unit }: Metric): readonly Query[] {
  const legend = labels.map((label) => `{{${label}}}`).join(' ');
  switch (type) {
    case 'counter':
      return [{ expr: sum(labels, `rate(${name}${RATE})`), legendFormat: legend || '{{instance}}' }];
    case 'gauge':
      return [{ expr: shown(name, unit), legendFormat: legend || '{{instance}}' }];
    case 'histogram':
      return [0.5, 0.99].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, ${sum(['le', ...labels], `rate(${name}_bucket${RATE})`)})`,
        legendFormat: `${legend} p${quantile * 100}`.trim(),
      }));
  }
}

function shown(name: string, unit: Metric['unit']): string {
  if (unit === 'since') return `time() - ${name}`;
  return unit === 'until' ? `${name} - time()` : name;
}

function sum(labels: readonly string[], of: string): string {
  return `sum by (${(labels.length > 0 ? labels : ['instance']).join(', ')}) (${of})`;
}
