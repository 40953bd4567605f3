import { createReadStream, statSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { formatDigest } from '../journal/digest.js';
import { importLedger } from '../storage/sqlite/import.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';
import { interruptible } from './interruption.js';

export interface ImportOptions {
  /** "-": standard input. */
  readonly from: string;
  readonly data: string;
  readonly json: boolean;
}

/** Makes a ledger of an export in a folder that has none, and gives the exit code. */
export async function importJournal({ from, data, json }: ImportOptions): Promise<number> {
  // The ledger holds names, requests and hashes of passwords: nobody else on the machine reads it.
  process.umask(0o077);
  const bar = new Bar('{bar} {percentage}% {what} {count}, {eta_formatted}', json);
  try {
    const input = from === '-' ? process.stdin : createReadStream(from, { highWaterMark: 256 * 1024 });
    // The size of a pipe nobody knows: its bar stays where it is, and counts.
    const size = from === '-' ? 1 : Math.max(statSync(from).size, 1);
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
    const { digest, entries, records, movements, accounts } = await interruptible((interrupted) =>
      importLedger(
        data,
        counted(interrupted),
        {
          lines: (count) => bar.update(from === '-' ? 0 : read, size, { what: 'line', count: String(count) }),
          verifying: ({ seq, last }) =>
            bar.update(Number(seq), Number(last), { what: 'verifies entry', count: String(seq) }),
        },
        interrupted,
      ),
    );
    bar.stop();
    const told = { data, digest: formatDigest(digest), entries, records, movements, accounts };
    console.log(json ? JSON.stringify(told, null, 2) : asText(told));
    return EXIT.good;
  } catch (error) {
    bar.stop();
    console.error(`nothing was imported: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.failed;
  }
}

function asText(told: { data: string; digest: string; entries: number; records: number; movements: number }): string {
  const { data, digest, entries, records, movements } = told;
  return [
    `${data} has the ledger, and it is proved.`,
    `made    ${entries} entries, ${records} records, ${movements} movements`,
    `digest  ${digest}`,
  ].join('\n');
}
