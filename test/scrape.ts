import type { Process } from './system.js';

/** Where a process says that it serves metrics. */
export async function metricsOf(process: Process): Promise<string> {
  await process.prints('"msg":"listening"');
  const [, address = ''] = /"metrics":"([^"]+)"/.exec(process.output) ?? [];
  return `http://${address}/metrics`;
}

/** What Prometheus reads of a process: values by name and labels, such as `calls_total{channel="ebet/1"}`. */
export class Scrape {
  readonly #values: ReadonlyMap<string, number>;

  private constructor(readonly text: string) {
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.#values = new Map(samples.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)?.[0])]));
  }

  static async of(process: Process): Promise<Scrape> {
    return new Scrape(await (await fetch(await metricsOf(process))).text());
  }

  /** 0: it was never counted. */
  value(sample: string): number {
    return this.#values.get(sample) ?? 0;
  }
}
