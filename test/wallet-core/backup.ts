import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { Backup, BackupResponse } from '../../proto/gen/wallet/v1/operations.js';
import type { Clients } from '../system.js';
import { deposit, type TestCore, words } from './core.js';

/** Asks a running wallet-core for a backup; `begun` is given the call, to hang up. */
export function backup(
  { operations }: Clients,
  begun: (call: ClientReadableStream<BackupResponse>) => void = () => {},
): Promise<Backup> {
  return new Promise((resolve, reject) => {
    const call = operations.backup({});
    call.on('data', ({ news }: BackupResponse) => {
      if (news?.$case === 'backup') resolve(news.value);
    });
    call.on('error', (error: ServiceError) => reject(error));
    begun(call);
  });
}

/** Deposits with large requests, of which a copy takes a while. */
export async function grow(core: TestCore, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch += 1) {
    const one = (n: number) => ({ ...deposit('0.01', `large-${batch}-${n}`), request: randomBytes(40_000) });
    const results = await core.postBatch(...Array.from({ length: 100 }, (_, n) => one(n)));
    expect(new Set(results.map(words))).to.deep.equal(new Set(['APPLIED']));
  }
}

/** Waits until a file of this name pattern has something in it, or as many bytes as are told. */
export async function filled(folder: string, pattern: RegExp, bytes = 1): Promise<void> {
  const has = (name: string) => pattern.test(name) && (statSync(path.join(folder, name), SILENT)?.size ?? 0) >= bytes;
  while (!existsSync(folder) || !readdirSync(folder).some(has)) await nextTurn();
}

const SILENT = { throwIfNoEntry: false } as const;
