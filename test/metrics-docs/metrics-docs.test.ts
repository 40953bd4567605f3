import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { CORE_METRICS, GATEWAY_METRICS, type MetricTable } from '../../metrics.js';
import { metricsDocuments, ROOT } from './documents.js';

const OURS: MetricTable[] = [CORE_METRICS, GATEWAY_METRICS];
const ROWS = OURS.flatMap((table) => Object.values(table));

describe('the documentation of metrics', () => {
  it('is what npm run metrics-docs writes from their table', async () => {
    for (const [file, text] of Object.entries(await metricsDocuments())) {
      expect(readFileSync(path.join(ROOT, file), 'utf8') === text, `${file} is not; run it`).to.equal(true);
    }
  });

  it('alerts on metrics and labels that there are', () => {
    const [, alerts = ''] = readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8').split('### What to alert on');
    const used = [...alerts.matchAll(/\b(single_wallet_\w+?)(?:_bucket|_sum|_count)?\b(?:\{(\w+)=)?/g)];
    expect(used.length).to.be.above(10);
    for (const [, name, label] of used) {
      const metric = ROWS.find((row) => row.name === name);
      expect(metric, name).to.not.equal(undefined);
      if (label !== undefined) expect(metric?.labels, name).to.include(label);
    }
  });

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
