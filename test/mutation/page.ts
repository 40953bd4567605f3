import { COUNTED, countsOf, explains, scoreOf, survivorsOf, type Counts, type Report } from './report.js';
import type { Reason } from './survivors.js';

const INTRODUCTION = `
# How well the tests guard the rules

\`npm run mutation\` changes the code of the rules (\`wallet-core/domain\`, \`wallet-core/money.ts\`) in one place at a time: \`<\` becomes
\`<=\`, a condition \`true\`, a text empty, a block goes away. For each change [Stryker](https://stryker-mutator.io) runs the unit tests
of the rules that come by there (\`test/mutation/tsconfig.json\` names them); no process, file
or network takes part. A change that no test notices shows a gap in the tests, or makes no difference. The command takes one to
four minutes, writes this page, and fails while a survivor has no reason in \`test/mutation/survivors.ts\`, or a reason there no
survivor.

Stryker changes neither types nor what is \`as const\`, so not the table of kinds (\`kinds.ts\`), which \`test/wallet-core/domain.test.ts\`
tells a second time. Nothing else is left out. A change with which a module does not load counts neither way.
`;

/** The page of Markdown that tells the score, and each survivor with its reason. */
export function pageOf(report: Report, reasons: readonly Reason[]): string {
  const { noticed, all, percent } = scoreOf(report);
  const names = Object.keys(COUNTED) as (keyof Counts)[];
  const rows = Object.entries(report.files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, { mutants }]) => {
      const counts = countsOf(mutants);
      return [code(file), ...names.map((name) => counts[name])];
    });
  const survivors = survivorsOf(report).map((survivor) => {
    const { why = '' } = reasons.find((reason) => explains(reason, survivor)) ?? {};
    return [code(`${survivor.file}:${survivor.lineNumber}`), code(survivor.change), why];
  });
  return [
    INTRODUCTION,
    `**${noticed} of ${all} changes are noticed: ${percent}**`,
    table(['file', ...names], rows),
    '## What survives, and why',
    table(['where', 'change', 'why no test notices it'], survivors),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Text as code in a cell of a table, backquotes in it and all. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`';
  const space = text.includes('`') ? ' ' : '';
  return `${fence}${space}${text.replaceAll('|', '\\|')}${space}${fence}`;
}
