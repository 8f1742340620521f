import { UsageError } from "../errors.ts";

/** Blocks are powers of two from here on. */
const SMALLEST = 9;

/**
 * Deals out stretches of a fixed piece of memory: a buddy allocator. A block is halved until it
 * fits, and two halves that are both free become one again, so memory that all was given back is as
 * good as new, in whatever order.
 */
export class Arena {
  /** Free blocks by the logarithm of their size. */
  readonly #free: Set<number>[] = [];
  /** The same logarithm of every block in use. */
  readonly #used = new Map<number, number>();
  readonly #base: number;
  readonly #largest: number;

  /**
   * @param base Address of the first byte.
   * @param size Bytes, a power of two, at least 512.
   */
  constructor(base: number, size: number) {
    this.#base = base;
    this.#largest = Math.log2(size);
    for (let order = 0; order <= this.#largest; order++) this.#free.push(new Set());
    this.#freeOf(this.#largest).add(base);
  }

  /**
   * Takes `size` bytes.
   *
   * @returns The address of the first.
   * @throws {UsageError} If there is no such stretch left.
   */
  take(size: number): number {
    const order = Math.max(SMALLEST, Math.ceil(Math.log2(size)));
    let from = order;
    while (from <= this.#largest && this.#freeOf(from).size === 0) from++;
    if (from > this.#largest) {
      throw new UsageError(
        `Cannot take ${size} bytes of kernel memory: ${this.#used.size} blocks are in use`,
      );
    }
    const [address = this.#base] = this.#freeOf(from);
    this.#freeOf(from).delete(address);
    while (from > order) {
      from--;
      this.#freeOf(from).add(address + 2 ** from);
    }
    this.#used.set(address, order);
    return address;
  }

  /** Gives back what {@link take} gave. @throws {UsageError} If it is not in use. */
  give(address: number): void {
    let order = this.#used.get(address);
    if (order === undefined) {
      throw new UsageError(`Cannot give back kernel memory at ${address}: not in use`);
    }
    this.#used.delete(address);
    let block = address;
    while (order < this.#largest) {
      const buddy = this.#base + ((block - this.#base) ^ 2 ** order);
      if (!this.#freeOf(order).delete(buddy)) break;
      block = Math.min(block, buddy);
      order++;
    }
    this.#freeOf(order).add(block);
  }

  /** Whether {@link take} gave this address and it was not given back. */
  has(address: number): boolean {
    return this.#used.has(address);
  }

  #freeOf(order: number): Set<number> {
    const free = this.#free[order];
    if (free === undefined) throw new UsageError(`No blocks of 2^${order} bytes`);
    return free;
  }
}
