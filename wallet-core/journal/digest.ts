/**
 * What proves a past: a place in a writer's journal and the hash of the entry there. Filed where nobody who can write the
 * ledger can change it, it catches every later change of a record up to that place.
 */
export interface Digest {
  readonly writer: number;
  readonly seq: bigint;
  /** In hex, in lower case. */
  readonly hash: string;
}

/** "writer:seq:hash". */
export function formatDigest({ writer, seq, hash }: Digest): string {
  return `${writer}:${seq}:${hash}`;
}

/** Reads what formatDigest prints; undefined if it is none. */
export function parseDigest(text: string): Digest | undefined {
  const [, writer = '', seq = '', hash = ''] = /^(\d{1,9}):(\d{1,13}):([0-9a-f]{64})$/.exec(text) ?? [];
  return hash === '' ? undefined : { writer: Number(writer), seq: BigInt(seq), hash };
}
