import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordedAs } from '../secured.js';

const PAGE = path.join(import.meta.dirname, '../../../docs/operations.md');
const BLOCK = /```sh\n((?:npx single-wallet|node -e|cp) [^\n]*)\n```\n(?:\n```\n([^]*?)```\n)?/g;

/** A command that docs/operations.md tells, and what it says that this prints, if it says that. */
export interface Told {
  readonly line: string;
  readonly output: string | undefined;
}

/** All of them, in the order of the page. */
export function toldCommands(): Told[] {
  return [...readFileSync(PAGE, 'utf8').matchAll(BLOCK)].map(([, line = '', output]) => ({ line, output }));
}

/** `WRITE_NIGHT_ON_CALL=1`: the page gets what is printed now. */
export const WRITES = process.env['WRITE_NIGHT_ON_CALL'] === '1';

export function writeOutput({ line, output = '' }: Told, printed: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const asked = `\`\`\`sh\n${line}\n\`\`\`\n\n\`\`\`\n`;
  writeFileSync(
    PAGE,
    page.replace(`${asked}${output}\`\`\``, () => `${asked}${printed}\`\`\``),
  );
}

/** What is another at each run, or where callers show tokens: there the opening of an account is an act of somebody. */
export function normal(output: string): string {
  return output
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}-\d\d-\d\d [\d:.]+ UTC|\w{3} +\d+ [\d:]+ \d{4} GMT/g, 'TIME')
    .replace(/\b1\.\d+\.\d+\b/g, 'ID')
    .replace(/ledger-\d{8}T\d{6}Z-\d+\.db/g, 'BACKUP')
    .replace(/1:\d+:[0-9a-f]{64}/g, 'DIGEST')
    .replace(/swt_\S+/g, 'TOKEN')
    .replace(/"signature":"[^"]+"/g, 'SIGNATURE')
    .replace(/"timestamp":\d+/g, 'TIME')
    .replace(/\b[0-9a-f]{12}\b/g, 'TOKEN_ID')
    .replace(/[\d.]+ MB/g, 'SIZE')
    .replace(/[\d.]+ s\b/g, 'SECONDS')
    .replace(/\d+ movements\/s/g, 'RATE')
    .replaceAll(recordedAs(''), '')
    .replace(/^open-account .*\n/gm, '')
    .replace(/\d+ records/g, 'RECORDS')
    .replace(/ +/g, ' ');
}
