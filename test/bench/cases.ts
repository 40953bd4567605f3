/**
 * All that is measured under load, by the names that stand in the tables, and in the order in which they take turns: what is
 * compared stands close together.
 */
export const CASES = {
  echo64: 'echo, 64 connections',
  wallet64: 'wallet, 64 connections',
  large64: 'wallet on the large ledger, 64 connections',
  postgres64: 'postgres-per-callback, 64 connections',
  secured64: 'wallet secured, 64 connections',
  two64: 'wallet with 2 gateways, 64 connections',
  slow64: 'wallet with a slow fsync, 64 connections',
  echo256: 'echo, 256 connections',
  wallet256: 'wallet, 256 connections',
  secured256: 'wallet secured, 256 connections',
  two256: 'wallet with 2 gateways, 256 connections',
  slow256: 'wallet with a slow fsync, 256 connections',
  grpcEchoUnary: 'grpc-echo, unary, 64 in flight',
  grpcUnary: 'wallet-grpc, unary, 64 in flight',
  securedUnary: 'wallet-grpc secured, unary, 64 in flight',
  grpcEchoBatches: 'grpc-echo, batches of 32, 32 in flight',
  securedBatches: 'wallet-grpc secured, batches of 32, 32 in flight',
  grpcBatches: 'wallet-grpc, batches of 32, 32 in flight',
  storage512: 'storage, groups of 512',
  storage32: 'storage, groups of 32',
  largeStorage32: 'storage on the large ledger, groups of 32',
  storage1: 'storage, groups of 1',
  echoMixed: 'echo, mixed at half of the maximum',
  walletMixed: 'wallet, mixed at half of the maximum',
} as const;

export type Case = keyof typeof CASES;

/** What is measured beside them. */
export const FIGURES = {
  bytesWithoutRequest: 'bytes on disk per bet, without the request',
  bytesWithRequest: 'bytes on disk per bet, with the request',
  largeStartMs: 'start of wallet-core on the large ledger, ms',
  largeMegabytes: 'memory of wallet-core on the large ledger, MB',
} as const;

export type Figure = keyof typeof FIGURES;
