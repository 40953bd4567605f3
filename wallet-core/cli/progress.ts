import progress from 'cli-progress';

/** A bar on stderr, for a person; none if nobody looks. */
export function newBar(format: string, payload: object = {}): progress.SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const bar = new progress.SingleBar(
    { format, stream: process.stderr, clearOnComplete: true },
    progress.Presets.shades_classic,
  );
  bar.start(1, 0, payload);
  return bar;
}
