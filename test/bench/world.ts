/** Who plays and who calls, in all that is measured. */
export const PLAYERS = 10_000;
export const CURRENCY = 'CNY';
/** The channel of eBET's callbacks. */
export const CHANNEL_ID = 1;
/** The channel of what comes over gRPC or through the storage port. */
export const PLATFORM = 'platform/bench';

/** From 1 to PLAYERS. */
export function playerOf(number: number): string {
  return `player-${number}`;
}

/** A step that has no factor in common with the number of players visits them all, none twice in a row. */
export function playerOfTurn(index: number): string {
  return playerOf(((index * 7_919) % PLAYERS) + 1);
}

/** As long as eBET's own. */
const REFERENCE_LENGTH = 32;

/** Of what comes over gRPC or through the storage port; whoever begins with another prefix has none of these. */
export function referenceOf(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(REFERENCE_LENGTH - prefix.length - 1, '0')}`;
}
