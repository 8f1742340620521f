/** Things found by what they have in common, the newest first; of more than a few alike the oldest leave. */
export class Shelf<T> {
  readonly #alike = new Map<string, T[]>();
  readonly #most: number;

  /** @param most Kept of those with one key. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Newest first. */
  find(key: string): readonly T[] {
    return this.#alike.get(key)?.toReversed() ?? [];
  }

  put(key: string, item: T): void {
    const alike = this.#alike.get(key);
    if (alike === undefined) this.#alike.set(key, [item]);
    else if (alike.push(item) > this.#most) alike.shift();
  }

  take(key: string, item: T): void {
    const alike = this.#alike.get(key);
    const at = alike?.indexOf(item) ?? -1;
    if (alike === undefined || at === -1) return;
    alike.splice(at, 1);
    if (alike.length === 0) this.#alike.delete(key);
  }
}
