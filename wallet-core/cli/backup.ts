import type { Command } from 'commander';
import type {
  Backup,
  BackupProgress,
  BackupResponse,
  OperationsServiceClient,
} from '../../proto/gen/wallet/v1/operations.js';
import type { Operator } from '../../proto/gen/wallet/v1/operator.js';
import { withBar } from './bar.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { print } from './print.js';
import { iso } from './time.js';
import { megabytes, upTo } from './words.js';

interface BackupOptions extends ServerOptions, OperatorOptions {
  readonly json: boolean;
}

export function addBackup(program: Command): void {
  const command = program
    .command('backup')
    .summary('Has wallet-core copy its ledger, while it goes on serving.')
    .description(
      'Has a running wallet-core copy its ledger into its folder of backups (walletCore.backups, default "backups" in the data ' +
        'folder), while it goes on serving. Prints the file and its digest, which also stands beside it: file it elsewhere too.',
    );
  withServerOptions(withOperatorOptions(command, 'a backup'))
    .option('--json', 'path, digest, bytes and time for machines on stdout and nothing else', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 the backup is whole and on the disk, 2 none was made and nothing is left of it.',
    )
    .action(ending(backup));
}

const BAR = '{bar} {percentage}% {copied} of {size}, {eta_formatted}';

/** Asks for a backup, shows how far it is, prints where it is, and gives the exit code. */
async function backup({ json, ...options }: BackupOptions): Promise<number> {
  const undone = () => 'no backup was made';
  return tried(undone, async () => {
    const began = performance.now();
    const made = await withBar(BAR, json, (bar) =>
      ask(options, ({ operations }) =>
        backedUp(operations, operatorOf(options), ({ bytes, totalBytes }) => {
          const [copied, size] = [Number(bytes), Number(totalBytes)];
          bar.update(copied, size, { copied: megabytes(copied), size: megabytes(size) });
        }),
      ),
    );
    print(json, asReport(made), () => asText(made, (performance.now() - began) / 1000));
    return EXIT.good;
  });
}

function backedUp(
  operations: OperationsServiceClient,
  by: Operator,
  tell: (progress: BackupProgress) => void,
): Promise<Backup> {
  return new Promise((resolve, reject) => {
    const call = operations.backup({ by });
    call.on('data', ({ news }: BackupResponse) => {
      if (news?.$case === 'progress') tell(news.value);
      if (news?.$case === 'backup') resolve(news.value);
    });
    call.on('error', reject);
    call.on('end', () => reject(new Error('the answer ended without a backup')));
  });
}

function asReport({ lastMs, ...made }: Backup) {
  return { ...made, upTo: iso(lastMs) };
}

function asText({ path, digest, bytes, lastMs }: Backup, seconds: number): string {
  return [
    'The ledger is backed up.',
    `file    ${path}, ${megabytes(Number(bytes))} in ${seconds.toFixed(1)} s`,
    `up to   ${upTo(lastMs, digest)}`,
    `digest  ${digest}`,
  ].join('\n');
}
