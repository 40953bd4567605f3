import type { IncomingMessage } from 'node:http';
import type { status } from '@grpc/grpc-js';
import { traceIdOf } from '../trace.js';
import { sideBySide } from './cohort.js';
import { answerBy } from './deadline.js';

/** Texts of callers, whose form may not have been looked at, are cut to so many characters. */
const TEXT_MAX = 128;
const NOTHING = Buffer.alloc(0);

/** A callback on its way to its answer: what an operator is then told of it. No secret may be in it. */
export class Callback {
  readonly endpoint: string;
  /** Where it comes from. */
  readonly address: string;
  readonly traceId: string;
  /** On the clock of performance.now(), as is the deadline: when the answer must leave, however often it asks wallet-core. */
  readonly came = performance.now();
  readonly deadline = answerBy(this.came);
  /** The name of its channel; empty: none of ours, or not known yet. */
  channel = '';
  /** What is kept of its body if it is refused before the ledger. */
  body: Buffer = NOTHING;
  reference = '';
  player = '';
  /** Until its body had come and was parsed. */
  readMs = 0;
  /** Checking its signature. */
  signatureMs = 0;
  isSigned: boolean | undefined;
  /** Its address is one that its channel says the provider calls from. */
  isFromListed = false;
  /** Waiting for wallet-core. */
  walletCoreMs = 0;
  /** The gRPC code of the last call to wallet-core that failed. */
  failedWith: status | undefined;
  /** Why it was refused before the ledger, or not decided there. */
  why: string | undefined;
  /** Whether somebody on our side must mend that. */
  isOurs = false;
  /** It was fit to be decided, and was not: too much came, or wallet-core did not answer in time. The next may be so too. */
  isUndecided = false;
  error: unknown;
  /** It only asked whether there is service, so nobody will look for it among those that were refused. */
  isProbe = false;

  constructor(endpoint: string, address: string, { headers }: IncomingMessage) {
    this.endpoint = endpoint;
    this.address = address;
    this.traceId = traceIdOf(headers['traceparent']);
  }

  /** It has been parsed: whom and what it is about, and what of its body may be kept. */
  isRead(reference: string, player: string, body: Buffer): void {
    this.readMs = performance.now() - this.came;
    this.reference = cut(reference);
    this.player = cut(player).toLowerCase();
    this.body = body;
  }

  /** It cannot be parsed: what it seems to be about. Its body is not kept, because nobody knows where in it a secret stands. */
  isUnreadable(reference: string, player: string): void {
    this.reference = cut(reference);
    this.player = cut(player).toLowerCase();
  }

  /** Checks its signature. */
  async isSignedBy(check: () => boolean): Promise<boolean> {
    await sideBySide();
    const since = performance.now();
    this.isSigned = check();
    this.signatureMs = performance.now() - since;
    return this.isSigned;
  }

  /** Whether it is the provider's own, by its address or its signature; else anybody may have sent it. */
  get isFromProvider(): boolean {
    return this.isFromListed || this.isSigned === true;
  }

  refuse(why: string, isOurs = false): void {
    this.why = why;
    this.isOurs = isOurs;
  }

  /** Not decided, although nothing is wrong with it. */
  leaveUndecided(why: string, isOurs = false): void {
    this.refuse(why, isOurs);
    this.isUndecided = true;
  }

  /** Something threw, which nothing should. */
  fail(error: unknown): void {
    this.refuse('a fault of ours', true);
    this.error = error;
  }
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text;
}
