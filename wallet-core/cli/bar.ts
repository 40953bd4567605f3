import progress from 'cli-progress';

const FITS_80_COLUMNS = { barsize: 20 };

/** "1h 5m", "3m 20s", "7s". While it cannot be known yet, cli-progress gives a word: "…". */
export function formatTime(seconds: number | string): string {
  if (typeof seconds === 'string' || !Number.isFinite(seconds)) return '…';
  const whole = Math.round(seconds);
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)];
  if (hours > 0) return `${hours}h ${minutes % 60}m`;
  return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}

/** How far something is, on stderr for a person; nothing where nobody looks, as in a pipe or with --json. */
class Bar {
  readonly #bar: progress.SingleBar | undefined;

  /** `format`: see cli-progress; `{bar}` and what `update` is given. */
  constructor(format: string, quiet: boolean) {
    if (quiet || !process.stderr.isTTY) return;
    const options = { format, stream: process.stderr, clearOnComplete: true, formatTime, ...FITS_80_COLUMNS };
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
