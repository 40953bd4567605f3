import { parentPort, workerData } from 'node:worker_threads';
import { DamagedLedgerError, type ExportPiece } from '../port.js';
import { openReader } from './connection.js';
import { saysDamaged } from './damage.js';
import { damaged, exportLedger } from './export.js';
import type { FromExporter } from './exporter.js';

// The thread that exports: it reads a piece when it is asked for one, so that what nobody takes fills no memory.
const port = parentPort;
if (!port) throw new Error('export-thread.ts runs as a worker only');
const db = openReader(workerData as string);
const pieces = exportLedger(db);

function next(): FromExporter {
  try {
    const read: IteratorResult<ExportPiece, void> = pieces.next();
    return read.done ? { type: 'end' } : { type: 'piece', piece: read.value };
  } catch (error) {
    // The type of an error is lost on the way to another thread.
    if (error instanceof DamagedLedgerError) return { type: 'damaged', message: error.message };
    if (saysDamaged(error)) return { type: 'damaged', message: damaged(String(error)).message };
    throw error;
  }
}

port.on('message', () => port.postMessage(next()));
