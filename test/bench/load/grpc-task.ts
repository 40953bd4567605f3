import type { ClosedLoad, OpenLoad } from './loops.js';

/** What a client of a secured wallet-core shows, and whom it trusts: files. */
export interface GrpcAccess {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly token: string;
}

/** What all loads of a generator of gRPC calls have in common. */
export interface GrpcTask {
  readonly address: string;
  /** Absent: neither TLS nor a token. */
  readonly access?: GrpcAccess;
  /** Commands in a call; absent: one, in a unary Post. */
  readonly batch?: number;
}

export interface GrpcLoad {
  /** What the references begin with: each is sent once. */
  readonly prefix: string;
  /** How many movements are prepared beforehand; more are only if they are needed. */
  readonly count: number;
  /** Of an open one the rates are those of movements. */
  readonly load: ClosedLoad | OpenLoad;
}
