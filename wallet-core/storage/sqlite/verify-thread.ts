import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { recordId } from '../../journal/position.js';
import { Findings, type Finding } from '../../verify/finding.js';
import { checkRequests } from '../../verify/requests.js';
import { verify, type Progress, type Verification } from '../../verify/verify.js';
import { openReader } from './connection.js';
import { explained } from './damage.js';
import { checkIndexes } from './index-check.js';
import { WRITER } from './journal-writer.js';
import { LedgerSource } from './ledger-source.js';
import { SQLite } from './library.js';
import { Pace } from './pace.js';
import { ReferenceFilters } from './reference-filter.js';
import { keptRequests } from './scan-requests.js';
import type { FromVerifier, VerifyThreadData } from './verifier.js';

// A thread that verifies: it reads on a connection of its own, while calls are served and written.
const PROGRESS_MS = 200;
/** What a small ledger may take. */
const READS_MIN = 1_000;
/** What says nothing of the file. */
const NOT_OF_THE_FILE = /^SQLITE_(NOMEM|CANTOPEN|BUSY|FULL|INTERRUPT|PROTOCOL)/;
const NOTHING: Verification = {
  digest: { writer: WRITER, seq: 0n, hash: '0'.repeat(64) },
  entries: 0,
  records: 0,
  movements: 0,
  accounts: 0,
  pruned: 0,
  count: 0,
  findings: [],
};

const { path, against, filterBlocks, share = 1, part } = workerData as VerifyThreadData;
const port = parentPort;
if (!port) throw new Error('verify-thread.ts runs as a worker only');
const answer = (message: FromVerifier) => port.postMessage(message);

// Commits and calls go first. Only Linux has a priority for each thread: elsewhere it would be that of the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let told = -Infinity;
let latest: Progress = { seq: 0n, last: 0n, movements: 0, findings: 0 };
const { db, pages } = open();
const pace = new Pace(share);
/** A read takes many pages, and none is read often: damage can make them lead in a circle. */
const readsMax = READS_MIN + 2 * pages;
let reads = 0;

function open() {
  try {
    const db = openReader(path);
    return { db, pages: Number(db.pragma('page_count', { simple: true })) };
  } catch (error) {
    // What SQLite throws loses its message on the way to another thread.
    throw explained(path, error);
  }
}

function tell(progress: Progress): void {
  latest = progress;
  if (performance.now() - told < PROGRESS_MS) return;
  told = performance.now();
  answer({ type: 'progress', progress });
}

function verifyJournal(): Verification {
  try {
    const filters = filterBlocks && new ReferenceFilters(filterBlocks);
    return verify(new LedgerSource(db, pause, filters), against, tell);
  } catch (error) {
    const { seq, movements, findings } = latest;
    const finding = unreadable(error, `reading on after entry ${seq}`);
    return { ...NOTHING, entries: Number(seq), movements, count: findings + 1, findings: [finding] };
  }
}

function verifyRest(): Verification {
  const findings = new Findings();
  let where = 'reading the tables';
  try {
    const last = db.prepare<[], bigint | null>('SELECT max(seq) FROM entry').pluck().get() ?? 0n;
    checkIndexes(db, { lastEntry: last, lastRecord: recordId(last + 1n, 0) - 1n }, findings, pause);
    where = 'reading the kept requests';
    for (const requests of keptRequests(db, last, pause)) {
      checkRequests(requests, findings);
      where = `reading on after the requests of entry ${requests.seq}`;
    }
  } catch (error) {
    findings.add(unreadable(error, where));
  }
  return { ...NOTHING, count: findings.count, findings: findings.kept };
}

/** What keeps it from going on is a finding: on a page that is damaged, reading ends where nothing makes sense. */
function unreadable(error: unknown, subject: string): Finding {
  if (error instanceof SQLite.SqliteError && NOT_OF_THE_FILE.test(error.code)) throw explained(path, error);
  const seen = error instanceof Error ? error.message : String(error);
  return { check: 'FILE', subject, expected: 'a ledger that can be read', seen };
}

function pause(): void {
  reads += 1;
  if (reads > readsMax) throw new Error('its pages lead in a circle');
  pace.pause();
}

const verification = part === 'journal' ? verifyJournal() : verifyRest();
db.close();
answer({ type: 'verified', verification });
