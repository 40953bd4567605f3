import { rmSync } from 'node:fs';
import { formatId } from '../../journal/position.js';
import { LineError } from '../../journal/forms.js';
import { linesOf } from '../../lines.js';
import type { Finding } from '../../verify/finding.js';
import type { Progress, Verification } from '../../verify/verify.js';
import { WRITER } from './journal-writer.js';
import { Importer } from './importer.js';
import { intoEmptyPlace } from './place.js';
import { verifyFile } from './verifier.js';

/** Why no ledger could be made of an export; the message says where it is wrong and what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

export interface ImportProgress {
  /** Lines that were read so far. */
  readonly lines: (count: number) => void;
  /** All lines were read, and what they came to is verified. */
  readonly verifying: (progress: Progress) => void;
}

/** Makes the ledger of an export in a folder that has none, and verifies it before it becomes one. */
export async function importLedger(
  folder: string,
  parts: AsyncIterable<Uint8Array>,
  tell: ImportProgress,
  signal: AbortSignal,
): Promise<Verification> {
  return intoEmptyPlace(folder, 'an import', async (file) => {
    const end = await readInto(file, parts, tell, signal);
    const verification = await verifyFile({ path: file, against: end }, tell.verifying, signal);
    // What only read the file leaves these, empty, beside it.
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
    const [finding] = verification.findings;
    if (finding)
      throw new ImportError(`the lines fit each other, and the ledger that they make is none: ${show(finding)}`);
    return verification;
  });
}

async function readInto(file: string, parts: AsyncIterable<Uint8Array>, tell: ImportProgress, signal: AbortSignal) {
  const importer = new Importer(file);
  let number = 0;
  try {
    for await (const line of linesOf(parts)) {
      signal.throwIfAborted();
      number += 1;
      importer.take(line);
      tell.lines(number);
    }
  } catch (error) {
    if (error instanceof LineError) throw new ImportError(`line ${number}: ${error.message}; ${ADVICE}`);
    throw error;
  } finally {
    importer.close();
  }
  if (importer.end) return importer.end;
  throw new ImportError(
    `line ${number + 1}: there is none, and the last one is not that of an end: it was cut; ${ADVICE}`,
  );
}

const ADVICE = 'export again, or find the file as it was written';

function show({ check, record, subject, account = '', expected, seen }: Finding): string {
  const id = record === undefined ? '' : formatId(WRITER, record);
  return [check, id, account && `(${account})`, `${subject}: expected ${expected}, seen ${seen}`]
    .filter(Boolean)
    .join(' ');
}
