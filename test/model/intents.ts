import fc from 'fast-check';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';

/** A place in a list that is as long as it turns out to be: the nth from its end. */
type Back = number;

/** Which reference: one that is new, the nth last that was used, or one that others will use later. */
export type ReferenceIntent =
  | { readonly of: 'new' }
  | { readonly of: 'used'; readonly back: Back }
  | { readonly of: 'later'; readonly ahead: number };

export interface NameIntent {
  readonly reference: ReferenceIntent;
  readonly relation: number;
  readonly share: Share;
}

/** How much of a debit: what it was, a part of it, or more. */
export type Share = 'all' | 'half' | 'more' | 'nothing';

export interface MovementIntent {
  readonly player: string;
  readonly currency: string;
  readonly kind: Kind;
  /** Minor units without a sign. */
  readonly size: bigint;
  /** For kinds that may have either, and now and then the one that a kind may not have. */
  readonly negative: boolean;
  readonly wrongSign: boolean;
  readonly reference: ReferenceIntent;
  readonly round: string;
  readonly providerType: string;
  readonly names: readonly NameIntent[];
  readonly withholding: boolean;
  readonly wager: boolean;
  readonly roundUnsigned: boolean;
}

export interface LineIntent {
  readonly reference: ReferenceIntent;
  readonly share: Share | 'text';
  /** Whose debit the line says it is: the command's, its own, another's. */
  readonly whose: 'of the command' | 'of the debit' | 'another';
}

export type CommandIntent =
  | { readonly does: 'movements'; readonly movements: readonly MovementIntent[] }
  /** Does something to an earlier debit, as it was: its player, currency and round. */
  | {
      readonly does: 'return' | 'payout';
      readonly debit: Back;
      readonly share: Share;
      readonly relation: number;
      readonly more: readonly NameIntent[];
      readonly foreign: 'no' | 'player' | 'currency' | 'round';
      readonly reference: ReferenceIntent;
    }
  | {
      readonly does: 'refund';
      readonly reference: ReferenceIntent;
      readonly player: string;
      readonly ofDebit: boolean;
      readonly currency: string;
      readonly lines: readonly LineIntent[];
      readonly refuseSettled: boolean;
      readonly maximum: '' | 'low';
    }
  | { readonly does: 'check'; readonly reference: ReferenceIntent; readonly close: boolean }
  /** An earlier command once more, or with one thing changed. */
  | { readonly does: 'again'; readonly command: Back; readonly twist: number | undefined };

export type Intent =
  | { readonly does: 'post'; readonly channel: string; readonly impatient: boolean; readonly command: CommandIntent }
  | { readonly does: 'break'; readonly command: Back; readonly fault: number }
  | { readonly does: 'open channel' | 'begin maintenance' | 'end maintenance'; readonly channel: string }
  | { readonly does: 'open account' | 'balance'; readonly player: string; readonly currency: string }
  | { readonly does: 'freeze' | 'unfreeze'; readonly player: string; readonly reason: string };

/** What happens beside which: `at once` with what came before it, or in one batch with it. */
export interface Step {
  readonly when: 'then' | 'at once' | 'in a batch';
  readonly intent: Intent;
}

const oneOf = <T>(...choices: readonly (readonly [weight: number, value: T])[]) =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const back = oneOf([6, 0], [4, 1], [3, 2], [2, 3], [2, 5], [1, 8]);
const player = oneOf([7, 'ann'], [3, 'bob'], [1, 'cat']);
const currency = oneOf([10, 'CNY'], [1, 'JPY'], [1, 'BHD']);
const channel = oneOf([14, 'a'], [3, 'b'], [1, 'c']);
const round = oneOf([6, 'x'], [2, 'y'], [1, '']);
const freezeReason = oneOf([2, 'kyc'], [1, 'fraud']);
const size = oneOf(
  [3, 0n],
  [4, 1n],
  [8, 1_000n],
  [6, 2_500n],
  [4, 7_000n],
  [2, 40_000n],
  [1, 600_000_000_000_000_000n],
);
const rarely = oneOf([12, false], [1, true]);
const often = oneOf([1, false], [2, true]);
const share = oneOf<Share>([5, 'all'], [4, 'half'], [1, 'more'], [1, 'nothing']);
const relation = fc.integer({ min: 0, max: 3 });

