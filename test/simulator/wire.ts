import http from 'node:http';
import https from 'node:https';
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';
import { read, type Json } from './exact-json.js';
import { SetupError } from './setup-error.js';

/** What came back: `http` 0 if nothing did, and then `text` says why. */
export interface Answer {
  readonly http: number;
  readonly text: string;
  /** Undefined if the text is not a JSON object or list. */
  readonly json: Json | undefined;
}

export interface Sending {
  readonly method?: string;
  readonly contentType?: string;
  /** Cuts the connection once the request has been sent, or once its answer begins to come: the answer is lost. */
  readonly lose?: 'when sent' | 'when answered';
}

/** How one endpoint answered. */
export interface EndpointReport {
  readonly path: string;
  readonly answers: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** After so many calls in a row without any answer the wallet has gone, and going on would only fill the report. */
const SILENCE_MAX = 40;

/** Calls one wallet over HTTP and keeps count. */
export class Wire {
  readonly #agent: http.Agent;
  readonly #client: typeof http | typeof https;
  readonly #base: URL;
  readonly #latencies = new Map<string, RecordableHistogram>();
  #silent = 0;
  #calls = 0;

  constructor(
    url: string,
    readonly timeoutMs: number,
  ) {
    this.#base = baseOf(url);
    this.#client = this.#base.protocol === 'https:' ? https : http;
    this.#agent = new this.#client.Agent({ keepAlive: true, maxSockets: Infinity });
  }

  /** Everything sent, answered or not. */
  get calls(): number {
    return this.#calls;
  }

  /** Throws a SetupError when the wallet has gone; a single call without an answer is an answer with `http` 0. */
  async send(path: string, body: string, sending: Sending = {}): Promise<Answer> {
    this.#calls++;
    const started = performance.now();
    const answer = await this.#exchange(path, body, sending);
    if (sending.lose) return answer;
    this.#silent = answer.http === 0 ? this.#silent + 1 : 0;
    if (this.#silent > SILENCE_MAX) {
      throw new SetupError(
        `${this.#base.href} has stopped answering: ${answer.text}\nLook at the wallet's own log, start it again and repeat the run.`,
      );
    }
    if (answer.http === 200) this.#record(path, performance.now() - started);
    return answer;
  }

  endpoints(): EndpointReport[] {
    const inMs = (microseconds: number) => Math.round(microseconds / 10) / 100;
    return [...this.#latencies].map(([path, histogram]) => ({
      path,
      answers: histogram.count,
      p50Ms: inMs(histogram.percentile(50)),
      p99Ms: inMs(histogram.percentile(99)),
      maxMs: inMs(histogram.max),
    }));
  }

  close(): void {
    this.#agent.destroy();
  }

  #record(path: string, ms: number): void {
    let histogram = this.#latencies.get(path);
    if (!histogram) this.#latencies.set(path, (histogram = createHistogram()));
    histogram.record(Math.max(1, Math.round(ms * 1000)));
  }

  #exchange(path: string, body: string, { method = 'POST', contentType, lose }: Sending): Promise<Answer> {
    const content = Buffer.from(body);
    const carriesBody = method !== 'GET' && method !== 'HEAD';
    const headers = carriesBody
      ? { 'content-type': contentType ?? 'application/json', 'content-length': content.length }
      : {};
    const target = new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base);
    return new Promise((resolve) => {
      const nothing = (why: string) => resolve({ http: 0, text: why, json: undefined });
      // A connection of its own for what is cut, so that no other call is cut with it.
      const agent = lose ? false : this.#agent;
      const cut = () => request.destroy(new Error('cut by the simulator'));
      const request = this.#client.request(target, { method, headers, agent }, (response) => {
        if (lose) return cut();
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => nothing(error.message));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ http: response.statusCode ?? 0, text, json: read(text) });
        });
      });
      request.setTimeout(this.timeoutMs, () => request.destroy(new Error(`no answer in ${this.timeoutMs} ms`)));
      request.on('error', (error) => nothing(messageOf(error)));
      if (lose === 'when sent') request.on('finish', () => setImmediate(cut));
      request.end(carriesBody ? content : undefined);
    });
  }
}

/** An AggregateError of several addresses has an empty message of its own. */
function messageOf(error: Error): string {
  if (error.message) return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : String(error);
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return base;
  throw new SetupError(`--url ${url} is not an address; expected for example http://127.0.0.1:8080`);
}
