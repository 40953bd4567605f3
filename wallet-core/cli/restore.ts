import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { formatDigest, parseDigest, type Digest } from '../journal/digest.js';
import { formatId } from '../journal/position.js';
import { restore as restoreLedger, RestoreError, type Restored } from '../storage/sqlite/restore.js';
import type { Verification } from '../verify/verify.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';
import { upTo } from './words.js';

export interface RestoreOptions {
  readonly from: string;
  readonly data: string;
  readonly against?: string;
  readonly json: boolean;
}

/** How many findings are told of a backup that is not proved. */
const FINDINGS_MAX = 10;

/** Restores a backup, shows how far it is, prints what it came to, and gives the exit code. */
export async function restore({ from, data, against, json }: RestoreOptions): Promise<number> {
  const bar = new Bar('{phase} {bar} {percentage}% {eta_formatted}', json);
  try {
    const filed = digestBeside(from);
    const asked = against === undefined ? undefined : readDigest('--against', against);
    const order = { from, folder: path.resolve(data), filed, against: asked };
    const restored = await restoreLedger(order, ({ phase, done, total }) =>
      bar.update(done, total, { phase: phase.padEnd('verifying'.length) }),
    );
    bar.stop();
    const compared = filed !== undefined || asked !== undefined;
    writeSync(process.stdout.fd, `${json ? asJson(restored, compared) : asText(restored, compared, order.folder)}\n`);
    return EXIT.good;
  } catch (error) {
    bar.stop();
    if (error instanceof RestoreError && error.verification)
      for (const line of told(error.verification)) console.error(line);
    console.error(`nothing was restored: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.failed;
  }
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

function asJson({ verification, lastMs }: Restored, compared: boolean): string {
  const { digest, entries, records, movements, accounts } = verification;
  const counts = { entries, records, movements, accounts };
  return JSON.stringify({ digest: formatDigest(digest), compared, lastMs: Number(lastMs), ...counts }, null, 2);
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

function told({ findings, count, digest }: Verification): string[] {
  const lines = findings.slice(0, FINDINGS_MAX).map(({ check, record, account, subject, expected, seen }) => {
    const where = [record === undefined ? '' : formatId(digest.writer, record), account ? `(${account})` : ''];
    return `${[check, ...where, subject].filter(Boolean).join(' ')}: expected ${expected}, seen ${seen}`;
  });
  return count > lines.length ? [...lines, `… and ${count - lines.length} more`] : lines;
}
