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
import { begin, ownCpuMs, report, taskOf } from './generator.js';
import { messagesOf } from './grpc-messages.js';
import type { GrpcTask } from './grpc-task.js';
import { Latencies } from './latencies.js';
import { onSchedule } from './schedule.js';

/** Who has waited so long has given up, as eBET does. */
const GIVEN_UP_MS = 2_000;

interface Tally {
  readonly latencies: Latencies;
  good: number;
  busy: number;
  /** Those of which nobody knows in time what became of them. */
  lost: number;
  latestMs: number;
}

const task = taskOf<GrpcTask>();
const { batch, warmUpSeconds, seconds, load } = task;
const messages = messagesOf(task.count, batch, task.prefix);
const client = connected();
await new Promise<void>((resolve, reject) => {
  client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve()));
});
let sent = 0;
await (
  await run(warmUpSeconds)
).settled;
begin();
const cpuBefore = ownCpuMs();
const started = performance.now();
const { tally, settled } = await run(seconds);
await settled;
const took = load.type === 'closed' ? (performance.now() - started) / 1000 : seconds;
const { latencies, ...counts } = tally;
report({ ...counts, seconds: took, cpuMs: ownCpuMs() - cpuBefore, ...latencies.percentiles() });

/** The load for some time, counted by itself. */
async function run(time: number): Promise<{ readonly tally: Tally; readonly settled: Promise<unknown> }> {
  const tally: Tally = { latencies: new Latencies(), good: 0, busy: 0, lost: 0, latestMs: 0 };
  const calls: Promise<void>[] = [];
  if (load.type === 'closed') {
    const end = performance.now() + time * 1000;
    for (let index = 0; index < load.inFlight; index += 1) calls.push(closedLoop(tally, end));
  } else {
    const phase = { perSecond: load.perSecond / (batch ?? 1), seconds: time };
    await onSchedule([phase], (due) => void calls.push(call(tally, due)));
  }
  return { tally, settled: Promise.all(calls) };
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

/** Its time counts from when it was due. */
async function call(tally: Tally, due: number): Promise<void> {
  tally.latestMs = Math.max(tally.latestMs, performance.now() - due);
  const message = messages[task.again ? sent++ % messages.length : sent++];
  if (!message) throw new Error('there are too few prepared messages for so fast a system');
  const results = await post(message);
  const ms = performance.now() - due;
  tally.latencies.add(results.every((result) => result) ? ms : Math.max(ms, GIVEN_UP_MS));
  for (const result of results) {
    const applied = result?.outcome === Outcome.APPLIED;
    if (!applied && result && result.outcome !== Outcome.NOT_APPLIED) throw new Error(JSON.stringify(result));
    if (applied && ms <= GIVEN_UP_MS) tally.good += 1;
    else if (!result || ms > GIVEN_UP_MS) tally.lost += 1;
    else tally.busy += 1;
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
