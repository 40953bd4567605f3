import { Worker } from 'node:worker_threads';
import type { Digest } from '../../journal/digest.js';
import { KEPT_MAX } from '../../verify/finding.js';
import type { Progress, Verification } from '../../verify/verify.js';

export interface VerifierData {
  readonly path: string;
  readonly against: Digest | undefined;
  /** Of the ReferenceFilters of the thread that writes, if there is one; else it reads filters itself. */
  readonly filterBlocks?: readonly SharedArrayBuffer[];
  /** How much of a core it may take, above 0 to 1; left out, as with 1: all of one and what it needs of another. */
  readonly share?: number;
}

/** What a thread verifies. The rest, that is the indexes and the kept requests, needs nothing of what proves the journal. */
export type Part = 'journal' | 'rest';

export interface VerifyThreadData extends VerifierData {
  readonly part: Part;
}

export type FromVerifier =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'verified'; readonly verification: Verification };

/** What a chunk is read into is dropped with it: with room for several it is never copied. */
const YOUNG_MB: Readonly<Record<Part, number>> = { journal: 64, rest: 8 };
/** At most, where it keeps to a share: what it is copied for takes time, of which there is enough, and memory is wanted elsewhere. */
const SHARING_YOUNG_MB = 24;

/**
 * Verifies the ledger of a file: its journal and the rest side by side, each in a thread of its own. An abort ends both and
 * rejects. When it has ended, nothing of it has the file any more.
 */
export async function verifyFile(
  data: VerifierData,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Verification> {
  const end = new AbortController();
  const either = AbortSignal.any([signal, end.signal]);
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const journal = verifyPart(
    { ...data, part: 'journal' },
    (progress) => {
      tell(progress);
      begin();
    },
    either,
  );
  // Once the journal's position is fixed, so that the rest covers all up to it. One after the other they keep to the share
  // that each keeps to.
  const ready = (data.share ?? 1) < 1 ? journal : Promise.race([begun, journal]);
  const rest = ready.then(() => verifyPart({ ...data, part: 'rest' }, tell, either));
  try {
    const [verification, ofRest] = await Promise.all([journal, rest]);
    // What is damaged explains more than what comes of it.
    const findings = [...ofRest.findings, ...verification.findings].slice(0, KEPT_MAX);
    return { ...verification, count: verification.count + ofRest.count, findings };
  } finally {
    // If one has failed the other one is of no more use.
    end.abort();
    await Promise.allSettled([journal, rest]);
  }
}

/** Of the rest only what was found says anything. A thread that ends without an answer rejects. */
function verifyPart(
  workerData: VerifyThreadData,
  tell: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Verification> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const { part, share = 1 } = workerData;
    const youngMb = share < 1 ? Math.min(YOUNG_MB[part], SHARING_YOUNG_MB) : YOUNG_MB[part];
    const resourceLimits = { maxYoungGenerationSizeMb: youngMb };
    const thread = new Worker(new URL('./verify-thread.js', import.meta.url), { workerData, resourceLimits });
    let verification: Verification | undefined;
    let failure = new Error('the verification was stopped');
    const abort = () => void thread.terminate();
    signal.addEventListener('abort', abort);
    thread.on('message', (message: FromVerifier) => {
      if (message.type === 'progress') tell(message.progress);
      else ({ verification } = message);
    });
    thread.on('error', (error: Error) => (failure = error));
    thread.on('exit', () => {
      signal.removeEventListener('abort', abort);
      if (verification) resolve(verification);
      else reject(failure);
    });
  });
}
