// Sends prepared calls at fixed rates, whatever comes back (an open loop), as many players do who know nothing of each other.
// The time of an answer counts from when its call was due, not from when it could be sent: otherwise a system that stands
// still would be asked less and look better (coordinated omission).
import { Connection } from './connection.js';
import { ownCpuMs, report, taskOf } from './generator.js';
import { Latencies } from './latencies.js';
import { Lines } from './lines.js';
import type { OpenSeen, OpenTask } from './open-task.js';
import { onSchedule } from './schedule.js';

/** eBET gives up then. */
const GIVEN_UP_MS = 2_000;
/** More at one moment than a provider opens. */
const CONNECTIONS_MAX = 4_000;
const TENTH_MS = 100;

const { address, phases, calls, offset } = taskOf<OpenTask>();
const lines = new Lines(calls, offset);
const idle: Connection[] = [];
const latencies = new Latencies();
const timeline: { due: number; good: number; maxMs: number }[] = [];
let [connections, underWay, good, busy, lost] = [0, 0, 0, 0, 0];
let ended: (() => void) | undefined;

const cpuBefore = ownCpuMs();
const started = performance.now();
await onSchedule(phases, send);
await new Promise<void>((resolve) => {
  ended = resolve;
  if (underWay === 0) resolve();
});
const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
const cpuMs = ownCpuMs() - cpuBefore;
report<OpenSeen>({ good, busy, lost, seconds, cpuMs, timeline, ...latencies.percentiles() });

function send(due: number): void {
  const line = lines.next();
  if (line === undefined) throw new Error('there are too few prepared calls for so high a rate');
  const tenth = tenthOf(due);
  tenth.due += 1;
  const connection = idle.pop() ?? another();
  if (!connection) {
    lost += 1;
    return;
  }
  underWay += 1;
  const tab = line.startsWith('/') ? line.indexOf('\t') : -1;
  const path = tab < 0 ? '/increaseCredit' : line.slice(0, tab);
  connection.post(path, line.slice(tab + 1), (answer) => {
    idle.push(connection);
    underWay -= 1;
    count(answer, performance.now() - due, tenth);
    if (underWay === 0) ended?.();
  });
}

function count(answer: string | undefined, ms: number, tenth: { good: number; maxMs: number }): void {
  latencies.add(ms);
  if (answer === undefined || ms > GIVEN_UP_MS) {
    lost += 1;
  } else if (/"status":200[,}]/.test(answer)) {
    good += 1;
    tenth.good += 1;
    tenth.maxMs = Math.max(tenth.maxMs, ms);
  } else if (/"status":4003[,}]/.test(answer)) {
    busy += 1;
  } else {
    throw new Error(`an answer is neither success nor busy: ${answer}`);
  }
}

function another(): Connection | undefined {
  if (connections === CONNECTIONS_MAX) return undefined;
  connections += 1;
  return new Connection(address);
}

function tenthOf(due: number): { due: number; good: number; maxMs: number } {
  const index = Math.floor((due - started) / TENTH_MS);
  return (timeline[index] ??= { due: 0, good: 0, maxMs: 0 });
}
