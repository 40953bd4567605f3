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
/** As many as the gateway takes of one address. */
const CONNECTIONS = 2_000;
/** Fewer than a server lets wait to be taken. */
const CONNECTIONS_AT_ONCE = 100;
const TENTH_MS = 100;

const { address, phases, calls, offset } = taskOf<OpenTask>();
const lines = new Lines(calls, offset);
const latencies = new Latencies();
const timeline: { due: number; good: number; maxMs: number }[] = [];
let [underWay, good, busy, lost] = [0, 0, 0, 0];
let ended: (() => void) | undefined;

const idle = await connected();
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
  const connection = idle.pop();
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

/** Providers keep their connections, so to open them is not part of what is measured. */
async function connected(): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < CONNECTIONS) {
    const next = Array.from({ length: CONNECTIONS_AT_ONCE }, () => new Connection(address));
    await Promise.all(next.map((connection) => connection.open()));
    connections.push(...next);
  }
  return connections;
}

function tenthOf(due: number): { due: number; good: number; maxMs: number } {
  const index = Math.floor((due - started) / TENTH_MS);
  return (timeline[index] ??= { due: 0, good: 0, maxMs: 0 });
}
