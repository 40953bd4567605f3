import { readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.join(import.meta.dirname, '../../../docs/operations.md');

/** What docs/operations.md says of `--json`: the members of what each command prints, and of what stands in that. */
export const DOCUMENTED: ReadonlyMap<string, readonly string[]> = documented();

/** Those of what stands in brackets behind a member are found by the command and that member: "round nets". */
function documented(): Map<string, readonly string[]> {
  const [, rows = ''] = readFileSync(PAGE, 'utf8').split('<!-- json: what commands print -->');
  const found = new Map<string, readonly string[]>();
  for (const [, name = '', told = ''] of rows.matchAll(/^\| (`[a-z -]+`|a movement) +\| (.+?) +\|$/gm)) {
    const row = name.replaceAll('`', '');
    found.set(row, membersIn(told.replace(/\([^)]*\)/g, '')));
    for (const [, member = '', within = ''] of told.matchAll(/`(\w+)` \(([^)]*)\)/g)) {
      found.set(`${row} ${member}`, membersIn(within));
    }
  }
  return found;
}

function membersIn(text: string): string[] {
  return [...text.matchAll(/`([A-Za-z]+)`/g)].map(([, member = '']) => member);
}

/** Members that are there only sometimes. */
const SOMETIMES = new Set([
  'verify signatures',
  'status movements',
  'status openWithholdings',
  'a movement by',
  'a movement request',
  'player show freezes by',
]);
/** Members whose members have a row of their own, and the one whose members are channels. */
const ROWS: Readonly<Record<string, string>> = {
  movements: 'a movement',
  bets: 'a movement',
  withholdings: 'a movement',
  blocked: 'a movement',
  by: 'by',
  signatures: 'signatures',
};
const BY_CHANNEL = 'signatures unknown';

/** Throws if a command printed something else with `--json` than the page says. */
export function expectDocumented(args: readonly string[], stdout: string): void {
  const command = [args.slice(0, 2).join(' '), args[0] ?? ''].find((name) => DOCUMENTED.has(name)) ?? '';
  expectMembers(ROWS[command] ?? command, JSON.parse(stdout));
}

/** Holds each object in what was printed to what the page tells of it. */
function expectMembers(what: string, printed: unknown): void {
  if (Array.isArray(printed)) for (const each of printed) expectMembers(what, each);
  if (typeof printed !== 'object' || printed === null || Array.isArray(printed) || what === BY_CHANNEL) return;
  const told = new Set(DOCUMENTED.get(what));
  const seen = new Set(Object.keys(printed));
  const untold = [...seen].filter((name) => !told.has(name));
  const missing = [...told].filter((name) => !seen.has(name) && !SOMETIMES.has(`${what} ${name}`));
  if (untold.length + missing.length > 0) {
    throw new Error(`--json of ${what}: docs/operations.md does not have ${untold.join()}, and has ${missing.join()}`);
  }
  for (const [name, value] of Object.entries(printed)) expectMembers(ROWS[name] ?? `${what} ${name}`, value);
}
