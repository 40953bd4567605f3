import { businessAnswer, type ExpectedAnswer } from '../comparison.js';
import { amount, inAnyOrder, integer, Matcher, milliseconds, type Expected } from '../expectation.js';
import { NumberText, type Members } from '../exact-json.js';

import type { Movement } from './movement.js';
import type { Outcome } from './model.js';

/** A name as it was sent; eBET's own manual leaves it out of some answers. */
const nameIfAny = (username: string): Matcher =>
  new Matcher(`${JSON.stringify(username)}, or left out`, (seen) => seen === undefined || seen === username);

/** `repeat`: eBET's manual lets a wallet answer an exact repeat of what it did with 201 as well. */
export function movementAnswer(movement: Movement, outcome: Outcome, repeat: boolean): ExpectedAnswer {
  const { status, money, moneyBefore } = outcome;
  return businessAnswer({
    username: movement.username,
    status: status === 200 && repeat ? integer(200, 201) : integer(status),
    money: amount(money),
    moneyBefore: amount(moneyBefore),
    event: 'increaseCredit',
    seqNo: movement.seqNo,
    timestamp: milliseconds,
  });
}

/** A call that was refused before it meant anything: status and echo. `more`: what else must stand there. */
export function refusal(
  body: Members,
  statuses: readonly number[],
  more: Record<string, Expected> = {},
): ExpectedAnswer {
  const echo: Record<string, Expected> = {};
  for (const name of ['seqNo', 'event'] as const) {
    const value = body[name];
    if (typeof value === 'string') echo[name] = value;
  }
  return businessAnswer({ status: integer(...statuses), ...echo, timestamp: milliseconds, ...more });
}

export interface RefundedLine {
  readonly refundSeqNo: string;
  readonly status: number;
}

export function refundAnswer(
  body: Members,
  username: string,
  moneyBefore: bigint,
  moneyAfter: bigint,
  lines: readonly RefundedLine[],
): ExpectedAnswer {
  return refusal(body, [200], {
    username: nameIfAny(username),
    moneyBefore: amount(moneyBefore),
    moneyAfter: amount(moneyAfter),
    refundMoney: amount(moneyAfter - moneyBefore),
    resultList: inAnyOrder(lines.map(({ refundSeqNo, status }) => ({ refundSeqNo, status: integer(status) }))),
  });
}

/** One group of an automatic refund: what eBET is told of a player's round. */
export interface BatchGroup {
  readonly username: string;
  readonly roundCode: string;
  readonly total: bigint;
  readonly lines: readonly RefundedLine[];
}

/** `open`: groups that may be there or not, empty: lines above the threshold alone. */
export function batchAnswer(
  body: Members,
  groups: readonly BatchGroup[],
  open: readonly BatchGroup[] = [],
): ExpectedAnswer {
  const group = ({ username, roundCode, total, lines }: BatchGroup): Expected => ({
    username,
    roundCode,
    refundTotalMoney: amount(total),
    // The manual's table and its sample name the id differently; either will do.
    sucRefundSeqNoList: inAnyOrder(
      lines.map(
        ({ refundSeqNo, status }) =>
          new Matcher(`{seqNo or refundSeqNo: ${JSON.stringify(refundSeqNo)}, status: ${status}}`, (seen) =>
            isLine(seen, refundSeqNo, status),
          ),
      ),
    ),
  });
  const [without, withAll] = [inAnyOrder(groups.map(group)), inAnyOrder([...groups, ...open].map(group))];
  const either = new Matcher(without.says, (seen) => without.accepts(seen) || withAll.accepts(seen));
  return refusal(body, [200], { refundResultList: either });
}

function isLine(seen: unknown, id: string, status: number): boolean {
  if (typeof seen !== 'object' || seen === null) return false;
  const line = new Map<string, unknown>(Object.entries(seen));
  const names = [line.get('seqNo'), line.get('refundSeqNo')].filter((name) => name !== undefined);
  const shown = line.get('status');
  return (
    names.length > 0 &&
    names.every((name) => name === id) &&
    shown instanceof NumberText &&
    Number(shown.text) === status
  );
}

export function balanceAnswer(body: Members, username: string, balance: bigint): ExpectedAnswer {
  // The manual's table says username, its sample userName.
  return refusal(body, [200], { username: nameIfAny(username), userName: nameIfAny(username), money: amount(balance) });
}
