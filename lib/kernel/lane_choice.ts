import type { Instant } from "../time.ts";

/** How many hashes are computed side by side. */
export type Lanes = 4 | 8;

export interface LaneOptions {
  /** A fixed number of lanes; by default what is found to be faster, or four without a clock. */
  readonly lanes?: Lanes;
  /** A clock to find that out by. */
  readonly now?: () => Instant;
}

/** While this many runs have not been seen, both ways take turns: the engine optimizes as it goes. */
const TURNS = 100;
/** After that the slower way is tried again every so often; it may have been optimized since. */
const AGAIN = 500;

/**
 * Learns which of two ways to hash is faster here. Eight lanes are, by far, where the engine makes
 * 256-bit instructions of them (see scripts/kernel_unroll.ts), and slower anywhere else; there is
 * no other way to know than to try.
 */
export class LaneChoice {
  readonly #fixed: Lanes | undefined;
  readonly #now: () => Instant;
  readonly #enough: number;
  /** Milliseconds per hash, smoothed; 0 before the first run. */
  readonly #cost = { 4: 0, 8: 0 };
  #runs = 0;

  /** @param enough How many hashes a run must have to say anything about speed. */
  constructor({ lanes, now }: LaneOptions, enough: number) {
    this.#fixed = now === undefined ? lanes ?? 4 : lanes;
    this.#now = now ?? (() => 0);
    this.#enough = enough;
  }

  /** The faster way, as far as is known. */
  get faster(): Lanes {
    if (this.#fixed !== undefined) return this.#fixed;
    return this.#cost[8] > 0 && this.#cost[8] < this.#cost[4] ? 8 : 4;
  }

  /** Runs `hash` with some number of lanes; it returns how many hashes it did. */
  run(hash: (lanes: Lanes) => number): void {
    if (this.#fixed !== undefined) {
      hash(this.#fixed);
      return;
    }
    const lanes = this.#next();
    const start = this.#now();
    const hashes = hash(lanes);
    if (hashes < this.#enough) return;
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
