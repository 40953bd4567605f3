import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { verify, type Progress } from '../../verify/verify.js';
import { openReader } from './connection.js';
import { LedgerSource } from './ledger-source.js';
import type { FromVerifier, VerifierData } from './verifier.js';

// The thread that verifies: it reads on a connection of its own, while calls are served and written.
const PROGRESS_MS = 200;

const { path, against } = workerData as VerifierData;
const port = parentPort;
if (!port) throw new Error('verify-thread.ts runs as a worker only');
const answer = (message: FromVerifier) => port.postMessage(message);

// Commits and calls go first. Only Linux has a priority for each thread: elsewhere it would be that of the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let told = 0;
const db = openReader(path);
const verification = verify(new LedgerSource(db), against, (progress: Progress) => {
  if (performance.now() - told < PROGRESS_MS) return;
  told = performance.now();
  answer({ type: 'progress', progress });
});
db.close();
answer({ type: 'verified', verification });
