import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Cohort } from './cohort.js';
import type { Health } from './health.js';
import type { BusyAnswers, Intake } from './intake.js';

/**
 * What each request comes to first. What is answered busy must cost little, or soon nothing else would be answered: so that is
 * done before anything is read, and before Koa. Probes are answered also then.
 */
export function arrivals(
  intake: Intake,
  busy: BusyAnswers,
  health: Health,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  stopping: AbortSignal,
): RequestListener {
  const taken = new Cohort<readonly [IncomingMessage, ServerResponse]>((call) => void handle(...call));
  const refused = new Cohort<readonly [ServerResponse, answer: () => string]>(([response, answer]) => {
    const body = answer();
    // Not by setHeader, which would cost a fifth of all.
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      ...(stopping.aborted && { Connection: 'close' }),
    });
    response.end(body);
  });
  return (request, response) => {
    if (health.answers(request, response)) return;
    const answer = request.method === 'POST' ? busy.get(request.url ?? '') : undefined;
    if (!answer) return void handle(request, response);
    if (intake.isFull()) {
      intake.turnAway();
      return refused.add([response, answer]);
    }
    taken.add([request, response]);
    // Before the next they have entered, or left, as those do that nobody signed: who floods us with these takes no room.
    if (intake.isFull(taken.size)) taken.runAll();
  };
}
