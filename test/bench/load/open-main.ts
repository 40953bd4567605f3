// Sends prepared calls at fixed rates, whatever comes back (an open loop), as many players do who know nothing of each other.
// The time of an answer counts from when its call was due, not from when it could be sent: otherwise a system that stands
// still would be asked less and look better (coordinated omission).
import { Connection } from './connection.js';
import { begin, ownCpuMs, report, taskOf } from './generator.js';
import { Lines } from './lines.js';
import { OpenTally } from './open-tally.js';
import type { OpenSeen, OpenTask } from './open-task.js';
import { onSchedule } from './schedule.js';

/** As many as the gateway takes of one address. */
const CONNECTIONS = 2_000;
/** Fewer than a server lets wait to be taken. */
const CONNECTIONS_AT_ONCE = 100;

const { address, warmUp, phases, calls } = taskOf<OpenTask>();
const lines = new Lines(calls, 0);
const idle = await connected();
// A call counts where it was due: what the warm-up left under way is no part of what is measured.
let tally = new OpenTally();
await onSchedule([warmUp], send);
begin();
const cpuBefore = ownCpuMs();
tally = new OpenTally();
await onSchedule(phases, send);
await tally.settled();
const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
report<OpenSeen>({ ...tally.seen(), seconds, cpuMs: ownCpuMs() - cpuBefore });

function send(due: number): void {
  const line = lines.next();
  if (line === undefined) throw new Error('there are too few prepared calls for so high a rate');
  const connection = idle.pop();
  if (!connection) return tally.unsent(due);
  const answered = tally.sent(due);
  const tab = line.startsWith('/') ? line.indexOf('\t') : -1;
  const path = tab < 0 ? '/increaseCredit' : line.slice(0, tab);
  connection.post(path, line.slice(tab + 1), (answer) => {
    idle.push(connection);
    answered(answer);
  });
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
