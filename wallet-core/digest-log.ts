import type { Logger } from 'pino';
import { formatDigest } from './journal/digest.js';
import type { Queries } from './storage/port.js';

const EVERY_MS = 3_600_000;

/**
 * Writes the end of the journal into the log, from time to time and if it has changed. A log that is kept elsewhere so holds
 * what was written here: `verify --against` compares.
 */
export class DigestLog {
  readonly #queries: Queries;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #told: string;

  /** `told`: the one that is in the log already. */
  constructor(queries: Queries, log: Logger, told: string, everyMs = EVERY_MS) {
    this.#queries = queries;
    this.#log = log;
    this.#told = told;
    this.#timer = setInterval(() => void this.tell(), everyMs);
  }

  async tell(): Promise<void> {
    try {
      const digest = formatDigest(await this.#queries.digest());
      if (digest === this.#told) return;
      this.#log.info({ digest }, 'the end of the journal');
      this.#told = digest;
    } catch (error) {
      this.#log.error({ err: error }, 'the end of the journal cannot be read');
    }
  }

  /** Before the store is closed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.tell();
  }
}
