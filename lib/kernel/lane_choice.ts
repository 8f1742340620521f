import type { Instant } from "../time.ts";

/** How many hashes are computed side by side. */
export type Lanes = 4 | 8;

/** While this many runs have not been seen, both ways take turns: the engine optimizes as it goes. */
const TURNS = 100;
/** After that the slower way is tried again every so often; it may have been optimized since. */
const AGAIN = 500;
/** Runs of fewer hashes say nothing. */
const ENOUGH = 500;

/**
 * Learns which of two ways to hash is faster here. Eight lanes are, by far, where the engine makes
 * 256-bit instructions of them (see scripts/kernel_unroll.ts), and slower anywhere else; there is
 * no other way to know than to try.
 */
export class LaneChoice {
  readonly #now: () => Instant;
  /** Milliseconds per hash, smoothed; 0 before the first run. */
  readonly #cost = { 4: 0, 8: 0 };
  #runs = 0;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** The faster way, as far as is known. */
  get faster(): Lanes {
    return this.#cost[8] > 0 && this.#cost[8] < this.#cost[4] ? 8 : 4;
  }

  /** Runs `hash` with some number of lanes; it returns how many hashes it did. */
  run(hash: (lanes: Lanes) => number): void {
    const lanes = this.#next();
    const start = this.#now();
    const hashes = hash(lanes);
    if (hashes < ENOUGH) return;
    const cost = (this.#now() - start) / hashes;
    const known = this.#cost[lanes];
    this.#cost[lanes] = known === 0 ? cost : known + (cost - known) / 4;
    this.#runs++;
  }

  #next(): Lanes {
    if (this.#runs < TURNS) return this.#runs % 2 === 0 ? 4 : 8;
    if (this.#runs % AGAIN !== 0) return this.faster;
    return this.faster === 4 ? 8 : 4;
  }
}
