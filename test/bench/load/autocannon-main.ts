// The closed loop where wrk is not installed. It costs several times as much of the machine.
import autocannon from 'autocannon';
import { type ClosedLoop, type ClosedLoopSeen, urlOf } from './closed-loop.js';
import { begin, finish, serveLoads } from './generator.js';
import { Lines } from './lines.js';

serveLoads<ClosedLoop, ClosedLoopSeen>(run);

async function run({
  address,
  connections,
  leadInSeconds,
  seconds,
  bodies,
  offset,
  again,
}: ClosedLoop): Promise<ClosedLoopSeen> {
  let lines = new Lines(bodies, offset);
  let position = offset;
  let [good, busy] = [0, 0];
  let bad: string | undefined;
  const nextBody = () => {
    let line = lines.next();
    if (line === undefined) {
      if (!again)
        throw new Error('there are too few prepared bodies for so fast a system: raise PER_SECOND_MAX in bench.ts');
      lines.close();
      lines = new Lines(bodies, (position = 0));
      line = lines.next() ?? '';
    }
    position += line.length + 1;
    return line;
  };
  let before = { good, busy };
  setTimeout(() => {
    before = { good, busy };
    begin();
  }, 1000 * leadInSeconds);
  const result = await autocannon({
    ...{ url: urlOf(address), connections, duration: leadInSeconds + seconds },
    requests: [
      {
        ...{ method: 'POST', path: '/increaseCredit', headers: { 'content-type': 'application/json' } },
        setupRequest: (request) => ({ ...request, body: nextBody() }),
        onResponse: (status, body) => {
          if (status === 200 && /"status":200[,}]/.test(body)) good += 1;
          else if (status === 200 && /"status":4003[,}]/.test(body)) busy += 1;
          else bad ??= `${status} ${body}`;
        },
      },
    ],
  });
  finish();
  if (bad !== undefined) throw new Error(`an answer is neither success nor busy: ${bad}`);
  // Timeouts are among them: an answer that autocannon waits for in vain for 10 seconds.
  if (result.errors > 0) throw new Error(`${result.errors} calls failed`);
  const { p50, p99, p99_9: p999 } = result.latency;
  const latencies = { p50Ms: p50, p99Ms: p99, p999Ms: p999, goodP99Ms: busy === 0 ? p99 : undefined };
  const counted = { good: good - before.good, busy: busy - before.busy, seconds: result.duration - leadInSeconds };
  return { ...counted, made: good, offset: position, ...latencies };
}
