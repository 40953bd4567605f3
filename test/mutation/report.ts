import type { Reason } from './survivors.js';

/** What we read of the report that Stryker writes, in the format that all tools of its kind share. */
export interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** Both count from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** A change that no test noticed. */
export interface Survivor {
  readonly file: string;
  readonly lineNumber: number;
  readonly line: string;
  readonly change: string;
}

/** The statuses of Stryker, by what we count them as. */
export const COUNTED = {
  noticed: ['Killed', 'Timeout'],
  survived: ['Survived'],
  'in no test': ['NoCoverage'],
  'does not load': ['RuntimeError'],
} as const;

export type Counts = Record<keyof typeof COUNTED, number>;

export function countsOf(mutants: readonly Mutant[]): Counts {
  const count = (name: keyof Counts) =>
    mutants.filter(({ status }) => COUNTED[name].some((counted) => counted === status)).length;
  const counts = {
    noticed: count('noticed'),
    survived: count('survived'),
    'in no test': count('in no test'),
    'does not load': count('does not load'),
  };
  const sum = Object.values(counts).reduce((all, each) => all + each, 0);
  if (sum !== mutants.length)
    throw new Error(`${mutants.length - sum} changes were left out, or came to what Stryker does not say`);
  return counts;
}

export function survivorsOf({ files }: Report): Survivor[] {
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => [...COUNTED.survived, ...COUNTED['in no test']].some((survived) => survived === status))
      .map(({ replacement = '', location: { start, end } }) => {
        const whole = lines.slice(start.line - 1, end.line);
        const after = (whole.at(-1) ?? '').length - (end.column - 1);
        const before = whole.join('\n').slice(start.column - 1, -after || undefined);
        const change = `${before} → ${replacement}`.replaceAll(/\s+/g, ' ');
        return { file, lineNumber: start.line, line: (whole[0] ?? '').trim(), change };
      })
      .sort((a, b) => a.lineNumber - b.lineNumber);
  });
}

export function explains(reason: Reason, { file, line, change }: Survivor): boolean {
  return reason.file === file && reason.line === line && reason.changes.includes(change);
}

/** What is wrong with the reasons: survivors without one, and reasons of what does not survive. */
export function faultsOf(report: Report, reasons: readonly Reason[]): string[] {
  const survivors = survivorsOf(report);
  const unexplained = survivors
    .filter((survivor) => !reasons.some((reason) => explains(reason, survivor)))
    .map(
      ({ file, lineNumber, line, change }) => `${file}:${lineNumber} survives without a reason\n  ${line}\n  ${change}`,
    );
  const idle = reasons
    .flatMap((reason) => reason.changes.map((change) => ({ ...reason, changes: [change] })))
    .filter((reason) => !survivors.some((survivor) => explains(reason, survivor)))
    .map(({ file, line, changes }) => `${file} has a reason for what does not survive\n  ${line}\n  ${changes.join()}`);
  return [...unexplained, ...idle];
}

/** The share of changes that a test noticed, of those that load. */
export function scoreOf(report: Report): { readonly noticed: number; readonly all: number; readonly percent: string } {
  const counts = countsOf(Object.values(report.files).flatMap(({ mutants }) => mutants));
  const all = counts.noticed + counts.survived + counts['in no test'];
  return { noticed: counts.noticed, all, percent: `${((100 * counts.noticed) / all).toFixed(1)} %` };
}
