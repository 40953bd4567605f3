/** "31.4 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "2026-11-25 14:13:33.123 UTC, entry 1975": the last that a ledger remembers. */
export function upTo(lastMs: bigint, digest: string): string {
  const [, entry = ''] = digest.split(':');
  return lastMs === 0n ? 'nothing yet' : `${utc(lastMs)}, entry ${entry}`;
}

/** "2026-11-25 14:13:33.123 UTC". */
export function utc(ms: bigint): string {
  return `${new Date(Number(ms)).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}
