import fc from 'fast-check';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { NewMovement } from '../../proto/gen/wallet/v1/posting.js';
import { MOVEMENT } from '../system.js';
import type { Act } from './naive/act.js';
import { LIMIT, minorOf, textOf } from './naive/money.js';

const ACCOUNTS = [
  ['ann', 'CNY'],
  ['bob', 'CNY'],
  ['cat', 'CNY'],
  ['ann', 'JPY'],
  ['ann', 'BHD'],
  ['bob', 'JPY'],
] as const;

/** How many of ten histories begin with each. */
const OFTEN: readonly number[] = [10, 10, 5, 7, 6, 5];
const outOfTen = (n: number) => fc.nat(9).map((drawn) => drawn >= 10 - n);

const SOME = { CNY: '100.00', JPY: '8000', BHD: '12.500' };

/** How a history begins: which channels and accounts there are, and with how much; the others may be opened late. */
export const opening: fc.Arbitrary<readonly Act[]> = fc
  .record({
    channels: fc.tuple(outOfTen(10), outOfTen(9)),
    accounts: fc.tuple(...OFTEN.map(outOfTen)),
    money: fc.tuple(...OFTEN.map(() => fc.nat(19))),
  })
  .map(({ channels, accounts, money }) => {
    const [a, b] = channels;
    const acts: Act[] = [];
    if (a) acts.push({ act: 'open channel', channel: 'a' });
    if (b) acts.push({ act: 'open channel', channel: 'b' });
    ACCOUNTS.forEach(([player, currency], n) => {
      if (!accounts[n]) return;
      acts.push({ act: 'open account', player, currency });
      const much = money[n] ?? 0;
      if (much > 2) acts.push(post({ playerId: player, currency, amount: SOME[currency], reference: `d${n}` }));
      if (much > 17) acts.push(...filled(player, currency, n));
    });
    return acts;
  });

/** Filled up, after a bet whose refund would now pass the limit of 18 digits by one. */
function filled(playerId: string, currency: keyof typeof SOME, n: number): Act[] {
  const some = minorOf(SOME[currency], currency) ?? 0n;
  const bet = { kind: Kind.BET, amount: textOf(-3_000n, currency), reference: `b${n}`, round: 'x', wager: true };
  // Not a deposit: with the one before it, the house's side of those would pass the limit.
  const all = { kind: Kind.ADJUSTMENT, amount: textOf(LIMIT - some + 1n, currency), reference: `a${n}` };
  return [post({ playerId, currency, ...bet }), post({ playerId, currency, ...all })];
}

function post(change: Partial<NewMovement>): Act {
  const movement = { ...MOVEMENT, kind: Kind.DEPOSIT, round: '', ...change };
  const body = { $case: 'movements' as const, value: { movements: [movement] } };
  return { act: 'post', command: { channel: 'a', timeoutMs: 60_000, request: Buffer.alloc(0), body } };
}
