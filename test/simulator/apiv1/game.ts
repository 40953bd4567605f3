import { Differs, type Game } from '../provider.js';
import type { Random } from '../random.js';
import { movesOnAnyDay } from './bad-day.js';
import { Caller } from './caller.js';
import type { Desk } from './desk.js';
import type { Order } from './orders.js';

/** Who has less than this is given some, so that orders go on. */
const LEAST = 20_00n;
/** How often an order stakes more than there is. */
const TOO_MUCH = 0.05;
const SHUFFLED = 0.3;

/** An order as a run plays it, on good days and bad ones. */
export function gameAt(desk: Desk, order: Order): Game {
  const { name, weight } = order;
  return {
    name,
    weight,
    seats: 1,
    play: async ([member = ''], random) => {
      const caller = new Caller(desk, name, random);
      try {
        await caller.has(member, LEAST);
        const stake = drawStake(caller.balance(member), random);
        const shuffled = desk.connection.faults.has('reordering') && random.chance(SHUFFLED);
        const planned = order.steps(stake, random);
        for (const step of shuffled ? random.shuffle(planned) : planned) {
          const before = caller.balance(member);
          await movesOnAnyDay(caller, { member, ...step });
          // A stake that was refused is no order.
          if (!shuffled && step.type === 1 && step.cents !== 0n && caller.balance(member) === before) break;
        }
        await caller.checksBalance(member);
      } catch (error) {
        if (error instanceof Differs) await desk.reads(member);
        throw error;
      }
    },
  };
}

/** From a cent to a quarter of what there is; now and then more than all of it. */
function drawStake(balance: bigint, random: Random): bigint {
  if (random.chance(TOO_MUCH)) return balance + BigInt(random.int(1, 100_00));
  const quarter = balance / 4n > 10_000_00n ? 10_000_00n : balance / 4n;
  return BigInt(random.int(1, Number(quarter)));
}
