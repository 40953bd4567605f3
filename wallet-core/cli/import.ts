import { createReadStream, statSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { Command } from 'commander';
import { formatDigest } from '../journal/digest.js';
import type { Progress } from '../verify/verify.js';
import { withBar } from './bar.js';
import { ending, EXIT, tried } from './exit.js';
import { interruptible } from './interruption.js';
import { print } from './print.js';

interface ImportOptions {
  /** "-": standard input. */
  readonly from: string;
  readonly data: string;
  readonly json: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .summary('Makes the ledger of an export, in a folder that has none.')
    .description(
      'Makes the ledger of an export, with the same hashes, in a folder that has none. It is verified before it becomes the ' +
        'ledger of that folder. No wallet-core need run.',
    )
    .requiredOption('--from <file>', 'what export wrote; - for standard input')
    .requiredOption('--data <folder>', 'the data folder; made if need be')
    .option('--json', 'what was made for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the ledger is there, 2 there is nothing, and stderr says why.')
    .action(ending(importJournal));
}

const BAR = '{bar} {percentage}% {what} {count}, {eta_formatted}';

/** Makes a ledger of an export in a folder that has none, and gives the exit code. */
async function importJournal({ from, data, json }: ImportOptions): Promise<number> {
  // The ledger holds names, requests and hashes of passwords: nobody else on the machine reads it.
  process.umask(0o077);
  const undone = () => 'nothing was imported';
  return tried(undone, async () => {
    // Loaded by this command alone.
    const { importLedger } = await import('../storage/sqlite/import.js');
    const { digest, entries, records, movements, accounts } = await withBar(BAR, json, async (bar) => {
      // The size of a pipe nobody knows: its bar stays where it is, and counts.
      const size = from === '-' ? undefined : sizeOf(from);
      const input = from === '-' ? process.stdin : createReadStream(from, { highWaterMark: 256 * 1024 });
      let read = 0;
      async function* counted(interrupted: AbortSignal): AsyncGenerator<Uint8Array> {
        try {
          for await (const part of addAbortSignal(interrupted, input) as AsyncIterable<Uint8Array>) {
            read += part.length;
            yield part;
          }
        } finally {
          interrupted.throwIfAborted();
        }
      }
      const progress = {
        lines: (count: number) =>
          bar.update(size === undefined ? 0 : read, size ?? 1, { what: 'line', count: String(count) }),
        verifying: ({ seq, last }: Progress) =>
          bar.update(Number(seq), Number(last), { what: 'verifies entry', count: String(seq) }),
      };
      return interruptible((interrupted) => importLedger(data, counted(interrupted), progress, interrupted));
    });
    const made = { data, digest: formatDigest(digest), entries, records, movements, accounts };
    print(json, made, () => asText(made));
    return EXIT.good;
  });
}

/** Undefined: a pipe or a device tells none. */
function sizeOf(from: string): number | undefined {
  let found;
  try {
    found = statSync(from);
  } catch (error) {
    throw new Error(`--from: ${from} cannot be read; expected the file of an export (${(error as Error).message})`);
  }
  if (found.isDirectory()) throw new Error(`--from: ${from} is a folder; expected the file of an export`);
  return found.isFile() ? Math.max(found.size, 1) : undefined;
}

function asText(made: { data: string; digest: string; entries: number; records: number; movements: number }): string {
  const { data, digest, entries, records, movements } = made;
  return [
    `${data} has the ledger, and it is proved.`,
    `made    ${entries} entries, ${records} records, ${movements} movements`,
    `digest  ${digest}`,
  ].join('\n');
}
