import type { IncomingMessage, ServerResponse } from 'node:http';

/** For so long an answer of wallet-core serves all who ask. */
const FRESH_MS = 250;
const READY = 'ready';
const STOPPING = 'stopping';
/** Words for a wallet-core that did not answer. */
export const UNANSWERED = ['silent', 'unreachable', 'refused'] as const;

/**
 * `/healthz` and `/readyz`, for orchestrators and load balancers: 200, or 503 with one word of why. However many ask, wallet-core
 * hears one question at a time, and few of those.
 */
export class Health {
  readonly #ask: () => Promise<string>;
  readonly #stopping: AbortSignal;
  readonly #now: () => number;
  #asked: Promise<string> | undefined;
  #freshUntil = Infinity;

  /** `ask`: "ready", or in one word why commits do not work; soon, and it never rejects. `stopping` turns both. */
  constructor(ask: () => Promise<string>, stopping: AbortSignal, now = () => performance.now()) {
    this.#ask = ask;
    this.#stopping = stopping;
    this.#now = now;
  }

  /** Answers a request if it is for one of the two paths. */
  answers({ method, url }: IncomingMessage, response: ServerResponse): boolean {
    if (url !== '/healthz' && url !== '/readyz') return false;
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0 }).end();
      return true;
    }
    const word = url === '/healthz' ? Promise.resolve(this.#stopping.aborted ? STOPPING : 'alive') : this.readiness();
    void word.then((word) => {
      const good = word === READY || word === 'alive';
      if (this.#stopping.aborted) response.setHeader('Connection', 'close');
      const headers = { 'Content-Type': 'text/plain', 'Content-Length': word.length + 1, 'Cache-Control': 'no-store' };
      response.writeHead(good ? 200 : 503, headers).end(`${word}\n`);
    });
    return true;
  }

  /** Whether wallet-core answers at all, whatever it says: a full disk or a damaged ledger is for its operator to judge. */
  async isAnswered(): Promise<boolean> {
    const word = await this.readiness();
    return !UNANSWERED.some((unanswered) => unanswered === word);
  }

  async readiness(): Promise<string> {
    if (this.#stopping.aborted) return STOPPING;
    if (!this.#asked || this.#now() >= this.#freshUntil) {
      this.#freshUntil = Infinity;
      this.#asked = this.#ask().finally(() => (this.#freshUntil = this.#now() + FRESH_MS));
    }
    return this.#asked;
  }
}
