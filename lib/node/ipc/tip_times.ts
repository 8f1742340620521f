import type { UnixSeconds } from "../../time.ts";

/** Tips remembered. */
const MAX_TIPS = 16;

/**
 * The least time that a header on a tip may have, as far as the node has said: that of the first template
 * it made there. The rule, later than the median of eleven blocks, cannot be asked for.
 */
export class TipTimes {
  /** By the tip's hash in hexadecimal. */
  readonly #times = new Map<string, UnixSeconds>();

  /** A template on `tip` has this time. @returns The least that any had. */
  add(tip: Uint8Array, time: UnixSeconds): UnixSeconds {
    const key = tip.toHex();
    const least = Math.min(time, this.#times.get(key) ?? time);
    this.#times.set(key, least);
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= MAX_TIPS) break;
      this.#times.delete(oldest);
    }
    return least;
  }

  /** The least time that a template on `tip` had; undefined if there was none. */
  of(tip: Uint8Array): UnixSeconds | undefined {
    return this.#times.get(tip.toHex());
  }
}
