import type { Channel } from "./channel.ts";

/**
 * Extranonce prefixes that are in use on one server, none of which begins another. Kept in order, so
 * that one that begins another, or is begun by it, is its neighbour.
 */
export class Prefixes {
  readonly #sorted: { readonly hex: string; readonly channel: Channel }[] = [];

  get size(): number {
    return this.#sorted.length;
  }

  /**
   * Takes in a prefix, unless it overlaps one that is there.
   *
   * @returns The channel whose prefix is the same, or begins this one, or is begun by it.
   */
  add(prefix: Uint8Array, channel: Channel): Channel | undefined {
    const hex = prefix.toHex();
    const at = this.#find(hex);
    for (const neighbour of [this.#sorted[at - 1], this.#sorted[at]]) {
      if (neighbour === undefined) continue;
      if (neighbour.hex.startsWith(hex) || hex.startsWith(neighbour.hex)) return neighbour.channel;
    }
    this.#sorted.splice(at, 0, { hex, channel });
    return undefined;
  }

  /** The channel has it no longer. */
  remove(prefix: Uint8Array, channel: Channel): void {
    const at = this.#find(prefix.toHex());
    if (this.#sorted[at]?.channel === channel) this.#sorted.splice(at, 1);
  }

  /** Where `hex` is or would be. */
  #find(hex: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle]?.hex ?? "") < hex) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
