import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { OperationsServiceClient, type ExportResponse } from '../../proto/gen/wallet/v1/operations.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';
import { interruptible } from './interruption.js';
import { writeWhole } from './whole-file.js';

export interface ExportOptions {
  readonly address: string;
  /** "-": standard output. */
  readonly to: string;
  readonly json: boolean;
}

/** Writes the journal of a running wallet-core into a file or to standard output, and gives the exit code. */
export async function exportJournal({ address, to, json }: ExportOptions): Promise<number> {
  // A proxy that the environment names is for the world outside.
  const client = new OperationsServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  const bar = new Bar('{bar} {percentage}% entry {value}/{total}, {eta_formatted}', json);
  let entries = 0n;
  let bytes = 0;
  const copy = (write: (bytes: Uint8Array) => Promise<void>) =>
    interruptible(async (interrupted) => {
      const call = client.export({});
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
  try {
    process.stdout.on('error', () => {});
    if (to === '-') await copy(toStdout);
    else await writeWhole(to, copy);
    bar.stop();
    if (to !== '-') {
      const told = { file: to, entries: Number(entries), bytes };
      console.log(json ? JSON.stringify(told, null, 2) : `${to} has ${entries} entries, ${bytes} bytes.`);
    }
    return EXIT.good;
  } catch (error) {
    bar.stop();
    console.error(reasonOf(error as Partial<ServiceError>, address));
    return EXIT.failed;
  } finally {
    client.close();
  }
}

/** Waits while nobody reads: standard output may be a pipe, and its other end may go. */
function toStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())));
}

function reasonOf({ code, details, message }: Partial<ServiceError>, address: string): string {
  if (details === undefined || code === undefined) return `nothing was exported: ${message}`;
  return `nothing was exported; wallet-core at ${address} answered ${status[code]}: ${details}`;
}
