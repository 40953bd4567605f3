import progress from 'cli-progress';

/** How far something is, on stderr for a person; nothing where nobody looks, as in a pipe or with --json. */
class Bar {
  readonly #bar: progress.SingleBar | undefined;

  /** `format`: see cli-progress; `{bar}` and what `update` is given. */
  constructor(format: string, quiet: boolean) {
    if (quiet || !process.stderr.isTTY) return;
    const options = { format, stream: process.stderr, clearOnComplete: true };
    this.#bar = new progress.SingleBar(options, progress.Presets.shades_classic);
  }

  update(value: number, total: number, more: Readonly<Record<string, string>> = {}): void {
    if (!this.#bar?.isActive) this.#bar?.start(total, value, more);
    this.#bar?.setTotal(total);
    this.#bar?.update(value, more);
  }

  stop(): void {
    this.#bar?.stop();
  }
}

/** Shows how far something is while it runs; the bar is gone before anything else is printed. */
export async function withBar<T>(format: string, quiet: boolean, run: (bar: Bar) => Promise<T>): Promise<T> {
  const bar = new Bar(format, quiet);
  try {
    return await run(bar);
  } finally {
    bar.stop();
  }
}
