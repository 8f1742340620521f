import type { Instant } from "../time.ts";

/** How many hashes are computed side by side. */
export type Lanes = 4 | 8;

/** How the number of lanes is decided. */
export interface LaneOptions {
  /** A fixed number of lanes; by default what is found to be faster, or four without a clock. */
  readonly lanes?: Lanes;
  /** A clock to find that out by. */
  readonly now?: () => Instant;
}

/** Runs of a comparison: both ways take turns, and the best of each counts. */
const TURNS = 24;
/** Runs between comparisons: few at first, while the engine still optimizes, then ever more. */
const FIRST_REST = 50;
const LONGEST_REST = 5000;

/**
 * Learns which of two ways to hash is faster here. Eight lanes are, by far, where the engine makes
 * 256-bit instructions of them (see scripts/kernel_unroll.ts), and slower anywhere else; there is
 * no other way to know than to try.
 */
export class LaneChoice {
  readonly #fixed: Lanes | undefined;
  readonly #now: () => Instant;
  readonly #enough: number;
  #faster: Lanes = 4;
  /** Milliseconds per hash, the least in this comparison. */
  #best = { 4: Infinity, 8: Infinity };
  #comparing = true;
  #runsLeft = TURNS;
  #rest = FIRST_REST;

  /** @param enough How many hashes a run must have to say anything about speed. */
  constructor({ lanes, now }: LaneOptions, enough: number) {
    this.#fixed = now === undefined ? lanes ?? 4 : lanes;
    this.#now = now ?? (() => 0);
    this.#enough = enough;
  }

  /** The faster way, as far as is known. */
  get faster(): Lanes {
    return this.#fixed ?? this.#faster;
  }

  /** Runs `hash` with some number of lanes; it returns how many hashes it did. */
  run(hash: (lanes: Lanes) => number): void {
    if (this.#fixed !== undefined) {
      hash(this.#fixed);
      return;
    }
    const turn = this.#runsLeft % 2 === 0 ? 4 : 8;
    const lanes = this.#comparing ? turn : this.#faster;
    const start = this.#now();
    const hashes = hash(lanes);
    if (hashes < this.#enough) return;
    // Whatever else runs on the machine only ever makes a run longer.
    this.#best[lanes] = Math.min(this.#best[lanes], (this.#now() - start) / hashes);
    this.#runsLeft--;
    if (this.#runsLeft === 0) this.#nextPhase();
  }

  #nextPhase(): void {
    if (this.#comparing) {
      this.#faster = this.#best[8] < this.#best[4] ? 8 : 4;
      this.#runsLeft = this.#rest;
      this.#rest = Math.min(2 * this.#rest, LONGEST_REST);
    } else {
      this.#best = { 4: Infinity, 8: Infinity };
      this.#runsLeft = TURNS;
    }
    this.#comparing = !this.#comparing;
  }
}
