// Posts bets of a platform over gRPC, in a closed or an open loop. Messages are made before the time begins, so that as
// little as possible of the machine goes to this side of them; all answers are read.
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Outcome } from '../../../proto/gen/wallet/v1/movement.js';
import {
  PostBatchResponse,
  PostingServiceService,
  PostResponse,
  type Result,
} from '../../../proto/gen/wallet/v1/posting.js';
import { ownCpuMs, report, taskOf } from './generator.js';
import { messagesOf } from './grpc-messages.js';
import type { GrpcTask } from './grpc-task.js';
import { Latencies } from './latencies.js';
import { onSchedule } from './schedule.js';

/** Who has waited so long has given up, as eBET does. */
const GIVEN_UP_MS = 2_000;

const task = taskOf<GrpcTask>();
const { batch, seconds, load } = task;
const messages = messagesOf(task.count, batch, task.prefix);
const client = new Client(task.address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
await new Promise<void>((resolve, reject) => {
  client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve()));
});
const latencies = new Latencies();
let [sent, good, busy] = [0, 0, 0];
const cpuBefore = ownCpuMs();
const started = performance.now();
if (load.type === 'closed') {
  await Promise.all(Array.from({ length: load.inFlight }, () => closedLoop(started + seconds * 1000)));
} else {
  const calls: Promise<void>[] = [];
  await onSchedule([{ perSecond: load.perSecond / (batch ?? 1), seconds }], (due) => void calls.push(call(due)));
  await Promise.all(calls);
}
const took = load.type === 'closed' ? (performance.now() - started) / 1000 : seconds;
report({ good, busy, seconds: took, cpuMs: ownCpuMs() - cpuBefore, ...latencies.percentiles() });

/** One call after another. */
async function closedLoop(end: number): Promise<void> {
  for (let now = performance.now(); now < end; now = performance.now()) await call(now);
}

/** Its time counts from when it was due. */
async function call(due: number): Promise<void> {
  const message = messages[task.again ? sent++ % messages.length : sent++];
  if (!message) throw new Error('there are too few prepared messages for so fast a system');
  const results = await post(message);
  const ms = performance.now() - due;
  latencies.add(ms);
  for (const result of results) {
    const applied = result?.outcome === Outcome.APPLIED;
    if (!applied && result && result.outcome !== Outcome.NOT_APPLIED) throw new Error(JSON.stringify(result));
    if (applied && ms <= GIVEN_UP_MS) good += 1;
    else busy += 1;
  }
}

/** Without results if nobody knows what became of it in time. */
function post(message: Buffer): Promise<readonly (Result | undefined)[]> {
  const { path } = batch === undefined ? PostingServiceService.post : PostingServiceService.postBatch;
  const options = load.type === 'closed' ? {} : { deadline: Date.now() + GIVEN_UP_MS };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, asItIs, resultsOf, message, new Metadata(), options, done);
    function done(error: ServiceError | null, results?: readonly (Result | undefined)[]): void {
      if (results) resolve(results);
      else if (load.type === 'open') resolve(Array.from({ length: batch ?? 1 }));
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
