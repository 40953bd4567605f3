import type { Context } from 'koa';
import type { Logger } from 'pino';
import { rounded } from '../log.js';
import type { GatewayMetrics } from '../metrics-server.js';
import { Callback } from './callback.js';
import type { AddressOf } from './client-address.js';
import type { RefusedCalls } from './refused.js';

/** What one of the providers' endpoints does: it sends the answer, and says by which word of its protocol that is known. */
export type Answering = (ctx: Context, callback: Callback) => Promise<string>;

/** It has no answer of its protocol, because its body did not come or is too large (HTTP 400 or 413). */
const UNREAD = 'UNREAD';
/** The same, because of a fault of ours (HTTP 500). */
const FAULT = 'FAULT';

/** The one place that tells of callbacks, each once it has been answered: by a line in the log, in the metrics, and those refused in the record of them. */
export class Callbacks {
  readonly #addressOf: AddressOf;
  readonly #refused: RefusedCalls;
  readonly #log: Logger;
  readonly #metrics: GatewayMetrics | undefined;

  constructor(addressOf: AddressOf, refused: RefusedCalls, log: Logger, metrics?: GatewayMetrics) {
    this.#addressOf = addressOf;
    this.#refused = refused;
    this.#log = log;
    this.#metrics = metrics;
  }

  /** An endpoint as Koa takes it: for all methods, because @koa/router would ask a second route for the others at each call. */
  on(endpoint: string, answer: Answering): (ctx: Context) => Promise<void> {
    return async (ctx) => {
      if (ctx.method !== 'POST') {
        ctx.set('Allow', 'POST');
        ctx.status = 405;
        return;
      }
      const callback = new Callback(endpoint, this.#addressOf(ctx.req), ctx.req);
      let outcome = FAULT;
      try {
        outcome = await answer(ctx, callback);
      } catch (error) {
        if (!isTheirs(error)) {
          callback.fail(error);
          ctx.status = 500;
          return;
        }
        outcome = UNREAD;
        callback.refuse(error.message);
        throw error;
      } finally {
        this.#tell(callback, outcome);
      }
    };
  }

  #tell(callback: Callback, outcome: string): void {
    const ms = performance.now() - callback.came;
    if (this.#metrics) count(this.#metrics, callback, outcome, ms);
    const { endpoint, address, channel, reference, player, why, error } = callback;
    if (why !== undefined && !callback.isProbe) {
      const named = { address, channel, endpoint, reference, playerId: player, fromProvider: callback.isFromProvider };
      const refusal = { ...named, status: outcome, reason: why, body: callback.body };
      const isTold = this.#refused.note(refusal, callback.isUndecided);
      // A flood of anybody's would take the room of other lines, where what reads the log is slow.
      if (!isTold && !callback.isFromProvider && !callback.isUndecided) return;
    }
    const level = callback.isOurs ? 'error' : why === undefined ? 'info' : 'warn';
    if (!this.#log.isLevelEnabled(level)) return;
    // One literal: spreads would double what the line costs.
    const line = {
      endpoint,
      channel,
      address,
      player,
      reference,
      outcome,
      why,
      ms: rounded(ms),
      readMs: rounded(callback.readMs),
      signatureMs: rounded(callback.signatureMs),
      walletCoreMs: rounded(callback.walletCoreMs),
      traceId: callback.traceId,
      err: error,
    };
    this.#log[level](line, 'callback');
  }
}

function count(metrics: GatewayMetrics, callback: Callback, outcome: string, ms: number): void {
  const { endpoint, channel, readMs, isSigned, signatureMs, walletCoreMs } = callback;
  metrics.calls.inc({ channel, endpoint, outcome });
  if (isSigned === false) metrics.refusedSignatures.inc({ channel });
  const observe = (stage: string, ms: number) => metrics.stages.observe({ endpoint, stage }, ms / 1000);
  if (readMs > 0) observe('read', readMs);
  if (isSigned !== undefined) observe('signature', signatureMs);
  if (walletCoreMs > 0) observe('wallet_core', walletCoreMs);
  observe('whole', ms);
}

/** Whether whoever called is to blame: his body was too large or broke off. */
export function isTheirs(error: unknown): error is Error {
  const { expose, code = '' } = error as { expose?: boolean; code?: string };
  return expose === true || /^(HPE_|ECONN|EPIPE|ERR_INVALID_URL)/.test(code);
}
