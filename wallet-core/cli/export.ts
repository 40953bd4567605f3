import type { Command } from 'commander';
import type { ExportResponse } from '../../proto/gen/wallet/v1/operations.js';
import { withBar } from './bar.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { interruptible } from './interruption.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { print } from './print.js';
import { writeWhole } from './whole-file.js';

interface ExportOptions extends ServerOptions, OperatorOptions {
  /** "-": standard output. */
  readonly to: string;
  readonly json: boolean;
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .summary('Writes the whole journal as lines of JSON.')
    .description(
      'Writes the whole journal as lines of JSON, one for each entry, while the ledger goes on serving; import makes the same ' +
        'ledger of them. The hashes of passwords are among them: keep the file as safe as the ledger.',
    )
    .requiredOption(
      '--to <file>',
      'a file that is not there yet, which only its owner can read; - for standard output',
    );
  withServerOptions(withOperatorOptions(command))
    .option('--json', 'what was written for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 all is written, 2 nothing is; docs/export.md tells the format.')
    .action(ending(exportJournal));
}

const BAR = '{bar} {percentage}% entry {value}/{total}, {eta_formatted}';

/** Writes the journal of a running wallet-core into a file or to standard output, and gives the exit code. */
async function exportJournal({ to, json, ...options }: ExportOptions): Promise<number> {
  process.stdout.on('error', () => {});
  const undone = () => 'nothing was exported';
  return tried(undone, async () => {
    let entries = 0n;
    let bytes = 0;
    await withBar(BAR, json, (bar) =>
      ask(options, async ({ operations }) => {
        const copy = (write: (bytes: Uint8Array) => Promise<void>) =>
          interruptible(async (interrupted) => {
            const call = operations.export({ by: operatorOf(options) });
            const cancel = () => call.cancel();
            interrupted.addEventListener('abort', cancel);
            try {
              for await (const { lines, entry, lastEntry } of call as AsyncIterable<ExportResponse>) {
                await write(lines);
                entries = entry;
                bytes += lines.length;
                bar.update(Number(entry), Number(lastEntry));
              }
            } finally {
              cancel();
              interrupted.throwIfAborted();
            }
          });
        if (to === '-') await copy(toStdout);
        else await writeWhole(to, copy);
      }),
    );
    if (to !== '-') {
      print(json, { file: to, entries, bytes }, () => `${to} has ${entries} entries, ${bytes} bytes.`);
    }
    return EXIT.good;
  });
}

/** Waits while nobody reads: standard output may be a pipe, and its other end may go. */
function toStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())));
}
