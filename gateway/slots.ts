/**
 * What is under way, by numbers that are used again. A Map by numbers that only grow would cost a quarter of a callback: V8
 * has each table that a Map outgrows point to the next, so one that got old keeps all later ones, and all that was ever in
 * them, until the next collection of the whole heap.
 */
export class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  /** The number that it can be taken by. */
  put(item: Item): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  /** Undefined if there is none. */
  take(slot: number): Item | undefined {
    const item = this.#items[slot];
    if (item === undefined) return undefined;
    this.#items[slot] = undefined;
    this.#free.push(slot);
    return item;
  }

  all(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
