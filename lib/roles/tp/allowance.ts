import type { Instant } from "../../time.ts";

/** How often a peer may do something: so many at once, and a steady rate after that. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  #left: number;
  #at: Instant;

  constructor(most: number, perSecond: number, now: Instant) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
    this.#at = now;
  }

  /** Uses one up. @returns Whether there was one. */
  take(now: Instant): boolean {
    const gained = (now - this.#at) / 1_000 * this.#perSecond;
    this.#left = Math.min(this.#most, this.#left + gained);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
