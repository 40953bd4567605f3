import { isObject } from '../../exact-json.js';
import { centsOf } from '../../money.js';
import type { Answer } from '../../wire.js';
import { isSuccess } from '../answer.js';
import type { Caller } from '../caller.js';
import type { Sent, Subject } from '../desk.js';
import type { RuleRow } from '../rule.js';

const COUNT = 8;

export const SAME_MOMENT_RULES: readonly RuleRow[] = [
  {
    name: 'stakes at the same moment',
    rule: 'balance-update: OUT_OF_BALANCE',
    says: 'Of eight stakes at the same moment, each of more than a quarter of the balance, three are accepted.',
    fault: 'same-moment',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      const cents = -(caller.balance(member) / 4n + 1n);
      const all = Array.from({ length: COUNT }, () => caller.prepares({ member, type: 1, cents }));
      // Each accepted one leaves less; the refused ones find what the last accepted one left.
      await sendsInSomeOrder(caller, all, (one, other) => Number(other.balance - one.balance));
    },
  },
  {
    name: 'winnings at the same moment',
    rule: 'balance-update: the new balance',
    says: 'Eight credits at the same moment are all accepted, and each answer has the balance after its own.',
    fault: 'same-moment',
    play: async (caller, member) => {
      const all = Array.from({ length: COUNT }, (_, index) =>
        caller.prepares({ member, type: 3, cents: 10_00n + BigInt(index) }),
      );
      await sendsInSomeOrder(caller, all, (one, other) => Number(one.balance - other.balance));
    },
  },
  {
    name: 'check and debit at the same moment',
    rule: 'transaction-check: an id that is not known',
    says: 'A check and its debit at the same moment agree: it moved and the check says 1, or the check says 2 and it is refused.',
    fault: 'check-first',
    play: async (caller, member) => {
      await caller.has(member, 100_00n);
      for (let count = 0; count < COUNT; count++) {
        await checksWhileSending(caller, caller.prepares({ member, type: 1, cents: -5_00n }), count % 2 === 0);
      }
    },
  },
];

interface Seen {
  readonly sent: Sent;
  readonly answer: Answer;
  readonly accepted: boolean;
  readonly balance: bigint;
}

/** The balances tell in which order the wallet took them: the accepted ones as `order` says, the others behind them. */
async function sendsInSomeOrder(
  caller: Caller,
  all: readonly Sent[],
  order: (one: Seen, other: Seen) => number,
): Promise<void> {
  const { desk, name } = caller;
  const seen = await Promise.all(
    all.map(async (sent): Promise<Seen> => {
      const answer = await desk.ask(sent.request);
      const balance = isObject(answer.json) ? centsOf(answer.json.balance) : undefined;
      return { sent, answer, accepted: isSuccess(answer.json), balance: balance ?? 0n };
    }),
  );
  seen.sort((one, other) => Number(other.accepted) - Number(one.accepted) || order(one, other));
  const wrong: Subject[] = [];
  for (const { sent, answer } of seen) {
    const { update, request } = sent;
    if (!desk.judge(name, request, answer, desk.book.update(update), update.transactionId)) wrong.push(update);
  }
  if (wrong.length > 0) await desk.differs(...wrong);
}

/** Whichever came first, both answers must fit it. */
async function checksWhileSending(caller: Caller, { request, update }: Sent, checkFirst: boolean): Promise<void> {
  const { desk, name } = caller;
  const { transactionId } = update;
  const check = desk.transactionCheck(transactionId);
  // What is sent first has the better chance of being first.
  const early = checkFirst ? desk.ask(check) : undefined;
  const [moved, checked] = await Promise.all([desk.ask(request), early ?? desk.ask(check)]);
  const judges = [
    () => desk.judge(name, request, moved, desk.book.update(update), transactionId),
    () => desk.judge(name, check, checked, desk.book.check(transactionId), transactionId),
  ];
  if (!isSuccess(moved.json)) judges.reverse();
  for (const judge of judges) if (!judge()) await desk.differs(update);
}
