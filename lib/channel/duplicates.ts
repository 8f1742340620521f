/** Tips whose shares a channel remembers. A reorganization deeper than this is not expected. */
const MOST_TIPS = 8;
/** Slots of the first table, a power of two; 128 bytes. */
const FIRST_SLOTS = 16;

/** A share is remembered from now on, was already, or cannot be: there is no room. */
export type Claim = "new" | "seen" | "full";

/**
 * Which shares a channel has been credited for. A header names its previous block, so two equal
 * hashes belong to one tip; shares are kept by tip, and when the chain goes A → B → A those of A are
 * still there. Nothing is ever dropped to make room for more: a channel that fills its memory is
 * refused further shares, so flooding wins nothing.
 *
 * A table holds 8 bytes a share, at most three quarters full, and grows as it fills. A channel
 * without shares has none.
 */
export class Duplicates {
  readonly #limit: number;
  #tables: { readonly tip: number; readonly table: HashTable }[] | undefined;
  #size = 0;

  /** @param limit Shares to remember, over all tips. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Shares remembered. */
  get size(): number {
    return this.#size;
  }

  /**
   * Remembers a share's hash, if it is new and there is room.
   *
   * @param tip Names the block that the share builds on; the same number for the same block.
   * @param hash At least 32 bytes from `at` on, of a share that meets its target, so dear to choose.
   */
  claim(tip: number, hash: Uint8Array, at = 0): Claim {
    const table = this.#tableOf(tip);
    // The first bytes: in a little-endian hash the last ones are the zeros.
    const low = word(hash, at);
    const high = word(hash, at + 4);
    if (table.has(low, high)) return "seen";
    if (this.#size >= this.#limit) return "full";
    table.add(low, high);
    this.#size++;
    return "new";
  }

  #tableOf(tip: number): HashTable {
    const tables = this.#tables ??= [];
    // Newest first: nearly every share is for the newest.
    const found = tables.find((entry) => entry.tip === tip);
    if (found !== undefined) return found.table;
    const table = new HashTable();
    tables.unshift({ tip, table });
    if (tables.length > MOST_TIPS) this.#size -= tables.pop()?.table.size ?? 0;
    return table;
  }
}

/** A set of 8-byte keys, open addressing with linear probing. */
class HashTable {
  #words = new Uint32Array(2 * FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(low: number, high: number): boolean {
    return this.#words[this.#slot(low, high) + 1] !== 0;
  }

  /** Of a key that it has not. */
  add(low: number, high: number): void {
    if ((this.#size + 1) * 8 > this.#words.length * 3) this.#grow();
    const slot = this.#slot(low, high);
    this.#words[slot] = low;
    this.#words[slot + 1] = filled(high);
    this.#size++;
  }

  /** Where the key is, or the empty place where it goes. */
  #slot(low: number, high: number): number {
    const words = this.#words;
    const mask = words.length - 2;
    const key = filled(high);
    let slot = (low << 1) & mask;
    while (words[slot + 1] !== 0 && (words[slot] !== low || words[slot + 1] !== key)) {
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i] ?? 0;
      const high = old[i + 1] ?? 0;
      if (high === 0) continue;
      const slot = this.#slot(low, high);
      this.#words[slot] = low;
      this.#words[slot + 1] = high;
    }
  }
}

/** 0 marks an empty slot. */
function filled(high: number): number {
  return high === 0 ? 1 : high;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 |
    (bytes[at + 3] ?? 0) << 24) >>> 0;
}
