import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { OperationsServiceClient, type PruneRequestsResponse } from '../../proto/gen/wallet/v1/operations.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';

export interface PruneOptions {
  readonly address: string;
  readonly before: string;
  readonly json: boolean;
}

/** Has a running wallet-core drop the kept requests of old entries, and gives the exit code. */
export async function pruneRequests({ address, before, json }: PruneOptions): Promise<number> {
  const beforeMs = timeOf(before);
  if (beforeMs === undefined) {
    console.error(
      `--before: is "${before}"; expected a date or a time in UTC, such as 2026-01-01 or 2026-01-01T12:00:00Z`,
    );
    return EXIT.failed;
  }
  // A proxy that the environment names is for the world outside.
  const client = new OperationsServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  // How many there will be nobody knows.
  const bar = new Bar('{entries} entries, {duration_formatted}', json);
  let pruned: PruneRequestsResponse = { entries: 0n, bytes: 0n };
  try {
    const call = client.pruneRequests({ beforeMs: BigInt(beforeMs) });
    for await (pruned of call as AsyncIterable<PruneRequestsResponse>) {
      bar.update(0, 1, { entries: String(pruned.entries) });
    }
    bar.stop();
    const [entries, bytes] = [Number(pruned.entries), Number(pruned.bytes)];
    const told = { before: new Date(beforeMs).toISOString(), entries, bytes };
    console.log(json ? JSON.stringify(told, null, 2) : `The requests of ${entries} entries are gone, ${bytes} bytes.`);
    return EXIT.good;
  } catch (error) {
    bar.stop();
    const { code, details } = error as ServiceError;
    if (details === undefined) throw error;
    console.error(`wallet-core at ${address} dropped ${pruned.entries} and no more: ${status[code]}: ${details}`);
    return EXIT.failed;
  } finally {
    client.close();
  }
}

/** Milliseconds since 1970. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  // The 31st of a month that has 30 days would be the 1st of the next.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10)) ? undefined : ms;
}
