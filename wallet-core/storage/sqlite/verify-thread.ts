import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { recordId } from '../../journal/position.js';
import { Findings } from '../../verify/finding.js';
import { verify, type Progress, type Verification } from '../../verify/verify.js';
import { openReader } from './connection.js';
import { checkIndexes } from './index-check.js';
import { WRITER } from './journal-writer.js';
import { LedgerSource } from './ledger-source.js';
import { Pace } from './pace.js';
import type { FromVerifier, VerifierData } from './verifier.js';

// The thread that verifies: it reads on a connection of its own, while calls are served and written.
const PROGRESS_MS = 200;
/** What a small ledger may take. */
const READS_MIN = 1_000;
/** What says nothing of the file. */
const NOT_OF_THE_FILE = /^SQLITE_(NOMEM|CANTOPEN|BUSY|FULL|INTERRUPT|PROTOCOL)/;

const { path, against, share = 1 } = workerData as VerifierData;
const port = parentPort;
if (!port) throw new Error('verify-thread.ts runs as a worker only');
const answer = (message: FromVerifier) => port.postMessage(message);

// Commits and calls go first. Only Linux has a priority for each thread: elsewhere it would be that of the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let told = 0;
let latest: Progress = { seq: 0n, last: 0n, movements: 0, findings: 0 };
const db = openReader(path);
const pace = new Pace(share);
/** A read takes many pages, and none is read often: damage can make them lead in a circle. */
const readsMax = READS_MIN + 2 * Number(db.pragma('page_count', { simple: true }));
let reads = 0;

function tell(progress: Progress): void {
  latest = progress;
  if (performance.now() - told < PROGRESS_MS) return;
  told = performance.now();
  answer({ type: 'progress', progress });
}

/** What keeps it from going on is a finding: on a page that is damaged, reading ends where nothing makes sense. */
function readAll(): Verification {
  try {
    return withIndexes(verify(new LedgerSource(db, pause), against, tell));
  } catch (error) {
    if (error instanceof Database.SqliteError && NOT_OF_THE_FILE.test(error.code)) throw error;
    const seen = error instanceof Error ? error.message : String(error);
    const { seq, movements, findings } = latest;
    const subject = `reading on after entry ${seq}`;
    return {
      digest: { writer: WRITER, seq: 0n, hash: '0'.repeat(64) },
      ...{ entries: Number(seq), records: 0, movements, accounts: 0, pruned: 0, count: findings + 1 },
      findings: [{ check: 'FILE', subject, expected: 'a ledger that can be read', seen }],
    };
  }
}

function withIndexes(verification: Verification): Verification {
  const { seq } = verification.digest;
  const findings = new Findings();
  checkIndexes(db, { lastEntry: seq, lastRecord: recordId(seq + 1n, 0) - 1n }, findings, pause);
  for (const finding of verification.findings) findings.add(finding);
  return {
    ...verification,
    count: verification.count + findings.count - verification.findings.length,
    findings: findings.kept,
  };
}

function pause(): void {
  reads += 1;
  if (reads > readsMax) throw new Error('its pages lead in a circle');
  pace.pause();
}

const verification = readAll();
db.close();
answer({ type: 'verified', verification });
