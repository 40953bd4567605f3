import type { Times } from './load/schedule.js';

/** What can be measured. */
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

export interface Options extends Times {
  readonly rows: readonly RowName[];
  /** How often all processes are started anew, each on a fresh ledger. */
  readonly rounds: number;
  /** How often each load comes in a round, in turn with the others. */
  readonly turns: number;
  /** How long each process works before its first turn. */
  readonly warmUpSeconds: number;
  readonly seed: number;
  /** Movements of the large ledger. */
  readonly movements: number;
  /** The file of the figures. */
  readonly result: string;
  /** Whether the tables in the documentation are written. */
  readonly docs: boolean;
}
