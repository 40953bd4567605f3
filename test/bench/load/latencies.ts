/** How long answers took, in milliseconds. */
export class Latencies {
  readonly #all: number[] = [];

  add(ms: number): void {
    this.#all.push(ms);
  }

  /** Undefined: of none. */
  percentiles(): { readonly p50Ms: number; readonly p99Ms: number; readonly p999Ms: number } | undefined {
    if (this.#all.length === 0) return undefined;
    const sorted = Float64Array.from(this.#all).sort();
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) };
  }
}
