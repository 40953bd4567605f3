import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { CORE_METRICS, GATEWAY_METRICS, type MetricTable, NODE_METRICS } from '../../metrics.js';
import { metricsDocuments, ROOT } from './documents.js';
import { readPromql } from './promql.js';

const OURS: MetricTable[] = [CORE_METRICS, GATEWAY_METRICS];
const ROWS = OURS.flatMap((table) => Object.values(table));

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
}

function dashboardExpressions(): string[] {
  const { panels } = JSON.parse(readFileSync(path.join(ROOT, 'docs/grafana.json'), 'utf8')) as Dashboard;
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

function alertExpressions(): string[] {
  const [, alerts = ''] = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8').split('### What to alert on');
  const [table = ''] = alerts.split('\n## ');
  return [...table.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, expression = '']) => expression);
}

/** The labels of a series, with those that Prometheus adds; undefined: there is no such series. */
function labelsOf(series: string): readonly string[] | undefined {
  const added = ['job', 'instance'];
  if (series === 'up') return added;
  for (const { name, type, labels } of [...ROWS, ...Object.values(NODE_METRICS)]) {
    if (type !== 'histogram' && series === name) return [...labels, ...added];
    if (type === 'histogram' && series === `${name}_bucket`) return [...labels, ...added, 'le'];
    if (type === 'histogram' && [`${name}_sum`, `${name}_count`].includes(series)) return [...labels, ...added];
  }
  return undefined;
}

describe('the documentation of metrics', () => {
  it('is what npm run metrics-docs writes from their table', async () => {
    for (const [file, text] of Object.entries(await metricsDocuments())) {
      expect(readFileSync(path.join(ROOT, file), 'utf8') === text, `${file} is not; run it`).to.equal(true);
    }
  });

  it('asks for nothing but metrics and labels that there are, in a language that Prometheus reads', () => {
    const expressions = [...dashboardExpressions(), ...alertExpressions()];
    expect(expressions.length).to.be.above(40);
    for (const expression of expressions) {
      const { series, grouped } = readPromql(expression);
      expect(series.length, expression).to.be.above(0);
      const known = series.map(({ name, labels }) => {
        const own = labelsOf(name);
        expect(own, `${name} in ${expression}`).to.not.equal(undefined);
        expect(own, expression).to.include.members(labels);
        return own ?? [];
      });
      expect(known.flat(), expression).to.include.members(grouped);
    }
  });

  for (const [what, expression] of [
    ['no PromQL', 'rate(single_wallet_core_calls_total[5m]'],
    ['a function that there is not', 'rates(single_wallet_core_calls_total[5m])'],
  ] as const) {
    it(`would be found to ask for ${what}`, () => {
      expect(() => readPromql(expression)).to.throw('is no PromQL');
    });
  }

  it('has no two metrics of one name, and names that Prometheus takes', () => {
    const names = ROWS.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { name, type, unit, help } of ROWS) {
      expect(name).to.match(/^single_wallet_(core|gateway)_[a-z_]+$/);
      expect(name.endsWith('_total'), `${name} is a counter`).to.equal(type === 'counter');
      if (unit === 's') expect(name).to.match(/_seconds$/);
      expect(help).to.match(/^[^|]+\.$/);
    }
  });
});
