import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as prettier from 'prettier';
import { pageOf } from './page.js';
import { faultsOf, scoreOf, type Report } from './report.js';
import { REASONS } from './survivors.js';

const at = (...parts: readonly string[]) => path.join(import.meta.dirname, '..', '..', '..', ...parts);

const report = JSON.parse(readFileSync(at('dist', 'mutation', 'report.json'), 'utf8')) as Report;
const { noticed, all, percent } = scoreOf(report);
console.log(`${noticed} of ${all} changes are noticed: ${percent}`);

const faults = faultsOf(report, REASONS);
if (faults.length > 0) {
  console.error(`\n${faults.join('\n\n')}\n`);
  console.error('Write a test that notices the change, or say in test/mutation/survivors.ts why none can.');
  process.exitCode = 1;
} else {
  const page = at('docs', 'mutation.md');
  const style = await prettier.resolveConfig(page);
  writeFileSync(page, await prettier.format(pageOf(report, REASONS), { ...style, filepath: page }));
  console.log('docs/mutation.md tells each survivor with its reason');
}