const reference = fc.oneof(
  { weight: 12, arbitrary: fc.constant<ReferenceIntent>({ of: 'new' }) },
  { weight: 4, arbitrary: back.map((n): ReferenceIntent => ({ of: 'used', back: n })) },
  { weight: 1, arbitrary: fc.nat(3).map((n): ReferenceIntent => ({ of: 'later', ahead: n })) },
);
/** Of what is named: nearly always something that was used, sometimes what comes later. */
const named = fc.oneof(
  { weight: 6, arbitrary: back.map((n): ReferenceIntent => ({ of: 'used', back: n })) },
  { weight: 2, arbitrary: fc.nat(3).map((n): ReferenceIntent => ({ of: 'later', ahead: n })) },
);
const name = fc.record({ reference: named, relation, share });

const kind = oneOf(
  [10, Kind.BET],
  [4, Kind.WITHHOLDING],
  [4, Kind.DEPOSIT],
  [3, Kind.PAYOUT],
  [2, Kind.WITHDRAWAL],
  [2, Kind.PAYOUT_CORRECTION],
  [1, Kind.TIP],
  [1, Kind.BONUS],
  [1, Kind.TOURNAMENT_FEE],
  [1, Kind.TOURNAMENT_REFUND],
  [1, Kind.TOURNAMENT_AWARD],
  [1, Kind.TOURNAMENT_AWARD_REVERSAL],
  [1, Kind.WITHHOLDING_RETURN],
  [1, Kind.ADJUSTMENT],
  [1, Kind.BET_RETURN],
  [2, Kind.BET_RESTORED],
);

const movement: fc.Arbitrary<MovementIntent> = fc.record({
  ...{ player, currency, kind, size, reference, round },
  negative: fc.boolean(),
  wrongSign: oneOf([40, false], [1, true]),
  providerType: oneOf([6, ''], [1, '27']),
  names: fc.array(name, { maxLength: 2, size: 'xsmall' }),
  withholding: fc.boolean(),
  wager: often,
  roundUnsigned: rarely,
});

const line: fc.Arbitrary<LineIntent> = fc.record({
  reference: named,
  share: oneOf<LineIntent['share']>([14, 'all'], [1, 'half'], [1, 'more'], [1, 'nothing'], [1, 'text']),
  whose: oneOf<LineIntent['whose']>([6, 'of the command'], [4, 'of the debit'], [1, 'another']),
});

const command: fc.Arbitrary<CommandIntent> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      does: fc.constant('movements' as const),
      movements: fc.oneof(
        { weight: 5, arbitrary: fc.array(movement, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(movement, { minLength: 2, maxLength: 3 }) },
      ),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      does: oneOf<'return' | 'payout'>([1, 'return'], [1, 'payout']),
      ...{ debit: back, share, relation, reference },
      more: fc.array(name, { maxLength: 2, size: 'xsmall' }),
      foreign: oneOf<'no' | 'player' | 'currency' | 'round'>([12, 'no'], [1, 'player'], [1, 'currency'], [1, 'round']),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('refund' as const),
      ...{ reference, currency },
      player: oneOf([4, 'ann'], [2, 'bob'], [3, '']),
      ofDebit: often,
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      refuseSettled: fc.boolean(),
      maximum: oneOf<'' | 'low'>([4, ''], [1, 'low']),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('check' as const), reference: named, close: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('again' as const),
      command: back,
      twist: fc.option(fc.nat(20), { nil: undefined, freq: 3 }),
    }),
  },
);

const intent: fc.Arbitrary<Intent> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ does: fc.constant('post' as const), channel, impatient: rarely, command }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('break' as const), command: back, fault: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: oneOf<'open channel' | 'begin maintenance' | 'end maintenance'>(
        [1, 'open channel'],
        [1, 'begin maintenance'],
        [2, 'end maintenance'],
      ),
      channel,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: oneOf<'open account' | 'balance'>([1, 'open account'], [1, 'balance']),
      player,
      currency,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      does: oneOf<'freeze' | 'unfreeze'>([1, 'freeze'], [2, 'unfreeze']),
      player,
      reason: freezeReason,
    }),
  },
);

export const step: fc.Arbitrary<Step> = fc.record({
  when: oneOf<Step['when']>([5, 'then'], [3, 'at once'], [2, 'in a batch']),
  intent,
});
