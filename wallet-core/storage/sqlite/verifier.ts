import { Worker } from 'node:worker_threads';
import type { Digest } from '../../journal/digest.js';
import type { Progress, Verification } from '../../verify/verify.js';

export interface VerifierData {
  readonly path: string;
  readonly against: Digest | undefined;
  /** How much of a core it may take, above 0 to 1; left out: all of one. */
  readonly share?: number;
}

export type FromVerifier =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'verified'; readonly verification: Verification };

/** Verifies the ledger of a file in a thread of its own. An abort ends that thread and rejects. */
export function verifyFile(
  data: VerifierData,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Verification> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const thread = new Worker(new URL('./verify-thread.js', import.meta.url), {
      workerData: data,
      // What a chunk is read into is dropped with it: with room for several it is never copied.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    const abort = () => void thread.terminate();
    signal.addEventListener('abort', abort);
    thread.on('message', (message: FromVerifier) => {
      if (message.type === 'progress') tell(message.progress);
      else resolve(message.verification);
    });
    thread.on('error', reject);
    thread.on('exit', () => {
      signal.removeEventListener('abort', abort);
      reject(new Error('the verification was stopped'));
    });
  });
}
