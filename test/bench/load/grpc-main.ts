// Posts bets of a platform over gRPC, in a closed or an open loop. Messages are made before the time of a load begins, so that as
// little as possible of the machine goes to this side of them; all answers are read.
import { readFileSync } from 'node:fs';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { bearer } from '../../../bearer.js';
import { Outcome, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import {
  PostBatchResponse,
  PostingServiceService,
  PostResponse,
  type Result,
} from '../../../proto/gen/wallet/v1/posting.js';
import { transportTo } from '../../../transport.js';
import { serveLoads, taskOf } from './generator.js';
import { messageOf } from './grpc-messages.js';
import type { GrpcLoad, GrpcTask } from './grpc-task.js';
import type { Seen } from './load.js';
import { makeLoad, type Sender } from './loops.js';
import { onSchedule, type Phase } from './schedule.js';
import { GIVEN_UP_MS, Tally, type Verdict } from './tally.js';

const { address, access, batch } = taskOf<GrpcTask>();
const client = connected();

serveLoads<GrpcLoad, Seen>(async ({ prefix, count, load }) => {
  const sender = new GrpcSender(prefix, count);
  await new Promise<void>((resolve, reject) => {
    client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve()));
  });
  return makeLoad(sender, load);
});

function connected(): Client {
  const files = access && {
    authorities: readFileSync(access.ca),
    certificate: readFileSync(access.certificate),
    key: readFileSync(access.key),
  };
  const [transport, options] = transportTo(address, files);
  const interceptors = access ? [bearer(readFileSync(access.token, 'utf8').trim())] : [];
  return new Client(address, transport, { ...options, interceptors, 'grpc.enable_http_proxy': 0 });
}

/** Messages, each sent once. */
class GrpcSender implements Sender {
  readonly #prefix: string;
  readonly #prepared: readonly Buffer[];
  #sent = 0;

  constructor(prefix: string, count: number) {
    this.#prefix = prefix;
    const calls = Math.ceil(count / (batch ?? 1));
    this.#prepared = Array.from({ length: calls }, (_, call) => messageOf(call, batch, prefix));
  }

  /** An open loop, in movements, until all has left that is due. */
  async run({ perSecond, seconds }: Phase): Promise<Tally> {
    const tally = new Tally();
    await onSchedule(
      { perSecond: perSecond / (batch ?? 1), seconds },
      (due) => void this.call(due, tally, GIVEN_UP_MS),
    );
    return tally;
  }

  /** Without `timeoutMs` it has no deadline, and an answer that does not come is an error. */
  async call(due: number, tally: Tally, timeoutMs?: number): Promise<void> {
    const answered = tally.sent(due);
    const call = this.#sent++;
    const message = this.#prepared[call] ?? messageOf(call, batch, this.#prefix);
    answered((await post(message, timeoutMs)).map(verdictOf));
  }
}

/** Not applied, and only because too much is asked for. */
const BUSY: ReadonlySet<Reason> = new Set([Reason.QUEUE_FULL, Reason.TOO_LATE]);

function verdictOf(result: Result | undefined): Verdict {
  if (!result) return 'lost';
  if (result.outcome === Outcome.APPLIED) return 'good';
  if (BUSY.has(result.reason)) return 'busy';
  throw new Error(JSON.stringify(result));
}

/** Without results if nobody knows what became of it in time. */
function post(message: Buffer, timeoutMs: number | undefined): Promise<readonly (Result | undefined)[]> {
  const { path } = batch === undefined ? PostingServiceService.post : PostingServiceService.postBatch;
  const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, asItIs, resultsOf, message, new Metadata(), options, done);
    function done(error: ServiceError | null, results?: readonly (Result | undefined)[]): void {
      if (results) resolve(results);
      else if (timeoutMs !== undefined) resolve(Array.from({ length: batch ?? 1 }));
      else reject(error ?? new Error('no answer'));
    }
  });
}

function asItIs(message: Buffer): Buffer {
  return message;
}

function resultsOf(bytes: Buffer): readonly (Result | undefined)[] {
  return batch === undefined ? [PostResponse.decode(bytes).result] : PostBatchResponse.decode(bytes).results;
}
