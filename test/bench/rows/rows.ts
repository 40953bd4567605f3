import type { Bench } from '../bench.js';
import { contest, type Start } from '../contest.js';
import type { RowName } from '../options.js';
import { echo } from './echo.js';
import { mixedEcho, mixedWallet } from './mixed.js';
import { overload } from './overload.js';
import { postgres } from './postgres.js';
import { secured, securedGrpc } from './secured.js';
import { storage } from './storage.js';
import { largeLedger, largeStorage, slowFsync, twoGateways } from './variants.js';
import { grpcEcho, walletGrpc } from './wallet-grpc.js';
import { wallet } from './wallet.js';

type Rows = Partial<Readonly<Record<RowName, readonly Start[]>>>;

/** Callbacks over HTTP in closed loops. */
const CALLBACKS: Rows = {
  echo: [echo],
  wallet: [wallet],
  secured: [secured],
  'postgres-per-callback': [postgres],
  'large-ledger': [largeLedger],
  'slow-fsync': [slowFsync],
  'two-gateways': [twoGateways],
  // It begins with what the wallet reached.
  mixed: [wallet],
};

/** wallet-core and its storage without a gateway. */
const MOVEMENTS: Rows = {
  'wallet-grpc': [grpcEcho, walletGrpc],
  secured: [securedGrpc],
  storage: [storage],
  'large-ledger': [largeStorage],
};

const MIXED: Rows = { mixed: [mixedEcho, mixedWallet] };

/** Each of these lists side by side, in rounds; what comes later begins with what was reached before. */
export async function measureRows(bench: Bench, keep: () => void): Promise<void> {
  const { rows, rounds } = bench.options;
  for (const field of [CALLBACKS, MOVEMENTS, MIXED]) {
    const starts = new Set(rows.flatMap((row) => field[row] ?? []));
    if (starts.size > 0) await inRounds(() => contest(bench, [...starts]));
  }
  if (rows.includes('overload')) await inRounds(() => overload(bench));

  async function inRounds(run: () => Promise<void>): Promise<void> {
    for (let round = 1; round <= rounds; round += 1) {
      bench.tell(`round ${round} of ${rounds}`);
      await run();
      keep();
    }
  }
}
