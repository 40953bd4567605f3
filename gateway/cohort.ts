/**
 * Does what comes in one turn of the event loop one right behind the other, as soon as all of it has been read. Node takes each
 * request through all of its code alone, and by the next one little of what comes first is left in the processor's caches:
 * that was a quarter of the gateway's CPU time.
 */
export class Cohort<Item> {
  readonly #run: (item: Item) => void;
  #items: Item[] = [];

  constructor(run: (item: Item) => void) {
    this.#run = run;
  }

  /** How many wait for the end of the turn. */
  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#items.length === 1) setImmediate(() => this.runAll());
  }

  /** Does not wait for the end of the turn. */
  runAll(): void {
    const items = this.#items;
    this.#items = [];
    for (const item of items) this.#run(item);
  }
}

/** A microtask runs behind all that wait already: so those that go on side by side come here before the first goes on. */
export async function sideBySide(): Promise<void> {}
