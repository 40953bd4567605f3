const LINE_FEED = 0x0a;

/**
 * The lines of what comes in parts, without their line feeds; what stands behind the last one is a line too. Only LF ends a
 * line: JSON has other characters within its texts that are line ends elsewhere.
 */
export async function* linesOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let begun: Uint8Array[] = [];
  for await (const part of parts) {
    let from = 0;
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...begun, part.subarray(from, at)]);
      begun = [];
      from = at + 1;
    }
    if (from < part.length) begun.push(part.subarray(from));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
