/** What a client of a secured wallet-core shows, and whom it trusts: files. */
export interface GrpcAccess {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly token: string;
}

/** What the generator of gRPC calls is to do. */
export interface GrpcTask {
  readonly address: string;
  /** Absent: neither TLS nor a token. */
  readonly access?: GrpcAccess;
  /** Commands in a call; absent: one, in a unary Post. */
  readonly batch?: number;
  /** How long it does the same before, of which nothing counts: server and generator are warm then. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Closed: so many calls are always under way. Open: so many movements are sent per second, whatever comes back. */
  readonly load:
    | { readonly type: 'closed'; readonly inFlight: number }
    | {
        readonly type: 'open';
        readonly perSecond: number;
        readonly warmUpPerSecond: number;
        /** A lesser load right behind it, as long, to see how soon all is well again; nothing else of it counts. */
        readonly afterwardsPerSecond?: number;
      };
  /** What the references begin with: each is sent once. */
  readonly prefix: string;
  /** How many movements are prepared. */
  readonly count: number;
  /** Whether they may be sent twice, if the server keeps nothing. */
  readonly again?: boolean;
}
