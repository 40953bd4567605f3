import type { Logger } from 'pino';
import { formatDigest, type Digest } from './journal/digest.js';
import type { Store } from './storage/port.js';
import { FILED_DIGEST, type Finding } from './verify/finding.js';
import type { Progress, Verification } from './verify/verify.js';

/** After a start, which may have come from a disk or a machine that is going bad, the first one is not waited for long. */
const FIRST_MS = 60_000;
/** Of a core. */
const SHARE = 0.2;
/** Findings in one line of the log; the verification that an operator asks for has more. */
const TOLD_MAX = 10;

/**
 * Verifies the ledger again and again in the background, at a pace that leaves the machine to the calls. What it finds, or an
 * operator's own verification, or a call that comes by, is told once: calls go on being answered, and a person decides.
 */
export class Scrub {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #everyMs: number;
  readonly #onDamage: () => void;
  #timer: NodeJS.Timeout | undefined;
  #running: AbortController | undefined;
  #stopped = false;
  #met = false;
  #found = false;
  #lastMs = 0;

  /** `everyMs`: from the end of one to the next, 0: none. `onDamage` hears of each verification that found something, and of a call. */
  constructor(store: Store, log: Logger, everyMs: number, onDamage: () => void) {
    this.#store = store;
    this.#log = log;
    this.#everyMs = everyMs;
    this.#onDamage = onDamage;
  }

  /** Whether damage was found. */
  get hasFound(): boolean {
    return this.#met || this.#found;
  }

  /** When a verification last came to its end, in milliseconds since 1970; 0: none has. */
  get lastMs(): number {
    return this.#lastMs;
  }

  start(): void {
    this.#schedule(Math.min(FIRST_MS, this.#everyMs));
  }

  /** The verification that an operator asks for: a scrub gives way to it. */
  async verify(
    against: Digest | undefined,
    tell: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Verification> {
    const gaveWay = this.#running !== undefined;
    this.#end();
    let done = false;
    try {
      const verification = await this.#store.verify(against, tell, signal);
      done = true;
      this.#judge(verification, 'the ledger was verified');
      return verification;
    } finally {
      this.#schedule(gaveWay && !done ? Math.min(FIRST_MS, this.#everyMs) : this.#everyMs);
    }
  }

  /** A call met damage. Told once: whoever calls again meets it again. */
  meet(error: Error): void {
    if (this.#met) return;
    this.#met = true;
    this.#log.fatal({ err: error }, DAMAGED);
    this.#onDamage();
  }

  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#stopped || this.#everyMs === 0) return;
    this.#timer = setTimeout(() => void this.#scrub(), afterMs);
  }

  async #scrub(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const began = performance.now();
    try {
      const verification = await this.#store.verify(undefined, () => {}, running.signal, SHARE);
      const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
      this.#judge(verification, 'the ledger was scrubbed', { seconds });
    } catch (error) {
      if (!running.signal.aborted) this.#log.error({ err: error }, 'the ledger could not be scrubbed');
    } finally {
      this.#running = undefined;
      if (!running.signal.aborted) this.#schedule(this.#everyMs);
    }
  }

  #judge({ digest, movements, count, findings }: Verification, done: string, about: object = {}): void {
    this.#log.info({ digest: formatDigest(digest), movements, findings: count, ...about }, done);
    this.#lastMs = Date.now();
    if (!findings.some(isDamage)) return;
    this.#log.fatal({ count, findings: findings.slice(0, TOLD_MAX).map(shown) }, DAMAGED);
    this.#found = true;
    this.#onDamage();
  }
}

const DAMAGED =
  'the ledger is damaged or was changed: health says NOT_SERVING until a restart, calls are still answered. Stop ' +
  'wallet-core, copy the data folder elsewhere, and restore the newest backup; docs/reliability.md, "Damaged files"';

/** A digest that an operator typed may be of another ledger: he has the answer, and nobody else is disturbed. */
function isDamage({ subject }: Finding): boolean {
  return subject !== FILED_DIGEST;
}

function shown({ record, ...finding }: Finding): object {
  return { ...finding, ...(record === undefined ? {} : { record: String(record) }) };
}
