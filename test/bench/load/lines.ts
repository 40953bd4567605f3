import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 2 ** 22;

/** The lines of a file from a byte on, read in large pieces. */
export class Lines {
  readonly #file: number;
  #offset: number;
  #text = '';
  #position = 0;

  constructor(file: string, offset: number) {
    this.#file = openSync(file, 'r');
    this.#offset = offset;
  }

  /** Undefined at the end. */
  next(): string | undefined {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#position);
      if (end >= 0) {
        const line = this.#text.slice(this.#position, end);
        this.#position = end + 1;
        return line;
      }
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const length = readSync(this.#file, chunk, 0, CHUNK_BYTES, this.#offset);
      if (length === 0) return undefined;
      this.#offset += length;
      // The files have ASCII only, so that no character is cut.
      this.#text = this.#text.slice(this.#position) + chunk.toString('latin1', 0, length);
      this.#position = 0;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
