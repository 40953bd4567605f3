import type { Random } from '../simulator/random.js';
import { CHANNEL_ID, CURRENCY, playerOf, PLAYERS } from './world.js';

/** When the first of them is said to have been made; eBET's bets may come late. */
const FIRST_MS = 1_760_000_000_000;

export type Fields = Readonly<Record<string, unknown>>;

/** A bet, and what its payout needs of it. */
export interface Bet {
  readonly fields: Fields;
  readonly username: string;
  readonly seqNo: string;
  readonly timestamp: number;
  readonly detail: Fields;
  readonly stakes: readonly number[];
}

/** A bet on six places of a table, about 1.1 KB when it is signed. */
export function betOf(random: Random, seqNo: string, index: number): Bet {
  const stakes = Array.from({ length: 6 }, () => random.int(1, 20));
  const total = sum(stakes);
  const timestamp = FIRST_MS + index;
  const username = anyPlayer(random);
  const betList = stakes.map((betMoney, place) => ({
    betType: betTypeOf(place),
    betMoney,
    odds: random.int(50, 1100) / 100,
    betId: `${seqNo}-${betTypeOf(place)}`,
  }));
  const table = {
    tableCode: `BP${random.int(1, 20)}`,
    tableType: 1,
    tableSubType: 0,
    dealerName: random.pick(['Vina', 'Mika', 'Lara', 'Joyce', 'Ronja']),
    bootsCardId: String(random.int(1, 400)),
    gameName: 'baccarat',
    // Some players bet in the same round.
    roundCode: `BP1-${230_615_000_000 + Math.floor(index / 5)}`,
  };
  const times = { betTime: timestamp - random.int(20, 400), totalBet: total, validBet: total };
  const detail = { ...table, betList, ...times };
  const sessionToken = tokenOf(random);
  const known = { username, channelId: CHANNEL_ID, money: -total, type: 1, platform: random.int(1, 4) };
  const fields = { ...known, currency: CURRENCY, seqNo, detail, event: 'increaseCredit', timestamp, sessionToken };
  return { fields, username, seqNo, timestamp, detail: table, stakes };
}

/** The payout of a bet, which it names. */
export function payoutOf(random: Random, seqNo: string, bet: Bet): Fields {
  const timestamp = bet.timestamp + random.int(15_000, 40_000);
  const betList = bet.stakes.map((betMoney, place) => {
    const payout = random.chance(0.45) ? 2 * betMoney : 0;
    const betId = `${bet.seqNo}-${betTypeOf(place)}`;
    return { betType: betTypeOf(place), betMoney, seqNo: bet.seqNo, payout, odds: 1, validBet: betMoney, betId };
  });
  const [totalBet, payout] = [sum(bet.stakes), sum(betList.map((one) => one.payout))];
  const detail = { ...bet.detail, betList, totalBet, validBet: totalBet, payout, payoutTime: timestamp };
  const known = { username: bet.username, channelId: CHANNEL_ID, money: payout, type: 2, platform: 3 };
  const rest = { currency: CURRENCY, seqNo, detail, event: 'increaseCredit', timestamp };
  return { ...known, ...rest, sessionToken: tokenOf(random) };
}

/** A player's balance is asked for. */
export function syncCreditOf(random: Random, seqNo: string): Fields {
  const known = { username: anyPlayer(random), channelId: CHANNEL_ID, currency: CURRENCY, seqNo, event: 'syncCredit' };
  return { ...known, timestamp: FIRST_MS, sessionToken: tokenOf(random) };
}

function anyPlayer(random: Random): string {
  return playerOf(random.int(1, PLAYERS));
}

/** 32 digits, as eBET's own. */
function tokenOf(random: Random): string {
  return Array.from({ length: 4 }, () =>
    random
      .int(0, 2 ** 32 - 1)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

function betTypeOf(place: number): number {
  return 60 + 3 * place;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
