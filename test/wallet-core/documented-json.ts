import { readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.join(import.meta.dirname, '../../../docs/operations.md');

/** What docs/operations.md says of `--json`, by command: the members that it names outside of brackets. */
export const DOCUMENTED: ReadonlyMap<string, readonly string[]> = documented();

function documented(): Map<string, readonly string[]> {
  const [, rows = ''] = readFileSync(PAGE, 'utf8').split('<!-- json: what commands print -->');
  const rowOf = /^\| (`[a-z -]+`|a movement) +\| (.+?) +\|$/gm;
  return new Map(
    [...rows.matchAll(rowOf)].map(([, command = '', told = '']) => [
      command.replaceAll('`', ''),
      [...told.replace(/\([^)]*\)/g, '').matchAll(/`([A-Za-z]+)`/g)].map(([, member = '']) => member),
    ]),
  );
}

/** Members that are there only sometimes. */
const SOMETIMES = new Set([
  'verify signatures',
  'status movements',
  'status openWithholdings',
  'a movement by',
  'a movement request',
]);
const LISTS = new Set(['movements', 'bets', 'withholdings', 'blocked']);

/** Throws if a command printed something else with `--json` than the page says. */
export function expectDocumented(args: readonly string[], stdout: string): void {
  const command = [args.slice(0, 2).join(' '), args[0] ?? ''].find((name) => DOCUMENTED.has(name)) ?? '';
  const printed = JSON.parse(stdout) as unknown;
  if (command === 'movements') return expectMovements(printed);
  for (const each of Array.isArray(printed) ? (printed as object[]) : [printed as object]) expectMembers(command, each);
  for (const [name, value] of Object.entries(printed as object)) {
    if (LISTS.has(name) && Array.isArray(value)) expectMovements(value);
  }
}

function expectMovements(printed: unknown): void {
  for (const movement of printed as object[]) expectMembers('a movement', movement);
}

function expectMembers(what: string, printed: object): void {
  const told = new Set(DOCUMENTED.get(what));
  const seen = new Set(Object.keys(printed));
  const untold = [...seen].filter((name) => !told.has(name));
  const missing = [...told].filter((name) => !seen.has(name) && !SOMETIMES.has(`${what} ${name}`));
  if (untold.length + missing.length === 0) return;
  throw new Error(`--json of ${what}: docs/operations.md does not have ${untold.join()}, and has ${missing.join()}`);
}
