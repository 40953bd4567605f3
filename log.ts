import { pino, type Logger } from 'pino';
import sonic from 'sonic-boom';
import type { LogLevel } from './config.js';

/** What a pipe takes whole or not at all, so that the lines of two processes that share one are never mixed. */
const WRITE_BYTES_MAX = 4_096;
/** So long lines are gathered for one write: a write for each would cost more than the line. */
const GATHER_MS = 10;
/** What may wait for a reader who has stopped reading; later lines are left out until he goes on. */
const WAITING_BYTES_MAX = 8 * 2 ** 20;
/** An end waits no longer for such a reader. */
const END_MS_MAX = 1_000;

/** Milliseconds to the microsecond, as they stand in a line. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export interface Log {
  readonly log: Logger;
  /** Ends the process when all lines are written, or soon. */
  readonly exit: (code: number) => void;
}

/** The log of a process, in lines of JSON on its standard output, written beside the work: who reads it slowly delays no call. */
export function openLog(name: string, level: LogLevel): Log {
  // A log that nobody reads any more (`npm start | tee`, and tee has died) is no reason to stop moving money. A pipe that
  // was looked at in this way answers at once when it is full, where the thread that writes would wait.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const lines = new sonic.SonicBoom({
    fd: 1,
    sync: false,
    minLength: 1,
    maxWrite: WRITE_BYTES_MAX,
    maxLength: WAITING_BYTES_MAX,
  });
  lines.on('error', () => {});
  let leftOut = 0;
  lines.on('drop', (left: string) => (leftOut += left.split('\n').length - 1));
  const gathered = new Gathered((text) => void lines.write(text));
  // Not as the stream itself: pino would have it write synchronously behind a fatal line, which waits for ever for a dead reader.
  const log = pino({ name, level }, { write: (line) => gathered.add(line) });
  lines.on('drain', () => {
    if (leftOut === 0) return;
    log.warn({ lines: leftOut }, 'lines of the log were left out: who reads it was too slow');
    leftOut = 0;
  });
  const exit = (code: number) => {
    setTimeout(() => process.exit(code), END_MS_MAX);
    gathered.pass();
    lines.flush(() => process.exit(code));
  };
  return { log, exit };
}

/** Lines that wait for others, to be written at once. */
class Gathered {
  readonly #write: (text: string) => void;
  #text = '';
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > WRITE_BYTES_MAX) this.pass();
    this.#text += line;
    this.#bytes += bytes;
    this.#timer ??= setTimeout(() => this.pass(), GATHER_MS);
  }

  /** Writes what there is. */
  pass(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = '';
    this.#bytes = 0;
    if (text !== '') this.#write(text);
  }
}
