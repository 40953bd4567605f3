import type { Random } from '../random.js';
import type { ActionTypeCode } from './action-types.js';

/** One movement of an order. */
export interface Step {
  readonly type: ActionTypeCode;
  readonly cents: bigint;
}

/** The life of an order: its stake comes first, what follows comes only when that was accepted. */
export interface Order {
  readonly name: string;
  /** Its types in their order, each answered with the balance after it. */
  readonly says: string;
  readonly weight: number;
  steps(stake: bigint, random: Random): readonly Step[];
}

const bet = (stake: bigint): Step => ({ type: 1, cents: -stake });

/** A stake and its winnings: between a tenth and twice the stake. */
function won(stake: bigint, random: Random): { winnings: bigint; steps: readonly Step[] } {
  const winnings = (stake * BigInt(random.int(10, 200))) / 100n;
  return {
    winnings,
    steps: [bet(stake), { type: 2, cents: stake }, { type: 3, cents: winnings }],
  };
}

export const ORDERS: readonly Order[] = [
  { name: 'order lost', says: '1', weight: 6, steps: (stake) => [bet(stake)] },
  { name: 'order won', says: '1, 2, 3', weight: 6, steps: (stake, random) => won(stake, random).steps },
  {
    name: 'order lost, told by winnings of zero',
    says: '1, then 3 of zero',
    weight: 1,
    steps: (stake) => [bet(stake), { type: 3, cents: 0n }],
  },
  {
    name: 'order won and cancelled',
    says: '1, 2, 3, then 5 and 4 deduct and 6 returns',
    weight: 2,
    steps: (stake, random) => {
      const { winnings, steps } = won(stake, random);
      const cancelled: Step[] = [
        { type: 5, cents: -winnings },
        { type: 4, cents: -stake },
        { type: 6, cents: stake },
      ];
      return [...steps, ...cancelled];
    },
  },
  {
    name: 'order won, a smaller stake cancelled in its favour',
    says: '1, 2, 3, then 4 and 5 add',
    weight: 1,
    steps: (stake, random) => [
      ...won(stake, random).steps,
      { type: 4, cents: stake / 10n },
      { type: 5, cents: stake / 20n },
    ],
  },
  { name: 'stake returned', says: '1, 6', weight: 2, steps: (stake) => [bet(stake), { type: 6, cents: stake }] },
  {
    name: 'order withdrawn by the player',
    says: '1, 7',
    weight: 2,
    steps: (stake) => [bet(stake), { type: 7, cents: stake }],
  },
  {
    name: 'order withdrawn and restored',
    says: '1, 7, 8, then 2, 3',
    weight: 2,
    steps: (stake, random) => {
      const [, ...rest] = won(stake, random).steps;
      return [bet(stake), { type: 7, cents: stake }, { type: 8, cents: -stake }, ...rest];
    },
  },
  {
    name: 'order withdrawn twice, one withdrawal undone',
    says: '1, 7, 7, then 7 deducts',
    weight: 1,
    steps: (stake) => [bet(stake), { type: 7, cents: stake }, { type: 7, cents: stake }, { type: 7, cents: -stake }],
  },
  {
    name: 'winnings and stake taken back',
    says: '1, 2, 3, then 9, 10',
    weight: 2,
    steps: (stake, random) => {
      const { winnings, steps } = won(stake, random);
      return [...steps, { type: 9, cents: -winnings }, { type: 10, cents: -stake }];
    },
  },
  {
    name: 'winnings and stake taken back and given again',
    says: '1, 2, 3, 9, 10, then 9 and 10 add',
    weight: 1,
    steps: (stake, random) => {
      const { winnings, steps } = won(stake, random);
      const undone: Step[] = [
        { type: 9, cents: -winnings },
        { type: 10, cents: -stake },
        { type: 9, cents: winnings },
        { type: 10, cents: stake },
      ];
      return [...steps, ...undone];
    },
  },
  { name: 'order failed', says: '1, 11', weight: 2, steps: (stake) => [bet(stake), { type: 11, cents: stake }] },
  {
    name: 'adjustments',
    says: '12 adds, 12 deducts',
    weight: 1,
    steps: (stake) => [
      { type: 12, cents: stake },
      { type: 12, cents: -(stake / 2n) },
    ],
  },
  {
    name: 'order of zeros',
    says: '1, 2, 3, 8 and 12 of zero',
    weight: 1,
    steps: () => [1, 2, 3, 8, 12].map((type) => ({ type: type as ActionTypeCode, cents: 0n })),
  },
  {
    name: 'order that is only corrected',
    says: '6, 11 and 8 in both directions',
    weight: 1,
    steps: (stake) => [
      { type: 6, cents: stake },
      { type: 6, cents: -stake },
      { type: 11, cents: stake },
      { type: 11, cents: -stake },
      { type: 8, cents: stake },
      { type: 8, cents: -stake },
    ],
  },
];
