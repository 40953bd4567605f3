import { describe, differenceOf, type ExpectedMembers } from './expectation.js';
import { Differs } from './provider.js';
import type { Tally } from './tally.js';
import type { Answer } from './wire.js';

/** What a call must be answered with. */
export interface ExpectedAnswer {
  /** HTTP status codes, any of them good. */
  readonly http: readonly number[];
  /** Members of the JSON body; undefined: whatever the body is. */
  readonly body: ExpectedMembers | undefined;
}

export const businessAnswer = (body: ExpectedMembers): ExpectedAnswer => ({ http: [200], body });

/** Tells the tally how an answer compares. Returns whether it is as expected. */
export function compare(
  tally: Tally,
  name: string,
  request: { readonly path: string; readonly body: string; readonly method?: string },
  expected: ExpectedAnswer,
  answer: Answer,
): boolean {
  const where = whereDiffers(expected, answer);
  const difference =
    where === undefined
      ? undefined
      : {
          request: `${request.method ?? 'POST'} ${request.path} ${request.body}`.trimEnd(),
          expected: `HTTP ${expected.http.join(' or ')}${expected.body ? ` ${describe(expected.body)}` : ''}`,
          seen: answer.http === 0 ? `no answer: ${answer.text}` : `HTTP ${answer.http} ${answer.text}`.trimEnd(),
          where,
        };
  tally.check(name, difference);
  return difference === undefined;
}

/** The same, and the round ends at a difference. */
export function insist(...comparison: Parameters<typeof compare>): void {
  if (!compare(...comparison)) throw new Differs();
}

function whereDiffers({ http, body }: ExpectedAnswer, answer: Answer): string | undefined {
  if (answer.http === 0) return `no answer: ${answer.text}`;
  if (!http.includes(answer.http)) return `HTTP status: expected ${http.join(' or ')}, seen ${answer.http}`;
  return body && differenceOf(body, answer.json);
}
