/** The row of a channel that a record names, of those that are open. */
export function idOf(channel: string, channels: ReadonlyMap<string, bigint>): bigint {
  const id = channels.get(channel);
  if (id === undefined) throw new Error(`channel ${channel} is not open`);
  return id;
}
