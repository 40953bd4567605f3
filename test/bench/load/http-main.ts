// Sends prepared calls: at fixed rates, whatever comes back (an open loop), as many players do who know nothing of each other, or one
// after another over so many connections (a closed loop).
// The time of an answer of an open loop counts from when its call was due, not from when it could be sent: otherwise a system that
// stands still would be asked less and look better (coordinated omission).
import { Connection } from './connection.js';
import { serveLoads, taskOf } from './generator.js';
import type { HttpLoad, HttpSeen, HttpTask } from './http-task.js';
import { Lines } from './lines.js';
import { makeLoad, type Sender } from './loops.js';
import { onSchedule, type Phase } from './schedule.js';
import { Tally, type Verdict } from './tally.js';

/** Of one address the gateway takes 2,048. */
const OPEN_CONNECTIONS = 2_000;
/** Fewer than a server lets wait to be taken. */
const CONNECTIONS_AT_ONCE = 100;

const { address, calls } = taskOf<HttpTask>();

serveLoads<HttpLoad, HttpSeen>(async ({ offset, load }) => {
  const connections = await connected(load.type === 'closed' ? load.inFlight : OPEN_CONNECTIONS);
  const sender = new HttpSender(connections, new Lines(calls, offset), offset);
  const seen = await makeLoad(sender, load);
  sender.close();
  return { ...seen, offset: sender.position };
});

/** Calls over connections that are its own. */
class HttpSender implements Sender {
  /** The byte at which the calls begin that were not sent. */
  position: number;
  readonly #connections: readonly Connection[];
  readonly #lines: Lines;
  /** Those that have had no call come first: a server hangs up on who connects and says nothing. */
  readonly #unused: Connection[];
  readonly #idle: Connection[] = [];

  constructor(connections: readonly Connection[], lines: Lines, offset: number) {
    this.#connections = connections;
    this.#unused = [...connections];
    this.#lines = lines;
    this.position = offset;
  }

  async run(phase: Phase): Promise<Tally> {
    const tally = new Tally();
    await onSchedule(phase, (due) => this.#send(due, tally));
    return tally;
  }

  call(due: number, tally: Tally): Promise<void> {
    return new Promise((resolve) => this.#send(due, tally, resolve));
  }

  close(): void {
    this.#lines.close();
    for (const connection of this.#connections) connection.close();
  }

  #send(due: number, tally: Tally, done?: () => void): void {
    const line = this.#lines.next();
    if (line === undefined)
      throw new Error('there are too few prepared calls for so much load: rows/mixed.ts and bench.ts say how many');
    this.position += line.length + 1;
    const connection = this.#unused.pop() ?? this.#idle.pop();
    if (!connection) return tally.unsent(due);
    const answered = tally.sent(due);
    const tab = line.startsWith('/') ? line.indexOf('\t') : -1;
    const path = tab < 0 ? '/increaseCredit' : line.slice(0, tab);
    connection.post(path, line.slice(tab + 1), (answer) => {
      this.#idle.push(connection);
      answered([verdictOf(answer)]);
      done?.();
    });
  }
}

function verdictOf(answer: string | undefined): Verdict {
  if (answer === undefined) return 'lost';
  if (/"status":200[,}]/.test(answer)) return 'good';
  if (/"status":4003[,}]/.test(answer)) return 'busy';
  throw new Error(`an answer is neither success nor busy: ${answer}`);
}

/** Providers keep their connections, so to open them is not part of what is measured. */
async function connected(count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const length = Math.min(CONNECTIONS_AT_ONCE, count - connections.length);
    const next = Array.from({ length }, () => new Connection(address));
    await Promise.all(next.map((connection) => connection.open()));
    connections.push(...next);
  }
  return connections;
}
