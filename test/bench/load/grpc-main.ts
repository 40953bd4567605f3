// Posts bets of a platform over gRPC, in a closed or an open loop. Messages are made before the time begins, so that as
// little as possible of the machine goes to this side of them; all answers are read.
import { readFileSync } from 'node:fs';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { bearer } from '../../../bearer.js';
import { Outcome } from '../../../proto/gen/wallet/v1/movement.js';
import {
  PostBatchResponse,
  PostingServiceService,
  PostResponse,
  type Result,
} from '../../../proto/gen/wallet/v1/posting.js';
import { transportTo } from '../../../transport.js';
import { begin, finish, ownCpuMs, report, taskOf } from './generator.js';
import { messagesOf } from './grpc-messages.js';
import type { GrpcTask } from './grpc-task.js';
import type { Seen } from './load.js';
import { onSchedule } from './schedule.js';
import { GIVEN_UP_MS, Tally, type Verdict } from './tally.js';

const task = taskOf<GrpcTask>();
const { batch, warmUpSeconds, seconds, load } = task;
const messages = messagesOf(task.count, batch, task.prefix);
const client = connected();
await new Promise<void>((resolve, reject) => {
  client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve()));
});
let sent = 0;
const { perSecond = 0, warmUpPerSecond = 0, afterwardsPerSecond = 0 } = load.type === 'open' ? load : {};
await run(warmUpSeconds, warmUpPerSecond);
begin();
const cpuBefore = ownCpuMs();
const started = performance.now();
const tally = await run(seconds, perSecond);
if (afterwardsPerSecond === 0) await tally.settled();
finish();
const cpuMs = ownCpuMs() - cpuBefore;
const took = load.type === 'closed' ? (performance.now() - started) / 1000 : seconds;
const after = afterwardsPerSecond > 0 ? await run(seconds, afterwardsPerSecond) : undefined;
await Promise.all([tally.settled(), after?.settled()]);
report<Seen>({ ...tally.seen(), seconds: took, cpuMs, afterwards: after?.timeline ?? [] });

/** The load for some time, counted by itself, until all has left that is due. `rate`: of an open loop, in movements. */
async function run(time: number, rate: number): Promise<Tally> {
  const tally = new Tally();
  if (load.type === 'closed') {
    const end = performance.now() + time * 1000;
    await Promise.all(Array.from({ length: load.inFlight }, () => closedLoop(tally, end)));
  } else {
    const phase = { perSecond: rate / (batch ?? 1), seconds: time };
    await onSchedule(phase, (due) => void call(tally, due));
  }
  return tally;
}

function connected(): Client {
  const { address, access } = task;
  const files = access && {
    authorities: readFileSync(access.ca),
    certificate: readFileSync(access.certificate),
    key: readFileSync(access.key),
  };
  const [transport, options] = transportTo(address, files);
  const interceptors = access ? [bearer(readFileSync(access.token, 'utf8').trim())] : [];
  return new Client(address, transport, { ...options, interceptors, 'grpc.enable_http_proxy': 0 });
}

/** One call after another. */
async function closedLoop(tally: Tally, end: number): Promise<void> {
  for (let now = performance.now(); now < end; now = performance.now()) await call(tally, now);
}

async function call(tally: Tally, due: number): Promise<void> {
  const answered = tally.sent(due);
  const message = messages[task.again ? sent++ % messages.length : sent++];
  if (!message) throw new Error('there are too few prepared messages for so fast a system');
  answered((await post(message)).map(verdictOf));
}

function verdictOf(result: Result | undefined): Verdict {
  if (!result) return 'lost';
  if (result.outcome === Outcome.APPLIED) return 'good';
  if (result.outcome === Outcome.NOT_APPLIED) return 'busy';
  throw new Error(JSON.stringify(result));
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
