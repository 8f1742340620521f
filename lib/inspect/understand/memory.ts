/** What {@link Memory} keeps at most. */
export interface MemoryLimit {
  readonly count: number;
  /** Of all items together, in whatever {@link Memory.remember} is told; unlimited by default. */
  readonly weight?: number;
}

/**
 * Things remembered up to a limit: of more, the oldest is forgotten. Where they hang is the owner's;
 * it is told what to take away.
 */
export class Memory<T> {
  /** By weight, oldest first. */
  readonly #items = new Map<T, number>();
  readonly #limit: Required<MemoryLimit>;
  readonly #forget: (item: T) => void;
  #weight = 0;
  #forgotten = 0;

  /** @param forget Called for each item that there is no room for any more. */
  constructor(limit: MemoryLimit, forget: (item: T) => void) {
    this.#limit = { weight: Infinity, ...limit };
    this.#forget = forget;
  }

  get size(): number {
    return this.#items.size;
  }

  /** How many there was no room for. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Oldest first. */
  items(): IterableIterator<T> {
    return this.#items.keys();
  }

  /** @param item One that is not remembered yet. */
  remember(item: T, weight = 0): void {
    this.#items.set(item, weight);
    this.#weight += weight;
    for (const oldest of this.#items.keys()) {
      if (this.#items.size <= this.#limit.count && this.#weight <= this.#limit.weight) return;
      this.release(oldest);
      this.#forgotten++;
      this.#forget(oldest);
    }
  }

  /** The item has ended; it is not counted as forgotten. */
  release(item: T): void {
    this.#weight -= this.#items.get(item) ?? 0;
    this.#items.delete(item);
  }
}
