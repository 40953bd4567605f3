import type { Database } from 'better-sqlite3';
import { entryHash, GENESIS } from '../../journal/chain.js';
import { writeEndLine, writeEntryLine } from '../../journal/line.js';
import { unpackRequests } from '../../journal/requests.js';
import type { ReadEntry } from '../../verify/source.js';
import { DamagedLedgerError, type ExportPiece } from '../port.js';
import { WRITER } from './journal-writer.js';
import { Scan } from './scan.js';

const PIECE_BYTES = 256 * 1024;

/**
 * The lines of the journal up to its last entry of now, cut anywhere into pieces, so that one of a large entry is no larger
 * than any other. It reads as `verify` does: in short transactions, a part at a time.
 */
export function* exportLedger(db: Database): Generator<ExportPiece, void> {
  const last = db.prepare<[], bigint | null>('SELECT max(seq) FROM entry').pluck().get() ?? 0n;
  const requests = db.prepare<[bigint], Buffer>('SELECT body FROM request WHERE seq = ?').pluck();
  let previous = GENESIS;
  let seq = 0n;
  let gathered: Buffer[] = [];
  let size = 0;
  const add = (line: string) => {
    const bytes = Buffer.from(`${line}\n`, 'utf8');
    gathered.push(bytes);
    size += bytes.length;
  };
  function* pieces(least: number): Generator<ExportPiece, void> {
    if (size < least) return;
    const bytes = Buffer.concat(gathered);
    [gathered, size] = [[], 0];
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      yield { bytes: bytes.subarray(at, at + PIECE_BYTES), seq, last };
    }
  }
  for (const { entries } of new Scan(db).chunks(0n, last)) {
    for (const entry of entries) {
      if (entry.seq !== seq + 1n) throw damaged(`entry ${seq + 1n} is missing`);
      add(lineOf(entry, requests.get(entry.seq), previous));
      ({ seq, hash: previous } = entry);
      yield* pieces(PIECE_BYTES);
    }
  }
  if (seq !== last) throw damaged(`entry ${seq + 1n} is missing`);
  add(writeEndLine({ writer: WRITER, seq, hash: Buffer.from(previous).toString('hex') }));
  yield* pieces(1);
}

/** An export that cannot be imported is worth nothing, and tells it too late. */
function lineOf(entry: ReadEntry, request: Uint8Array | undefined, previous: Uint8Array): string {
  const { seq, hash, records, requestsHash } = entry;
  if (Buffer.compare(entryHash(previous, entry, records), hash) !== 0) {
    throw damaged(`entry ${seq} does not fit its hash`);
  }
  if (request === undefined) {
    return writeEntryLine({ ...entry, previous, requests: requestsHash.length === 0 ? [] : null });
  }
  try {
    return writeEntryLine({ ...entry, previous, requests: unpackRequests(request) });
  } catch {
    throw damaged(`the requests of entry ${seq} cannot be unpacked`);
  }
}

/** What no export can be made of. */
export function damaged(what: string): DamagedLedgerError {
  return new DamagedLedgerError(`the ledger is damaged: ${what}; verify finds out more`);
}
