import type { Bench } from '../bench.js';
import type { RowName } from '../options.js';
import { echo } from './echo.js';
import { mixed } from './mixed.js';
import { overload } from './overload.js';
import { postgres } from './postgres.js';
import { secured } from './secured.js';
import { storage } from './storage.js';
import { largeLedger, slowFsync, twoGateways } from './variants.js';
import { grpcEcho, walletGrpc } from './wallet-grpc.js';
import { wallet } from './wallet.js';

type Row = (bench: Bench) => Promise<void>;

/** What each row measures in one round. */
export const ROWS: Readonly<Record<RowName, readonly Row[]>> = {
  echo: [echo],
  wallet: [wallet],
  'wallet-grpc': [grpcEcho, walletGrpc],
  secured: [secured],
  storage: [storage],
  'postgres-per-callback': [postgres],
  'large-ledger': [largeLedger],
  'slow-fsync': [slowFsync],
  'two-gateways': [twoGateways],
  mixed: [mixed],
  overload: [overload],
};
