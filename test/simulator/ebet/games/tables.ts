import type { Members } from '../../exact-json.js';

/** A live table or machine as it stands in `detail`, with what can be bet on and what it pays. */
export interface GameTable {
  readonly game: string;
  readonly tableCode: string;
  readonly table: Members;
  readonly spots: readonly Spot[];
  /** Requests with bets in one round. */
  readonly bets: readonly [min: number, max: number];
  /** What a payout adds: cards, numbers. */
  readonly result: Members;
}

export interface Spot {
  readonly betType: number;
  /** What a winning cent gives beside itself, in hundredths. */
  readonly odds: bigint;
  /** The number that was bet on, where the game has some. */
  readonly number?: string;
}

const spot = (betType: number, odds: bigint, number?: string): Spot =>
  number === undefined ? { betType, odds } : { betType, odds, number };

/** eBET, increaseCredit: gameName, the cards of each game in srcResults, winning spots in results. */
export const GAME_TABLES: readonly GameTable[] = [
  {
    game: 'baccarat',
    tableCode: 'BP1',
    table: { tableType: 1, tableSubType: 0, gameName: 'baccarat', brokerageRequired: true },
    spots: [spot(60, 100n), spot(63, 95n), spot(66, 1100n), spot(68, 800n), spot(80, 100n), spot(82, 94n)],
    bets: [1, 3],
    result: {
      dealerName: 'Vina',
      bootsCardId: '106',
      srcResults: [8, 30, null, 34, 26, 11],
      results: [60, 70, 83, 63],
    },
  },
  {
    game: 'dragon-tiger',
    tableCode: 'D1',
    table: { tableType: 2, tableSubType: 0, gameName: 'dragon-tiger' },
    spots: [spot(10, 100n), spot(11, 100n), spot(68, 800n)],
    bets: [1, 2],
    result: { dealerName: 'Mia', bootsCardId: '44', srcResults: [12, 51], results: [11] },
  },
  {
    game: 'sic-bo',
    tableCode: 'S1',
    table: { tableType: 3, tableSubType: 0, gameName: 'sic-bo' },
    spots: [spot(100, 97n), spot(101, 97n), spot(113, 15000n, '3'), spot(120, 600n, '10')],
    bets: [1, 3],
    result: { dealerName: 'Ann', srcResults: [2, 3, 6], results: [100, 120] },
  },
  {
    game: 'roulette',
    tableCode: 'R1',
    table: { tableType: 4, tableSubType: 0, gameName: 'roulette' },
    spots: [spot(200, 3500n, '17'), spot(201, 1700n, '5,8'), spot(208, 100n), spot(210, 200n)],
    bets: [1, 3],
    result: { dealerName: 'Eve', srcResults: [17], results: [200, 208] },
  },
  {
    game: 'slot',
    tableCode: 'slot',
    table: { tableType: 5, tableSubType: 0, gameName: '1021' },
    spots: [spot(500, 240n)],
    bets: [1, 1],
    result: { results: [500] },
  },
  {
    game: 'black-jack-live',
    tableCode: 'BJ2',
    table: { tableType: 12, tableSubType: 0, gameName: 'black-jack-live' },
    spots: [spot(400, 100n), spot(401, 150n), spot(402, 200n), spot(403, 1100n)],
    bets: [2, 4],
    result: { dealerName: 'Lily', srcResults: [10, 25, 37, 1], results: [400] },
  },
];
