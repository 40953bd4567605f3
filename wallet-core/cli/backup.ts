import { writeSync } from 'node:fs';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import {
  OperationsServiceClient,
  type Backup,
  type BackupProgress,
  type BackupResponse,
} from '../../proto/gen/wallet/v1/operations.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';
import { megabytes, upTo } from './words.js';

export interface BackupOptions {
  readonly address: string;
  readonly json: boolean;
}

/** Asks for a backup, shows how far it is, prints where it is, and gives the exit code. */
export async function backup({ address, json }: BackupOptions): Promise<number> {
  // A proxy that the environment names is for the world outside.
  const client = new OperationsServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  const bar = new Bar('{bar} {percentage}% {copied} of {size}, {eta_formatted}', json);
  const began = performance.now();
  try {
    const made = await ask(client, ({ bytes, totalBytes }) => {
      const [copied, size] = [Number(bytes), Number(totalBytes)];
      bar.update(copied, size, { copied: megabytes(copied), size: megabytes(size) });
    });
    bar.stop();
    writeSync(process.stdout.fd, `${json ? asJson(made) : asText(made, (performance.now() - began) / 1000)}\n`);
    return EXIT.good;
  } catch (error) {
    bar.stop();
    const { code, details } = error as ServiceError;
    if (details === undefined) throw error;
    console.error(`wallet-core at ${address} made no backup: ${status[code]}: ${details}`);
    return EXIT.failed;
  } finally {
    client.close();
  }
}

function ask(client: OperationsServiceClient, tell: (progress: BackupProgress) => void): Promise<Backup> {
  return new Promise((resolve, reject) => {
    const call = client.backup({});
    call.on('data', ({ news }: BackupResponse) => {
      if (news?.$case === 'progress') tell(news.value);
      if (news?.$case === 'backup') resolve(news.value);
    });
    call.on('error', reject);
    call.on('end', () => reject(new Error('the answer ended without a backup')));
  });
}

function asJson(made: Backup): string {
  return JSON.stringify(made, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2);
}

function asText({ path, digest, bytes, lastMs }: Backup, seconds: number): string {
  return [
    'The ledger is backed up.',
    `file    ${path}, ${megabytes(Number(bytes))} in ${seconds.toFixed(1)} s`,
    `up to   ${upTo(lastMs, digest)}`,
    `digest  ${digest}`,
  ].join('\n');
}
