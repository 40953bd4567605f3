/**
 * A record's id is its place in the journal of its writer: the entry's sequence number and the index within the entry in
 * one 64-bit number, so that ids grow with time and need no index of their own.
 */
const INDEX_BITS = 16n;
const INDEX_MASK = (1n << INDEX_BITS) - 1n;

/** More records than one entry can hold. */
export const ENTRY_RECORDS_MAX = Number(INDEX_MASK);

export function recordId(entry: bigint, index: number): bigint {
  return (entry << INDEX_BITS) | BigInt(index);
}

export function entryOf(id: bigint): bigint {
  return id >> INDEX_BITS;
}

export function indexOf(id: bigint): number {
  return Number(id & INDEX_MASK);
}

/** "writer.entry.index", the form that callers see. */
export function formatId(writer: number, id: bigint): string {
  return `${writer}.${entryOf(id)}.${indexOf(id)}`;
}

/** Reads what formatId prints; undefined if it is no id of this writer. */
export function parseId(writer: number, text: string): bigint | undefined {
  const match = /^(\d{1,9})\.(\d{1,13})\.(\d{1,5})$/.exec(text);
  if (!match || Number(match[1]) !== writer || Number(match[3]) > ENTRY_RECORDS_MAX) return undefined;
  return recordId(BigInt(match[2] ?? ''), Number(match[3]));
}
