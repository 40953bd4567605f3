import { escaped } from './escaped.js';

/** A column of a table; the cells of one that is `cut` end in … where the terminal is too narrow. */
export interface Column<Row> {
  readonly head: string;
  readonly of: (row: Row) => string;
  readonly right?: true;
  readonly cut?: true;
}

const GAP = '  ';
const CUT_MIN = 8;

/** A table for a person; `width`: of the terminal, undefined where there is none and nothing is cut. */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width = process.stdout.isTTY ? process.stdout.columns : undefined,
): string {
  const cells = rows.map((row) => columns.map(({ of }) => escaped(of(row))));
  // A column in which nothing stands says nothing.
  const kept = columns.flatMap((_, index) => (cells.some((row) => row[index] !== '') ? [index] : []));
  const widths = kept.map((index) =>
    Math.max(lengthOf(columns[index]?.head ?? ''), ...cells.map((row) => lengthOf(row[index] ?? ''))),
  );
  if (width !== undefined)
    narrow(
      widths,
      kept.map((index) => columns[index]?.cut === true),
      width,
    );
  const line = (texts: readonly string[]) =>
    kept
      .map((index, at) => padded(texts[index] ?? '', widths[at] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [line(columns.map(({ head }) => head)), ...cells.map(line)].join('\n');
}

/** Takes from the columns that may be cut, the widest first, until all fit. */
function narrow(widths: number[], cut: readonly boolean[], width: number): void {
  let over = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - width;
  while (over > 0) {
    const widest = widths.reduce(
      (at, each, index) => (cut[index] && each > (widths[at] ?? 0) ? index : at),
      cut.indexOf(true),
    );
    const now = widths[widest];
    if (now === undefined || now <= CUT_MIN) return;
    widths[widest] = now - 1;
    over -= 1;
  }
}

function padded(text: string, width: number, right: boolean): string {
  const letters = [...text];
  const shown = letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, width - lengthOf(shown)));
  return right ? space + shown : shown + space;
}

function lengthOf(text: string): number {
  return [...text].length;
}

/** Lines of a name and a value; what is empty is left out. */
export function list(fields: readonly (readonly [name: string, value: string])[]): string {
  const given = fields.filter(([, value]) => value !== '');
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${escaped(value)}`).join('\n');
}
