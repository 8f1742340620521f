/** Blocks remembered. */
const MAX_BLOCKS = 1_000;

/** Blocks that the node has, as far as we came to know: the last of them. */
export class KnownBlocks {
  /** In hexadecimal, the oldest first. */
  readonly #hashes = new Set<string>();

  add(hash: Uint8Array): void {
    this.#hashes.add(hash.toHex());
    for (const oldest of this.#hashes) {
      if (this.#hashes.size <= MAX_BLOCKS) break;
      this.#hashes.delete(oldest);
    }
  }

  has(hash: Uint8Array): boolean {
    return this.#hashes.has(hash.toHex());
  }
}
