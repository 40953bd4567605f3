import { expect } from 'chai';
import { pageOf } from './page.js';
import { faultsOf, scoreOf, type Report } from './report.js';
import type { Reason } from './survivors.js';

const SOURCE = `function atLeast(a: number, b: number) {
  return a > b ||
    a === b;
}
`;

/** A report of changes of these statuses: of `a > b`, of both comparisons at once, and of `a === b`. */
function reportOf(...statuses: readonly string[]): Report {
  const [greater, both, equal] = [
    { replacement: 'a >= b', location: { start: { line: 2, column: 10 }, end: { line: 2, column: 15 } } },
    { replacement: 'true', location: { start: { line: 2, column: 10 }, end: { line: 3, column: 12 } } },
    { replacement: 'false', location: { start: { line: 3, column: 5 }, end: { line: 3, column: 12 } } },
  ];
  const mutants = [greater, both, equal].flatMap((mutant, index) => {
    const status = statuses[index];
    return mutant && status !== undefined ? [{ ...mutant, status }] : [];
  });
  return { files: { 'least.ts': { source: SOURCE, mutants } } };
}

const GREATER: Reason = {
  ...{ file: 'least.ts', line: 'return a > b ||', changes: ['a > b → a >= b'] },
  why: 'What is equal is at least.',
};
const BOTH: Reason = { ...GREATER, changes: ['a > b || a === b → true'], why: 'Made up.' };

describe('the report of the mutation test', () => {
  it('counts what was noticed, in time or not, of what could be loaded', () => {
    expect(scoreOf(reportOf('Killed', 'Timeout', 'NoCoverage'))).to.deep.equal({
      ...{ noticed: 2, all: 3, percent: '66.7 %' },
    });
    expect(scoreOf(reportOf('Killed', 'Survived', 'RuntimeError')).percent).to.equal('50.0 %');
  });

  it('takes no change that was left out', () => {
    expect(() => scoreOf(reportOf('Killed', 'Ignored'))).to.throw('1 changes were left out');
  });

  it('finds a survivor without a reason', () => {
    const report = reportOf('Survived', 'Killed', 'NoCoverage');
    expect(faultsOf(report, [GREATER])).to.deep.equal([
      'least.ts:3 survives without a reason\n  a === b;\n  a === b → false',
    ]);
    expect(faultsOf(report, []).length).to.equal(2);
    expect(faultsOf(report, [{ ...GREATER, file: 'most.ts' }]).length, 'of another file').to.equal(3);
  });

  it('finds a reason without a survivor, also one of several changes of a line', () => {
    const reason = { ...GREATER, changes: [...GREATER.changes, ...BOTH.changes] };
    expect(faultsOf(reportOf('Survived', 'Survived', 'Killed'), [reason])).to.deep.equal([]);
    expect(faultsOf(reportOf('Survived', 'Killed', 'Killed'), [reason])).to.deep.equal([
      'least.ts has a reason for what does not survive\n  return a > b ||\n  a > b || a === b → true',
    ]);
  });

  it('tells on its page the score, and each survivor with its reason', () => {
    const page = pageOf(reportOf('Survived', 'Survived', 'Killed'), [GREATER, BOTH]);
    expect(page).to.contain('**1 of 3 changes are noticed: 33.3 %**');
    expect(page).to.contain('| `least.ts` | 1 | 2 | 0 | 0 |');
    expect(page).to.contain('| `least.ts:2` | `a > b → a >= b` | What is equal is at least. |');
    expect(page).to.contain('| `least.ts:2` | `a > b \\|\\| a === b → true` | Made up. |');
  });
});
