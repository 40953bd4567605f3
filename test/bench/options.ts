/** What can be measured, in the order in which it is. */
export const ROW_NAMES = [
  'echo',
  'wallet',
  'wallet-grpc',
  'secured',
  'storage',
  'postgres-per-callback',
  'large-ledger',
  'slow-fsync',
  'two-gateways',
  'mixed',
  'overload',
] as const;

export type RowName = (typeof ROW_NAMES)[number];

/** They begin with what the others reached. */
export const AFTER_ROUNDS: readonly RowName[] = ['mixed', 'overload'];

export interface Options {
  readonly rows: readonly RowName[];
  readonly rounds: number;
  /** How long each measurement takes, after its warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly seed: number;
  /** Movements of the large ledger. */
  readonly movements: number;
  /** The file of the figures. */
  readonly result: string;
  /** Whether the tables in the documentation are written. */
  readonly docs: boolean;
}
