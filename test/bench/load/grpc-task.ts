import type { Phase } from './schedule.js';

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
  /** How many movements are prepared. */
  readonly count: number;
  readonly load: ClosedGrpcLoad | ({ readonly type: 'open' } & GrpcPhases);
}

/** So many calls are always under way. */
export interface ClosedGrpcLoad {
  readonly type: 'closed';
  readonly inFlight: number;
  readonly seconds: number;
}

/** Movements that are sent per second, whatever comes back. */
export interface GrpcPhases {
  /** Before, and nothing of it counts. */
  readonly warmUp: Phase;
  readonly load: Phase;
  /** A lesser load right behind it, to see how soon all is well again; nothing else of it counts. */
  readonly afterwards?: Phase;
}
