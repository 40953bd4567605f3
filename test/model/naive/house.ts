import { Kind, Reason } from '../../../proto/gen/wallet/v1/movement.js';
import { holderOf, movementsOf, type MovementRecord, type Past } from './past.js';

/** Which kinds share a house account; all others are of the game. */
const PURPOSES: Readonly<Partial<Record<Kind, string>>> = {
  [Kind.TIP]: 'tips',
  [Kind.BONUS]: 'promotion',
  [Kind.TOURNAMENT_FEE]: 'tournament',
  [Kind.TOURNAMENT_REFUND]: 'tournament',
  [Kind.TOURNAMENT_AWARD]: 'tournament',
  [Kind.TOURNAMENT_AWARD_REVERSAL]: 'tournament',
  [Kind.DEPOSIT]: 'cash',
  [Kind.WITHDRAWAL]: 'cash',
  [Kind.ADJUSTMENT]: 'adjustment',
};

const purposeOf = (kind: Kind) => PURPOSES[kind] ?? 'game';

/** The balance of the house account on the other side of a kind. */
export function houseOf(past: Past, channel: string, currency: string, kind: Kind): bigint {
  return movementsOf(past)
    .filter((m) => m.reason === Reason.UNSPECIFIED && m.channel === channel && m.currency === currency)
    .filter((movement) => purposeOf(sideOf(past, movement)) === purposeOf(kind))
    .reduce((sum, { amount }) => sum - amount, 0n);
}

/** A refund comes from where its debit went. */
function sideOf(past: Past, { kind, channel, names }: MovementRecord): Kind {
  if (kind !== Kind.REFUND) return kind;
  return holderOf(past, channel, names[0]?.reference ?? '')?.kind ?? kind;
}
