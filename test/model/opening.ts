import fc from 'fast-check';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import type { Act } from './naive/act.js';

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

/** So much that little more is left up to the limit of 18 digits. */
const NEARLY_ALL = { CNY: '9999999999999980.00', JPY: '999999999999998000', BHD: '999999999999998.000' };
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
      if (much > 2) acts.push(deposit(player, currency, much > 17 ? NEARLY_ALL[currency] : SOME[currency], `d${n}`));
    });
    return acts;
  });

function deposit(playerId: string, currency: string, amount: string, reference: string): Act {
  const movement = {
    ...{ playerId, currency, kind: Kind.DEPOSIT, amount, reference, round: '', providerType: '', names: [] },
    ...{ withholding: false, wager: false, roundUnsigned: false },
  };
  const body = { $case: 'movements' as const, value: { movements: [movement] } };
  return { act: 'post', command: { channel: 'a', timeoutMs: 60_000, request: Buffer.alloc(0), body } };
}
