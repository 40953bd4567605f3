import type { KeyObject } from 'node:crypto';
import { isObject, number, NumberText, print, type Json, type Members } from '../exact-json.js';
import type { Connection } from '../provider.js';
import type { Answer, Sending } from '../wire.js';
import { SIGNED, signedText, signText, type SignedEndpoint } from './signature.js';

export type Endpoint = SignedEndpoint | 'syncCredit' | 'netCheck';

/** eBET sends a call again so often after a network error, a system error or busy. */
const REPEATS_MAX = 3;
const REPEAT_AFTER_MS = 50;
/** System error, and busy: they decide nothing. */
const UNDECIDED: readonly number[] = [500, 4003];
/** Logins and queries over their rate: a wallet counts by the minute. */
const TOO_MANY = 4038;
const RATE_PAUSE_MS = 2_000;
const RATE_WAIT_MS = 70_000;

/** eBET as it calls one channel: builds bodies, signs them, sends them, and sends them again. */
export class Caller {
  #count = 0;
  /** What a channel or eBET would have made up at login; sessions never matter for movements. */
  readonly sessionToken: string;

  constructor(
    readonly connection: Connection,
    readonly key: KeyObject,
  ) {
    this.sessionToken = `${connection.runId}${'0'.repeat(32)}`.slice(0, 32);
  }

  /** An id that neither this run nor another has used. */
  fresh(what: string): string {
    return `${this.connection.runId}-${what}-${++this.#count}`;
  }

  get channel(): Members {
    return { channelId: this.connection.options.channel, currency: this.connection.options.currency };
  }

  /** What every call has beside its own fields. */
  frame(endpoint: Endpoint, what: string): Members {
    return { ...this.channel, seqNo: this.fresh(what), event: endpoint, timestamp: number(Date.now()) };
  }

  /** The body with its signature as the last member, unless it has one. */
  signed(endpoint: Endpoint, body: Members): Members {
    if (endpoint === 'syncCredit' || endpoint === 'netCheck' || Object.hasOwn(body, 'signature')) return body;
    return { ...body, signature: this.sign(signedText(SIGNED[endpoint], body)) };
  }

  sign(text: string): string {
    return signText(text, this.key);
  }

  /** Signs and prints. */
  text(endpoint: Endpoint, body: Members): string {
    return print(this.signed(endpoint, body));
  }

  /** Sends exactly this text, again when eBET would. */
  async send(endpoint: Endpoint, text: string, sending: Sending = {}): Promise<Answer> {
    return this.sendTo(`/${endpoint}`, text, sending);
  }

  async sendTo(path: string, text: string, sending: Sending = {}): Promise<Answer> {
    const { wire } = this.connection;
    let answer = await wire.send(path, text, sending);
    for (let repeat = 1; repeat <= REPEATS_MAX && decidedNothing(answer); repeat++) {
      await pause(REPEAT_AFTER_MS * repeat);
      answer = await wire.send(path, text, sending);
    }
    for (let waited = 0; waited < RATE_WAIT_MS && statusOf(answer.json) === TOO_MANY; waited += RATE_PAUSE_MS) {
      await pause(RATE_PAUSE_MS);
      answer = await wire.send(path, text, sending);
    }
    return answer;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function statusOf(json: Json | undefined): number | undefined {
  const status = isObject(json) ? json.status : undefined;
  return status instanceof NumberText ? Number(status.text) : undefined;
}

function decidedNothing({ http, json }: Answer): boolean {
  const status = statusOf(json);
  return http === 0 || http >= 500 || (status !== undefined && UNDECIDED.includes(status));
}
