import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { formatDigest, parseDigest, type Digest } from '../journal/digest.js';
import { formatId } from '../journal/position.js';
import type { Restored } from '../storage/sqlite/restore.js';
import type { Verification } from '../verify/verify.js';
import { withBar } from './bar.js';
import { ending, EXIT, tried } from './exit.js';
import { interruptible } from './interruption.js';
import { print } from './print.js';
import { iso } from './time.js';
import { upTo } from './words.js';

interface RestoreOptions {
  readonly from: string;
  readonly data: string;
  readonly against?: string;
  readonly json: boolean;
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .summary('Puts a backup into a folder that has no ledger, and proves it.')
    .description(
      'Puts a backup into a folder that has no ledger, and proves the whole of it before it counts as one. No wallet-core runs ' +
        'on that folder meanwhile; start it there afterwards. What the backup does not contain is lost: see docs/backups.md.',
    )
    .requiredOption('--from <file>', 'a file that backup wrote; it is left as it is')
    .requiredOption('--data <folder>', 'the folder that gets the ledger; made if need be')
    .option('--against <digest>', 'a digest that was filed elsewhere: the backup must contain that past')
    .option('--json', 'a report for machines on stdout and nothing else', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 the ledger is restored and proved, 2 it is not and the folder is as it was, also if it is interrupted.\n' +
        'After a kill, run it again: wallet-core does not start on what is left.',
    )
    .action(ending(restore));
}

/** How many findings are told of a backup that is not proved. */
const FINDINGS_MAX = 10;

/** Restores a backup, shows how far it is, prints what it came to, and gives the exit code. */
async function restore({ from, data, against, json }: RestoreOptions): Promise<number> {
  const folder = path.resolve(data);
  const undone = () => 'nothing was restored';
  return tried(undone, async () => {
    const filed = digestBeside(from);
    const asked = against === undefined ? undefined : readDigest('--against', against);
    // Loaded by this command alone.
    const { restore: restoreLedger, RestoreError } = await import('../storage/sqlite/restore.js');
    const restored = await withBar('{phase} {bar} {percentage}% {eta_formatted}', json, (bar) =>
      interruptible((interrupted) =>
        restoreLedger(
          { from, folder, filed, against: asked },
          ({ phase, done, total }) => bar.update(done, total, { phase: phase.padEnd('verifying'.length) }),
          interrupted,
        ),
      ),
    ).catch((error: unknown) => {
      if (error instanceof RestoreError && error.verification) tellFindings(error.verification);
      throw error;
    });
    const compared = filed !== undefined || asked !== undefined;
    print(json, asReport(restored, compared, folder), () => asText(restored, compared, folder));
    return EXIT.good;
  });
}

/** backup writes the digest beside the file; whoever moves only that has none there. */
function digestBeside(from: string): Digest | undefined {
  const file = from.replace(/\.db$/, '.digest');
  try {
    return file === from ? undefined : readDigest(file, readFileSync(file, 'utf8').trim());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readDigest(where: string, text: string): Digest {
  const digest = parseDigest(text);
  if (digest) return digest;
  throw new Error(`${where}: is "${text.slice(0, 100)}"; expected "writer:entry:hash", as backup and verify print it`);
}

function asReport({ verification, lastMs }: Restored, compared: boolean, folder: string): object {
  const { digest, entries, records, movements, accounts } = verification;
  return {
    data: folder,
    digest: formatDigest(digest),
    compared,
    upTo: iso(lastMs),
    entries,
    records,
    movements,
    accounts,
  };
}

function asText({ verification, lastMs }: Restored, compared: boolean, folder: string): string {
  const { digest, entries, records, movements, accounts } = verification;
  const unfiled = 'note    No digest was filed with it: that nobody changed it since is not proved, see --against.';
  return [
    `The ledger is restored in ${folder} and proved.`,
    `read    ${entries} entries, ${records} records, ${movements} movements, ${accounts} accounts`,
    `up to   ${upTo(lastMs, formatDigest(digest))}`,
    `digest  ${formatDigest(digest)}`,
    ...(compared ? [] : [unfiled]),
    'What was answered after that is lost: a repeat of it is decided anew, a query does not find it. See docs/backups.md.',
  ].join('\n');
}

/** Tells stderr what was found in a backup that is not proved. */
function tellFindings({ findings, count, digest }: Verification): void {
  const lines = findings.slice(0, FINDINGS_MAX).map(({ check, record, account, subject, expected, seen }) => {
    const where = [record === undefined ? '' : formatId(digest.writer, record), account ? `(${account})` : ''];
    return `${[check, ...where, subject].filter(Boolean).join(' ')}: expected ${expected}, seen ${seen}`;
  });
  for (const line of lines) console.error(line);
  if (count > lines.length) console.error(`… and ${count - lines.length} more`);
}
